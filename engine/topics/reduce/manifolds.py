"""UMAP by manifolds-rs, in Rust: ready at once, where umap-learn compiles for a minute."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.topics.reduce.copies import stand_ins

Floats = NDArray[np.float32]

EPOCHS, EPOCHS_OF_MANY = 200, 100
MANY, MANY_FOR_CLUSTERS = 200_000, 30_000
"""Documents from which fewer epochs do. Of 60,000 abstracts in 5 dimensions 100 epochs kept as many
neighbours as 200 (0.147) and gave topics as good (NMI 0.386 and 0.384); a map lost one in twenty of
its neighbours."""


def umap(vectors: Floats, *, dims: int, neighbors: int, min_dist: float, seed: int) -> Floats:
    """(n, dims) float32 of (n, width) float32; cosine distances."""
    places, away = neighbours(vectors, k=neighbors, seed=seed)
    return umap_of(vectors, places, away, dims=dims, min_dist=min_dist, seed=seed)


def umap_of(
    vectors: Floats,
    places: NDArray[np.int64],
    away: Floats,
    *,
    dims: int,
    min_dist: float,
    seed: int,
) -> Floats:
    """The same of the documents nearest to each and their cosine distances, both (n, k).

    Where many documents are near-copies of others, one of each group is placed, and the others with
    it: see :func:`engine.topics.reduce.copies.stand_ins`.
    """
    rows = np.ascontiguousarray(vectors, dtype=np.float32)
    kept, place = np.unique(stand_ins(rows, places, away), return_inverse=True)
    k = places.shape[1]
    if 2 * k < len(kept) < len(rows):
        rows = rows[kept]
        places, away = neighbours(rows, k=k, seed=seed)
    else:
        place = np.arange(len(rows))
    points = _umap(rows, places, away, dims=dims, min_dist=min_dist, seed=seed)
    return np.ascontiguousarray(points[place])


def _umap(
    rows: Floats,
    places: NDArray[np.int64],
    away: Floats,
    *,
    dims: int,
    min_dist: float,
    seed: int,
) -> Floats:
    from manifolds_rs import UMAP

    model = UMAP(
        n_components=dims,
        n_neighbors=places.shape[1],
        metric="cosine",
        min_dist=min_dist,
        # A map begun from the main axes keeps groups that share no neighbour within sight.
        init="pca" if dims == 2 else "spectral",
        n_epochs=_epochs(len(rows), dims),
        seed=seed,
    )
    points: Floats = np.asarray(
        model.fit_transform(rows, knn_indices=places, knn_distances=away), dtype=np.float32
    )
    return points


def neighbours(vectors: Floats, *, k: int, seed: int = 0) -> tuple[NDArray[np.int64], Floats]:
    """(n, k) places of the nearest vectors to each, itself left out, and their cosine distances.

    By nearest-neighbour descent (Dong et al. 2011): quick, and not always the very nearest. Where
    it leaves gaps, as among documents that are all alike, all are compared instead.
    """
    from manifolds_rs import knn_graph

    rows = np.ascontiguousarray(vectors, dtype=np.float32)
    places, away = knn_graph(rows, k=k, metric="cosine", ann="nndescent", seed=seed)
    if (places < 0).any():
        places, away = knn_graph(rows, k=k, metric="cosine", ann="exhaustive", seed=seed)
    return np.asarray(places, dtype=np.int64), np.asarray(away, dtype=np.float32)


def _epochs(documents: int, dims: int) -> int:
    most = MANY if dims == 2 else MANY_FOR_CLUSTERS
    return EPOCHS if documents <= most else EPOCHS_OF_MANY
