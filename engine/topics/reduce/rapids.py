"""UMAP by RAPIDS cuML, on a GPU where it is installed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def umap(
    vectors: NDArray[np.float32], *, dims: int, neighbors: int, min_dist: float, seed: int
) -> NDArray[np.float32]:
    """(n, dims) float32 of (n, width) float32; cosine distances."""
    from cuml.manifold import UMAP

    model = UMAP(
        n_components=dims,
        n_neighbors=neighbors,
        min_dist=min_dist,
        metric="cosine",
        random_state=seed,
    )
    points: NDArray[np.float32] = np.asarray(model.fit_transform(vectors), dtype=np.float32)
    return points
