"""Vectors and the topic of each in, the topics' centres and what lies nearest to them out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

_BLOCK = 50_000
_NEAREST = 5


def sums(vectors: Floats, labels: NDArray[np.int32], k: int) -> Floats:
    """(k, width) float32, the sum of the vectors of each label from 0 to k - 1; -1 counts nowhere.

    Reads the vectors in blocks, so that a memory-mapped file stays on the disk.
    """
    from scipy.sparse import csr_matrix

    total = np.zeros((k, vectors.shape[1]), dtype=np.float64)
    for start in range(0, len(vectors), _BLOCK):
        mine = labels[start : start + _BLOCK]
        block = np.asarray(vectors[start : start + _BLOCK], dtype=np.float32)
        there = np.flatnonzero(mine >= 0)
        ones = np.ones(len(there), dtype=np.float32)
        total += csr_matrix((ones, (mine[there], there)), shape=(k, len(mine))) @ block
    return total.astype(np.float32)


def unit(vectors: Floats) -> Floats:
    """Each row at length 1; a row of zeros stays one."""
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    found: Floats = (vectors / np.maximum(length, 1e-12)).astype(np.float32)
    return found


def nearest(vectors: Floats, places: NDArray[np.int64], centre: Floats) -> tuple[int, ...]:
    """The five of `places` whose vectors are nearest to `centre` by cosine, the nearest first."""
    near = np.asarray(vectors[places], dtype=np.float32) @ centre
    return tuple(int(p) for p in places[np.argsort(-near, kind="stable")[:_NEAREST]])
