"""Vectors and topics in, how near each topic's documents are to its centre out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.topics.topics import Topics

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]

_MOST = 20_000


def within(topics: Topics, vectors: Floats) -> Doubles:
    """(k,) float64 from -1 to 1: mean cosine of a topic's documents with its centre.

    Of more than 20,000 documents every so many are looked at; a topic none of whose documents is
    among them has nan.

    Args:
        topics: k topics of n documents.
        vectors: (n, width) float32 of length 1; may be memory-mapped.
    """
    ids = topics.ids
    k = len(ids)
    places = np.flatnonzero(topics.assigned >= 0)
    places = places[:: max(1, -(-len(places) // _MOST))]
    order = np.argsort(ids)
    mine = order[np.searchsorted(ids[order], topics.assigned[places])] if k else places[:0]
    rows = np.asarray(vectors[places], dtype=np.float32)
    near = np.einsum("ij,ij->i", rows, topics.centroids[mine]) if k else np.empty(0)
    many = np.bincount(mine, minlength=k).astype(np.float64)
    total = np.bincount(mine, weights=near, minlength=k)
    return np.where(many > 0, total / np.maximum(many, 1), np.nan)
