"""Reduced points in, their dense grains out: many small clusters that larger ones are made of."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.topics.cluster.linkage import FEWEST, cut, linkage, samples_for

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]

_LEAST = 5
_SHARE = 1000
_MOST_POINTS = 100_000


def grains(points: Floats, *, seed: int = 0) -> tuple[Ints, NDArray[np.bool_]]:
    """Leaves of HDBSCAN's tree, with every point in one of them.

    The leaves are the densest spots there are (Campello et al. 2013, HDBSCAN). A point between them
    goes to the leaf whose mean is nearest. Of more than 100,000 points a sample makes the leaves.

    Args:
        points: (n, dims) float32, reduced.
        seed: Of the sample.

    Returns:
        (n,) int32 grain of each point, 0 to m - 1; all 0 where the points have no dense spots.
        (n,) bool, whether HDBSCAN left the point out (False for points outside the sample).
    """
    n = len(points)
    sample = np.arange(n)
    if n > _MOST_POINTS:
        sample = np.sort(np.random.default_rng(seed).choice(n, _MOST_POINTS, replace=False))
    found = dense(points[sample], least(n), method="leaf")
    noise = np.zeros(n, dtype=bool)
    noise[sample] = found < 0
    if found.max(initial=-1) < 1:
        return np.zeros(n, dtype=np.int32), noise
    everywhere = np.full(n, -1, dtype=np.int32)
    everywhere[sample] = found
    return joined(points, everywhere), noise


def least(n: int) -> int:
    """Documents a grain of n documents has at least: a thousandth of them, from 5 to 100."""
    return max(_LEAST, min(n, _MOST_POINTS) // _SHARE)


def dense(points: Floats, min_cluster_size: int, *, method: str = "eom") -> Ints:
    """(n,) int32 clusters of HDBSCAN, -1 for the points it leaves out."""
    n = len(points)
    if n <= min_cluster_size or n < FEWEST:
        return np.full(n, -1, dtype=np.int32)
    tree = linkage(points, samples_for(min_cluster_size, n))
    return cut(tree, min_cluster_size, method=method)


def joined(points: Floats, labels: Ints) -> Ints:
    """(n,) labels in which every point of -1 has that of the cluster whose mean is nearest."""
    from scipy.spatial import cKDTree

    there = labels >= 0
    if there.all() or not there.any():
        return labels
    names, place = np.unique(labels[there], return_inverse=True)
    sizes = np.bincount(place)
    means = [np.bincount(place, weights=column) / sizes for column in points[there].T]
    _, near = cKDTree(np.stack(means, axis=1)).query(points[~there], workers=-1)
    whole = labels.copy()
    whole[~there] = names[near]
    return whole
