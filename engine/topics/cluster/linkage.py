"""Reduced points in, HDBSCAN's tree of them out once, and the clusters of any least size after."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]
Linkage = NDArray[np.float64]

MIN_SAMPLES = 10
FEWEST = 10
"""Points below which there is no density to speak of."""


def samples_for(min_cluster_size: int, n: int) -> int:
    """HDBSCAN's min_samples beside a least size: how many neighbours make a place dense."""
    return min(MIN_SAMPLES, min_cluster_size, n - 1)


def linkage(points: Floats, min_samples: int) -> Linkage:
    """(n - 1, 4) float64, the single linkage tree of mutual reachability, as in SciPy.

    It is what takes HDBSCAN's time (Campello et al. 2013), and no least size changes it.
    """
    import hdbscan

    model = hdbscan.HDBSCAN(
        min_cluster_size=max(2, len(points) // 2),
        min_samples=min_samples,
        core_dist_n_jobs=1,
        approx_min_span_tree=False,
    )
    tree: Linkage = model.fit(points.astype(np.float64)).single_linkage_tree_.to_numpy()
    return tree


def cut(tree: Linkage, min_cluster_size: int, *, method: str = "eom") -> Ints:
    """(n,) int32 clusters of at least that size, -1 for the points left out; HDBSCAN's own."""
    from hdbscan.hdbscan_ import _tree_to_labels

    found = _tree_to_labels(None, tree, max(2, min_cluster_size), cluster_selection_method=method)
    labels: Ints = np.asarray(found[0]).astype(np.int32)
    return labels
