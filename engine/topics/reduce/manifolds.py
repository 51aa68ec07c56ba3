"""UMAP by manifolds-rs, in Rust: ready at once, where umap-learn compiles for a minute."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

EPOCHS, EPOCHS_OF_MANY = 200, 100
MANY = 200_000


def umap(
    vectors: NDArray[np.float32], *, dims: int, neighbors: int, min_dist: float, seed: int
) -> NDArray[np.float32]:
    """(n, dims) float32 of (n, width) float32; cosine distances."""
    from manifolds_rs import UMAP

    model = UMAP(
        n_components=dims,
        n_neighbors=neighbors,
        metric="cosine",
        min_dist=min_dist,
        ann="nndescent",
        # A map begun from the main axes keeps groups that share no neighbour within sight.
        init="pca" if dims == 2 else "spectral",
        n_epochs=EPOCHS if len(vectors) <= MANY else EPOCHS_OF_MANY,
        seed=seed,
    )
    points: NDArray[np.float32] = np.asarray(
        model.fit_transform(np.ascontiguousarray(vectors, dtype=np.float32)), dtype=np.float32
    )
    return points
