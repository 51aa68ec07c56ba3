"""Documents in each topic before and among new ones in; how the shares have moved out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.proportions import difference

Counts = NDArray[np.int64]

_DRAWS = 400
_CHANCE, _SAMPLES = 0.95, 0.99


@dataclass(frozen=True)
class Moved:
    """One topic. before, after: its share of the documents, 0 to 1. low, high: interval of after
    less before, at 95 % for all topics together. changed: whether that is beyond chance."""

    topic: int
    before: float
    after: float
    low: float
    high: float
    changed: bool


@dataclass(frozen=True)
class Drift:
    """How two sets of documents differ in their topics.

    topics: in the order given. divergence: Jensen-Shannon, 0 (the same shares) to 1 (no topic in
    common). chance: what 99 % of samples of so many documents with the same shares stay below.
    """

    topics: tuple[Moved, ...]
    divergence: float
    chance: float

    @property
    def beyond_chance(self) -> bool:
        """Whether the shares as a whole have moved more than such samples do."""
        return self.divergence > self.chance


def drift(ids: Sequence[int], before: Counts, after: Counts, *, seed: int = 0) -> Drift:
    """Compare the shares of the topics.

    Intervals are Newcombe's for two proportions (1998, method 10), with Bonferroni's correction for
    the number of topics; the divergence is Lin's (1991), in bits, and what chance gives is drawn
    from the shares of both together.

    Args:
        ids: Topics, -1 among them for none.
        before: (k,) documents of each that the topics were found in.
        after: (k,) of each among the new ones.
        seed: Of the draws.
    """
    old, new = int(before.sum()), int(after.sum())
    if not len(ids) or not old or not new:
        return Drift((), 0.0, 0.0)
    level = 1 - (1 - _CHANCE) / len(ids)
    low, high = difference((after, before), (np.full(len(ids), new), np.full(len(ids), old)),
                           level=level)  # fmt: skip
    moved = tuple(
        Moved(
            topic=int(topic),
            before=round(float(before[n] / old), 5),
            after=round(float(after[n] / new), 5),
            low=round(float(low[n]), 5),
            high=round(float(high[n]), 5),
            changed=bool(low[n] > 0 or high[n] < 0),
        )
        for n, topic in enumerate(ids)
    )
    shares = (before + after) / (old + new)
    draw = np.random.default_rng(seed)
    drawn = [
        divergence(draw.multinomial(old, shares), draw.multinomial(new, shares))
        for _ in range(_DRAWS)
    ]
    return Drift(
        moved,
        round(divergence(before, after), 5),
        round(float(np.quantile(drawn, _SAMPLES)), 5),
    )


def divergence(one: Counts, other: Counts) -> float:
    """Jensen-Shannon divergence of two lists of counts, in bits: 0 to 1."""
    p, q = one / max(int(one.sum()), 1), other / max(int(other.sum()), 1)
    middle = (p + q) / 2
    found = 0.0
    for share in (p, q):
        there = share > 0
        found += float((share[there] * np.log2(share[there] / middle[there])).sum()) / 2
    return min(max(found, 0.0), 1.0)
