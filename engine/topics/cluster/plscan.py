"""Reduced points in, the clusters of PLSCAN out, which looks for the least size by itself."""

from __future__ import annotations

import importlib.util

import numpy as np
from numpy.typing import NDArray

from engine.errors import InputError
from engine.topics.cluster.linkage import FEWEST, MIN_SAMPLES

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]


def plscan(points: Floats, *, min_cluster_size: int = 0) -> Ints:
    """(n,) int32 clusters, -1 for the points left out.

    Of all least sizes the one is taken at which leaves of HDBSCAN's tree last longest in sum (Bot
    et al. 2025, "Persistent multiscale density-based clustering"); by fast-plscan.

    Args:
        points: (n, dims) float32, reduced.
        min_cluster_size: Sizes below it are not looked at; 0 for none.

    Raises:
        InputError: fast-plscan is not installed.
    """
    if importlib.util.find_spec("fast_plscan") is None:
        raise InputError(
            "PLSCAN needs a package that is not installed here: run pip install fast-plscan, or "
            "take hdbscan or kmeans."
        )
    n = len(points)
    if n < FEWEST or np.ptp(points, axis=0).max() == 0:
        return np.full(n, -1, dtype=np.int32)
    from fast_plscan import PLSCAN

    samples = min(MIN_SAMPLES, n // 2)
    model = PLSCAN(min_samples=samples, min_cluster_size=max(samples, min_cluster_size))
    labels: Ints = model.fit(points).labels_.astype(np.int32)
    return labels
