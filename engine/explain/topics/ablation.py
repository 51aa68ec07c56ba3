"""An attribution of a document in, where the document goes as those words are taken out, out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.explain.attribution import Attribution
from engine.explain.subject import Subject
from engine.explain.topics.vectors import vectors_of
from engine.topics.topics import Floats

STEPS = (0, 1, 2, 3, 5, 8, 12, 20)
"""Words that are taken out."""


@dataclass(frozen=True, eq=False)
class Moved:
    """A document as its words go, the one that speaks most for its topic first.

    Attributes:
        words: Places of the words in the order in which they go.
        gone: (s,) how many are gone, from 0.
        values: (s,) float32, the number that is explained, then.
        chance: (s,) the same by the mean of random orders; `low` and `high` (s,) their extremes.
        cosines: (s, k) float32 to the topics' centres.
        ranks: (s,) place of the topic among all by its cosine, 0 for the nearest.
        vectors: (s, width) float32.
    """

    words: NDArray[np.int64]
    gone: NDArray[np.int64]
    values: Floats
    chance: Floats
    low: Floats
    high: Floats
    cosines: Floats
    ranks: NDArray[np.int64]
    vectors: Floats

    @property
    def nearest(self) -> NDArray[np.int64]:
        """(s,) place of the nearest topic."""
        found: NDArray[np.int64] = self.cosines.argmax(axis=1)
        return found


def ablate(
    subject: Subject,
    attribution: Attribution,
    *,
    steps: tuple[int, ...] = STEPS,
    orders: int = 4,
    seed: int = 0,
) -> Moved:
    """Take the words out one after the other, and as many random ones for comparison.

    As AOPC does (DeYoung et al. 2020, arXiv:1911.03429), but by numbers of words, and told in
    cosines: what a person who edits the text would see.

    Args:
        subject: Topics.
        attribution: Of a document.
        steps: How many words are gone, from 0; as many as leave half of them.
        orders: Random ones.
        seed: Of these.
    """
    reading, target = attribution.reading, attribution.target
    n = reading.n_words
    gone = np.array([k for k in steps if k <= n // 2], dtype=np.int64)
    rng = np.random.default_rng(seed)
    every = [attribution.order, *(rng.permutation(n) for _ in range(orders))]
    rows = [reading.without(marked(n, order[:k])) for order in every for k in gone.tolist()]
    vectors = vectors_of(subject, rows)
    cosines = cosines_of(subject, vectors)
    values = _values(subject, cosines, attribution).reshape(len(every), len(gone))
    mine = cosines[: len(gone)]
    ahead = (mine > mine[:, [target.of]]).sum(axis=1)
    by_chance = values[1:]
    return Moved(
        words=attribution.order[: int(gone[-1])],
        gone=gone,
        values=values[0],
        chance=by_chance.mean(axis=0),
        low=by_chance.min(axis=0),
        high=by_chance.max(axis=0),
        cosines=mine,
        ranks=ahead.astype(np.int64),
        vectors=vectors[: len(gone)],
    )


def cosines_of(subject: Subject, vectors: Floats) -> Floats:
    """(n, k) float32 of (n, width)."""
    import torch

    with torch.inference_mode():
        found: Floats = subject.read(torch.from_numpy(vectors).to(subject.device)).cpu().numpy()
    return found


def _values(subject: Subject, cosines: Floats, attribution: Attribution) -> Floats:
    import torch

    found: Floats = subject.scores(
        torch.from_numpy(cosines), [attribution.target] * len(cosines)
    ).numpy()
    return found


def marked(n: int, places: NDArray[np.int64]) -> NDArray[np.bool_]:
    """(n,) True at `places`."""
    found = np.zeros(n, dtype=np.bool_)
    found[places] = True
    return found
