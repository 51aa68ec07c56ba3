"""A tree of merges and the documents' vectors in, how good every level is, and the best, out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.topics.centres import sums
from engine.topics.cluster.tree import Tree

Floats = NDArray[np.float32]

KEEPS, PEAK = 0.85, 0.9
"""Shares of the best level's silhouette: down to the first more topics are still taken, down to the
second another peak, with more topics, is taken for the best."""
MOST_FOR_BEST = 40
CLIFF, BREAK = 10, 4
EXPLAINED = 0.9
SAME = 1e-5
_MOST = 150
_SAMPLE = 10_000


@dataclass(frozen=True)
class Level:
    """What a level is like.

    Attributes:
        topics: How many there are.
        smallest: Documents in the smallest.
        silhouette: Simplified silhouette of the documents' own vectors, -1 to 1: how much nearer
            they are to their topic's centre than to the next one's.
        joins: Height of the merge that leads to one topic less.
        explained: Share of the grains' spread in the reduced space that lies between the topics.
        chosen: Whether it is the one Limn takes by itself.
    """

    topics: int
    smallest: int
    silhouette: float
    joins: float
    explained: float
    chosen: bool = False


def levels(tree: Tree, vectors: Floats, *, seed: int = 0) -> list[Level]:
    """Every level from 2 topics to 150, fewest first; one is chosen, if on any topics lie apart.

    The silhouette is taken in the encoder's space, not in the reduced one, which tears apart what
    belongs together. It is best where topics are far from each other, usually with few of them, or
    at a later peak that is nearly as good; from there on, more topics are taken as long as it stays
    above 85 % of the best. So a corpus whose
    topics fall apart clearly gets those, and one without clear borders gets finer ones.

    The limits were set on news, reviews and papers, wholes and parts of them, so that the number
    and the agreement with their categories were right on all; see benchmarks/topic_levels.py.

    Args:
        tree: Of n documents.
        vectors: (n, width) float32.
        seed: Of the 10,000 documents that are looked at.
    """
    most = min(_MOST, tree.most)
    if most < 2:
        return []
    weights = np.bincount(tree.grain, minlength=tree.most)
    centres = sums(vectors, tree.grain, tree.most)
    n = len(vectors)
    sample = np.sort(np.random.default_rng(seed).permutation(n)[:_SAMPLE])
    rows, grain = np.asarray(vectors[sample], dtype=np.float32), tree.grain[sample]
    within = np.concatenate([[0.0], np.cumsum(tree.merges[:, 2])])
    found = []
    for k in range(2, most + 1):
        of = tree.grains_at(k)
        sizes = np.bincount(of, weights=weights, minlength=k).astype(np.float64)
        means = np.zeros((k, centres.shape[1]), dtype=np.float32)
        np.add.at(means, of, centres)
        means /= sizes[:, None].astype(np.float32)
        found.append(
            Level(
                topics=k,
                smallest=int(sizes.min()),
                silhouette=simplified_silhouette(rows, of[grain], means, sizes),
                joins=float(tree.merges[tree.most - k, 2]),
                explained=float(1 - within[tree.most - k] / max(within[-1], 1e-12)),
            )
        )
    best = choose(
        [level.silhouette for level in found],
        joins=[level.joins for level in found],
        explained=[level.explained for level in found],
    )
    return [
        level if place != best else Level(**{**level.__dict__, "chosen": True})
        for place, level in enumerate(found)
    ]


def all_alike(vectors: Floats) -> bool:
    """Whether float32 cannot tell the documents apart; of many, every so many are looked at."""
    rows = np.asarray(vectors[:: max(1, len(vectors) // _SAMPLE)], dtype=np.float32)
    return bool((((rows - rows[:1]) ** 2).sum(axis=1) < SAME).all())


def choose(
    silhouettes: list[float],
    *,
    joins: list[float] | None = None,
    explained: list[float] | None = None,
) -> int | None:
    """Place of the level to take, of those from 2 topics on; None where topics lie apart on none.

    Args:
        silhouettes: Of each level.
        joins: Height of the merge that ends each level. Where the next one's is ten times lower,
            what it would part is one topic, however good it still looks.
        explained: Of each level. Few topics that explain less than 90 % are only taken where the
            next merge is four times lower, a clear break; else more are, until they explain it.
    """
    most = max(silhouettes[: MOST_FOR_BEST - 1])
    if most <= 0:
        return None
    best = max(place for place in _peaks(silhouettes) if silhouettes[place] >= PEAK * most)
    least = KEEPS * most
    last = len(silhouettes) - 1

    def drop(place: int) -> float:
        if joins is None or place == last or joins[place + 1] <= 0:
            return 1.0
        return joins[place] / joins[place + 1]

    place = best
    while place < last and silhouettes[place + 1] >= least and drop(place) < CLIFF:
        place += 1
    while (
        explained is not None
        and place < last
        and explained[place] < EXPLAINED
        and drop(place) < BREAK
    ):
        place += 1
    return place


def _peaks(silhouettes: list[float]) -> list[int]:
    """Places of levels of up to 40 topics that are no worse than the ones beside them, and of the
    best."""
    few = np.asarray(silhouettes[: MOST_FOR_BEST - 1])
    beside = np.concatenate([[-np.inf], np.asarray(silhouettes), [-np.inf]])
    peak = (few >= beside[: len(few)]) & (few >= beside[2 : len(few) + 2])
    return [int(few.argmax()), *np.flatnonzero(peak & (few > 0)).tolist()]


def simplified_silhouette(
    rows: Floats, labels: NDArray[np.int32], means: Floats, sizes: NDArray[np.float64]
) -> float:
    """Mean of (b - a) / max(a, b), a and b the distances to one's own mean and the next nearest.

    Hruschka et al. 2004, "Evolutionary search for optimal fuzzy c-means clustering". One's own mean
    is that of the others in the cluster: a small cluster would else look good because each of its
    few members pulls the mean to itself.
    """
    squares = (rows**2).sum(axis=1)[:, None] + (means**2).sum(axis=1) - 2 * rows @ means.T
    # Nearer than float32 can tell is the same place.
    far = np.sqrt(np.where(squares < SAME, 0, squares))
    places, mine = np.arange(len(rows)), sizes[labels]
    own = far[places, labels] * mine / np.maximum(mine - 1, 1)
    far[places, labels] = np.inf
    other = far.min(axis=1)
    shape = (other - own) / np.maximum(np.maximum(own, other), 1e-12)
    # Alone, a document has no cluster to be near to.
    return float(np.where(mine > 1, shape, 0).mean())
