"""Topics' centres in, the tree of their merges out, and the branches at any number of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from engine.topics.centres import unit
from engine.topics.words.counts import Words, class_counts
from engine.topics.words.describe import Ranked, topic_words
from engine.topics.words.weights import ctfidf

Floats = NDArray[np.float32]
Method = Literal["average", "ward"]

_ORDERED = 300
"""Up to so many topics the leaves are put so that neighbours are most alike (cubic time)."""


@dataclass(frozen=True, eq=False)
class Hierarchy:
    """The tree of k topics.

    merges: (k - 1, 4) float64 as in SciPy's linkage, the nearest first. order: (k,) the topics'
    places from one end of the drawn tree to the other.
    """

    merges: NDArray[np.float64]
    order: NDArray[np.int64]

    def branches(self, left: int) -> list[tuple[int, ...]]:
        """Places of the topics in each branch where `left` are left, in the order of the tree."""
        k = len(self.order)
        of = {place: [place] for place in range(k)}
        for step in range(k - max(1, min(left, k))):
            one, other = (int(v) for v in self.merges[step, :2])
            of[k + step] = of.pop(one) + of.pop(other)
        rank = np.argsort(self.order)
        inside = [tuple(sorted(places, key=lambda p: rank[p])) for places in of.values()]
        return sorted(inside, key=lambda places: rank[places[0]])

    def height(self, left: int) -> float:
        """Where the cut that leaves `left` lies: midway between two merges, or beyond the last."""
        k = len(self.order)
        done = k - max(1, min(left, k))
        heights = [0.0, *self.merges[:, 2].tolist()]
        above = heights[done + 1] if done + 1 < k else heights[-1] * 1.05
        return float(heights[done] + above) / 2


def hierarchy(centroids: Floats, *, method: Method = "average") -> Hierarchy:
    """Merge the two most alike topics, and again, until one is left.

    Args:
        centroids: (k, width) float32 of length 1.
        method: "average": the height of a merge is the mean cosine distance of the topics in the
            two branches (UPGMA: Sokal and Michener 1958). "ward": it is the growth of the spread
            about the branches' means (Ward 1963), which makes branches of like sizes.
    """
    from scipy.cluster.hierarchy import leaves_list, linkage
    from scipy.spatial.distance import squareform

    k = len(centroids)
    if k < 2:
        return Hierarchy(np.zeros((0, 4)), np.arange(k, dtype=np.int64))
    rows = unit(np.asarray(centroids)).astype(np.float64)
    apart = np.clip(1 - rows @ rows.T, 0, 2)
    apart = (apart + apart.T) / 2
    np.fill_diagonal(apart, 0)
    if method == "ward":  # of unit vectors the squared distance is twice the cosine distance
        apart = np.sqrt(2 * apart)
    found = linkage(squareform(apart, checks=False), method=method, optimal_ordering=k <= _ORDERED)
    return Hierarchy(found, leaves_list(found).astype(np.int64))


def topic_counts(words: Words, assigned: NDArray[np.int32], ids: NDArray[np.int32]) -> Floats:
    """(k, v) float32, how often each word is in each topic: what :func:`joint_words` adds up."""
    return class_counts(words, assigned, ids)


def joint_words(
    counts: Floats, vocabulary: list[str], branches: list[tuple[int, ...]], *, top: int = 8
) -> list[Ranked]:
    """The words of each branch as if it were one topic, by c-TF-IDF among the branches.

    Args:
        counts: By :func:`topic_counts`.
        vocabulary: The v words.
        branches: Places of topics, each in one branch.
        top: How many words a branch gets at most.
    """
    if not branches:
        return []
    together = np.stack([counts[list(places)].sum(axis=0) for places in branches])
    weights = ctfidf(together, reduce_frequent_words=True)
    return topic_words(weights, vocabulary, top=top)
