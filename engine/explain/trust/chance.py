"""A text and a number in, what words in random orders do to it out: asked once for all methods."""

from __future__ import annotations

from dataclasses import dataclass
from zlib import crc32

import numpy as np

from engine.explain.methods.baseline import Baseline
from engine.explain.methods.presence import Bools, Presence
from engine.explain.reading import Reading
from engine.explain.subject import Subject
from engine.explain.target import Target
from engine.explain.trust.erasing import Erased, erased

ORDERS = 8
PERTURBATIONS, PART = 24, 0.2
"""Of infidelity: how many, and which share of the words each replaces on average."""


@dataclass(frozen=True, eq=False)
class Chance:
    """What a method must beat on one text, and what was asked on the way.

    Attributes:
        presence: The answer with words left out.
        replaced: The answer with words replaced by the baseline.
        drawn: (perturbations, words) the words each perturbation replaces.
        random: The curves of random orders.
        seed: They were drawn with.
    """

    presence: Presence
    replaced: Presence
    drawn: Bools
    random: Erased
    seed: int

    def generators(self, n: int = ORDERS) -> list[np.random.Generator]:
        """`n` generators of this text, for random scores."""
        return [_generator(self.presence.reading, self.seed + 1 + i) for i in range(n)]


def chance(
    subject: Subject,
    reading: Reading,
    target: Target,
    *,
    baseline: Baseline | None = None,
    orders: int = ORDERS,
    seed: int = 0,
) -> Chance:
    """The random control of one text and target, in two packed passes; any method may use it.

    Raises:
        InputError: see :func:`engine.explain.methods.baseline.baseline_embeds`.
    """
    rng = _generator(reading, seed)
    presence = Presence(subject, reading, target)
    replaced = Presence(subject, reading, target, baseline or Baseline())
    drawn = rng.random((PERTURBATIONS, reading.n_words)) < PART
    drawn[np.arange(PERTURBATIONS), rng.integers(reading.n_words, size=PERTURBATIONS)] = True
    replaced(np.vstack([~drawn, np.ones((1, reading.n_words), dtype=bool)]))
    random = np.stack([rng.permutation(reading.n_words) for _ in range(orders)])
    return Chance(presence, replaced, drawn, erased(presence, random), seed)


def _generator(reading: Reading, seed: int) -> np.random.Generator:
    return np.random.default_rng([seed, crc32(reading.ids.tobytes())])
