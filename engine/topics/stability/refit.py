"""What a fit was asked for in, the same asked again with another seed or fewer documents, out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.topics.finding import find
from engine.topics.spec import TopicsSpec
from engine.topics.wish import points_of
from engine.topics.words.counts import Words
from engine.topics.words.describe import Encode

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]

LEFT_OUT = -2
"""Label of a document that a re-fit did not see."""
_SEEDS = 2**31


@dataclass(frozen=True)
class Plan:
    """One re-fit. seed: of the reduction and the clustering. share: of the documents it sees."""

    seed: int
    share: float = 1.0

    @property
    def whole(self) -> bool:
        """Whether it sees every document."""
        return self.share == 1.0


def plans(seed: int, *, seeds: int, subsamples: int, share: float) -> list[Plan]:
    """The re-fits by turns, so that a stop leaves some of both kinds; none has the fit's seed."""
    fresh = [(seed + n) % _SEEDS for n in range(1, seeds + subsamples + 1)]
    again = [Plan(one) for one in fresh[:seeds]]
    parts = [Plan(one, share) for one in fresh[seeds:]]
    turns = [one for pair in zip(again, parts, strict=False) for one in pair]
    few = min(len(again), len(parts))
    return [*turns, *again[few:], *parts[few:]]


def refit(spec: TopicsSpec, plan: Plan, vectors: Floats, words: Words, encode: Encode) -> Ints:
    """(n,) int32, the topic of each document, -1 in none, LEFT_OUT where it was not among them.

    Vectors are reduced anew, as their reduction is what hangs on the seed most. Parts are drawn
    without replacement: a document drawn twice would be a dense spot of its own (Hennig 2007 warns
    of it). A least size that was asked for shrinks with the part.

    Args:
        spec: What the fit was asked for.
        plan: Which re-fit.
        vectors: (n, width) float32 of length 1; may be memory-mapped.
        words: Of the same documents, for topics that are asked for by name or seed words.
        encode: Gives those their vectors.

    Raises:
        NoTopics: none was found.
    """
    n = len(vectors)
    seen = np.arange(n) if plan.whole else _part(n, plan)
    rows = vectors if plan.whole else np.asarray(vectors[seen], dtype=np.float32)
    points = points_of(spec, rows, seed=plan.seed)
    again = spec.model_copy(
        update={
            "seed": plan.seed,
            "topics": min(spec.topics, len(seen)),
            "min_cluster_size": _shrunk(spec.min_cluster_size, plan.share),
        }
    )
    found = find(again, points, rows, words, encode)
    labels = np.full(n, LEFT_OUT, dtype=np.int32)
    labels[seen] = found.clustering.labels
    return labels


def _part(n: int, plan: Plan) -> NDArray[np.int64]:
    many = max(1, round(plan.share * n))
    return np.sort(np.random.default_rng(plan.seed).choice(n, many, replace=False))


def _shrunk(least: int, share: float) -> int:
    return max(2, round(least * share)) if least else 0
