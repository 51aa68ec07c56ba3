"""Vectors in, the nearest of others to each out: exact, by cosine, a block at a time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.topics.centres import unit

Floats = NDArray[np.float32]
Places = NDArray[np.int64]

_ASKED, _BLOCK = 512, 16_384
"""Vectors compared at a time: 32 MiB of cosines."""


def nearest(
    vectors: Floats,
    wanted: Floats,
    k: int,
    *,
    groups: Places | None = None,
    own: Places | None = None,
) -> tuple[Places, Floats]:
    """Places of the `k` nearest of n vectors to each of m, the nearest first, with their cosine.

    Exact: every pair is compared. Memory does not grow with n.

    Args:
        vectors: (n, width), may be memory-mapped.
        wanted: (m, width), of the same encoder.
        k: How many; at most n.
        groups: (n,) numbers of groups; with `own`, (m,): those of the same group are left out.

    Returns:
        (m, k) places and (m, k) cosines; where there are not so many left, place 0 with the cosine
        -inf.
    """
    k = min(k, len(vectors))
    places = np.zeros((len(wanted), k), dtype=np.int64)
    cosines = np.full((len(wanted), k), -np.inf, dtype=np.float32)
    for start in range(0, len(wanted), _ASKED):
        part = slice(start, start + _ASKED)
        asked = unit(np.asarray(wanted[part], dtype=np.float32))
        mine = None if groups is None or own is None else own[part]
        places[part], cosines[part] = _of(vectors, asked, k, groups, mine)
    return places, cosines


def _of(
    vectors: Floats, asked: Floats, k: int, groups: Places | None, own: Places | None
) -> tuple[Places, Floats]:
    best = np.full((len(asked), k), -np.inf, dtype=np.float32)
    at = np.zeros((len(asked), k), dtype=np.int64)
    for start in range(0, len(vectors), _BLOCK):
        stop = min(start + _BLOCK, len(vectors))
        alike = asked @ unit(np.asarray(vectors[start:stop], dtype=np.float32)).T
        if groups is not None and own is not None:
            alike[own[:, None] == groups[None, start:stop]] = -np.inf
        few = _highest(alike, k)
        best = np.concatenate([best, np.take_along_axis(alike, few, axis=1)], axis=1)
        at = np.concatenate([at, few + start], axis=1)
        kept = _highest(best, k)
        best, at = np.take_along_axis(best, kept, axis=1), np.take_along_axis(at, kept, axis=1)
    order = np.argsort(-best, axis=1, kind="stable")
    best, at = np.take_along_axis(best, order, axis=1), np.take_along_axis(at, order, axis=1)
    at[~np.isfinite(best)] = 0
    return at, best


def _highest(rows: Floats, k: int) -> Places:
    """(m, k) columns of the highest of each row, in any order."""
    if rows.shape[1] <= k:
        return np.broadcast_to(np.arange(rows.shape[1]), rows.shape).astype(np.int64)
    return np.argpartition(-rows, k - 1, axis=1)[:, :k]
