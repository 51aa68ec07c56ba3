"""Reduced points in, their dense grains out: many small clusters that larger ones are made of."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]

MIN_SAMPLES = 10
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
    found = dense(points[sample], max(_LEAST, len(sample) // _SHARE), method="leaf")
    noise = np.zeros(n, dtype=bool)
    noise[sample] = found < 0
    if found.max(initial=-1) < 1:
        return np.zeros(n, dtype=np.int32), noise
    everywhere = np.full(n, -1, dtype=np.int32)
    everywhere[sample] = found
    return joined(points, everywhere), noise


def dense(points: Floats, min_cluster_size: int, *, method: str = "eom") -> Ints:
    """(n,) int32 clusters of HDBSCAN, -1 for the points it leaves out."""
    import hdbscan

    n = len(points)
    if n <= min_cluster_size or n < 2 * _LEAST:
        return np.full(n, -1, dtype=np.int32)
    model = hdbscan.HDBSCAN(
        min_cluster_size=max(2, min_cluster_size),
        min_samples=min(MIN_SAMPLES, min_cluster_size, n - 1),
        cluster_selection_method=method,
        core_dist_n_jobs=1,
        approx_min_span_tree=False,
    )
    labels: Ints = model.fit(points.astype(np.float64)).labels_.astype(np.int32)
    return labels


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
