"""Vectors and the points made of them in, how many neighbours stayed neighbours out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

_SAMPLE = 1000
_AMONG = 20_000
_TRUSTED = 3000


def neighbours_kept(vectors: Floats, points: Floats, *, k: int = 15, seed: int = 0) -> float:
    """Share of the k nearest documents by cosine that are among the k nearest points.

    Of up to 1,000 documents, each among up to 20,000; 0 to 1, chance being k over that many.

    Args:
        vectors: (n, width) float32 of length 1.
        points: (n, dims) float32.
        k: How many neighbours; fewer where there are fewer documents.
        seed: Of the sample.
    """
    n = len(vectors)
    k = min(k, n - 2)
    if k < 1:
        return 1.0
    among = np.sort(np.random.default_rng(seed).permutation(n)[:_AMONG])
    asked = np.random.default_rng(seed + 1).permutation(len(among))[:_SAMPLE]
    rows = np.asarray(vectors[among], dtype=np.float32)
    far = 1 - rows[asked] @ rows.T
    there = _nearest(far, asked, k)
    flat = points[among].astype(np.float32)
    squares = (flat**2).sum(axis=1)
    here = _nearest(squares[asked][:, None] + squares - 2 * flat[asked] @ flat.T, asked, k)
    same = [len(np.intersect1d(a, b)) for a, b in zip(there, here, strict=True)]
    return round(float(np.mean(same)) / k, 4)


def trustworthy(vectors: Floats, points: Floats, *, k: int = 15, seed: int = 0) -> float:
    """Trustworthiness (Venna and Kaski 2001): 1 where no point has a neighbour from far away.

    Of up to 3,000 documents among themselves; chance is about 0.5.

    Args:
        vectors: (n, width) float32 of length 1.
        points: (n, dims) float32.
        k: How many neighbours; fewer where there are fewer documents.
        seed: Of the sample.
    """
    from sklearn.manifold import trustworthiness

    n = min(len(vectors), _TRUSTED)
    k = min(k, (n - 1) // 2)
    if k < 1:
        return 1.0
    some = np.sort(np.random.default_rng(seed).permutation(len(vectors))[:n])
    rows = np.asarray(vectors[some], dtype=np.float32)
    return round(float(trustworthiness(rows, points[some], n_neighbors=k, metric="cosine")), 4)


def _nearest(far: Floats, own: NDArray[np.int64], k: int) -> NDArray[np.int64]:
    far[np.arange(len(own)), own] = np.inf
    return np.argpartition(far, k, axis=1)[:, :k]
