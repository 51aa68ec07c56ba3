"""The topic and the group of each document in, how many are of both out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def tally(
    assigned: NDArray[np.int32], ids: NDArray[np.int32], groups: NDArray[np.int32], count: int
) -> NDArray[np.int64]:
    """(k, count) int64 documents of each topic and group.

    Args:
        assigned: (n,) topic of each document.
        ids: (k,) topics; documents of others count nowhere.
        groups: (n,) from 0 to `count` - 1; -1 counts nowhere.
        count: How many groups there are.
    """
    places = places_of(assigned, ids)
    both = np.flatnonzero((places >= 0) & (groups >= 0))
    cells = places[both].astype(np.int64) * count + groups[both]
    return np.bincount(cells, minlength=len(ids) * count).reshape(len(ids), count)


def places_of(assigned: NDArray[np.int32], ids: NDArray[np.int32]) -> NDArray[np.int32]:
    """(n,) int32 where the topic of each document stands in `ids`, -1 where it does not."""
    if not len(ids):
        return np.full(len(assigned), -1, dtype=np.int32)
    order = np.argsort(ids)
    at = np.minimum(np.searchsorted(ids[order], assigned), len(ids) - 1)
    found: NDArray[np.int32] = np.where(ids[order][at] == assigned, order[at], -1).astype(np.int32)
    return found
