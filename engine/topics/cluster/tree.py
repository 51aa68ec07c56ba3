"""Grains in, the tree of their merges out, and the clusters at any level of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Tree:
    """The merges of m grains, from the first to the last.

    grain: (n,) int32, the grain of each document. merges: (m - 1, 4) float64 as in SciPy's linkage:
    the two clusters joined (grains are 0 to m - 1, the cluster of merge i is m + i), the height and
    the documents in it.
    """

    grain: Ints
    merges: NDArray[np.float64]

    @property
    def most(self) -> int:
        """The number of grains: the most clusters there can be."""
        return len(self.merges) + 1

    def grains_at(self, k: int) -> Ints:
        """(m,) int32, the cluster of each grain where k clusters are left; larger ones first."""
        m = self.most
        k = max(1, min(k, m))
        parent = np.arange(2 * m - 1)
        for i in range(m - k):
            parent[[int(self.merges[i, 0]), int(self.merges[i, 1])]] = m + i
        for i in range(2 * m - 2, -1, -1):
            parent[i] = parent[parent[i]]
        weights = np.bincount(self.grain, minlength=m)
        roots, place = np.unique(parent[:m], return_inverse=True)
        order = np.argsort(-np.bincount(place, weights=weights), kind="stable")
        rank = np.empty(len(roots), dtype=np.int32)
        rank[order] = np.arange(len(roots), dtype=np.int32)
        found: Ints = rank[place]
        return found

    def labels_at(self, k: int) -> Ints:
        """(n,) int32, the cluster of each document where k clusters are left."""
        found: Ints = self.grains_at(k)[self.grain]
        return found


def merge_tree(points: Floats, grain: Ints) -> Tree:
    """Ward's merges of the grains, each with the weight of its points (Ward 1963).

    Args:
        points: (n, dims) float32.
        grain: (n,) int32 from 0 to m - 1, each of which occurs.
    """
    m = int(grain.max()) + 1
    weight: NDArray[np.float64] = np.bincount(grain, minlength=m).astype(np.float64)
    centre: NDArray[np.float64] = np.stack(
        [np.bincount(grain, weights=points[:, d], minlength=m) for d in range(points.shape[1])],
        axis=1,
    )
    centre /= weight[:, None]
    name = np.arange(m)
    cost = _ward(centre, weight, centre, weight)
    np.fill_diagonal(cost, np.inf)
    merges = np.zeros((m - 1, 4))
    for step in range(m - 1):
        i, j = sorted(divmod(int(cost.argmin()), m))
        height = cost[i, j]
        whole = weight[i] + weight[j]
        centre[i] = (weight[i] * centre[i] + weight[j] * centre[j]) / whole
        weight[i] = whole
        merges[step] = *sorted((name[i], name[j])), height, whole
        name[i] = m + step
        gone = np.isinf(cost).all(axis=1)
        fresh = _ward(centre[i : i + 1], weight[i : i + 1], centre, weight)[0]
        fresh[gone] = np.inf
        fresh[[i, j]] = np.inf
        cost[i], cost[:, i] = fresh, fresh
        cost[j], cost[:, j] = np.inf, np.inf
    return Tree(grain, merges)


def _ward(
    a: NDArray[np.float64], wa: NDArray[np.float64], b: NDArray[np.float64], wb: NDArray[np.float64]
) -> NDArray[np.float64]:
    """(len(a), len(b)) growth of the squared distance to the centre if the two were joined."""
    apart: NDArray[np.float64] = ((a[:, None] - b[None]) ** 2).sum(axis=2)
    apart *= wa[:, None] * wb[None] / (wa[:, None] + wb[None])
    return apart
