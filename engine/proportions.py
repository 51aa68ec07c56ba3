"""Counts of hits in, intervals of shares and of their differences out."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Shares = NDArray[np.float64]


def wilson(hits: ArrayLike, rows: ArrayLike, *, level: float = 0.95) -> tuple[Shares, Shares]:
    """Low and high end of the interval of a share (Wilson 1927); 0 and 1 where there is no row.

    It keeps its promise for few rows and for shares near 0 and 1, and needs no resampling.
    """
    from scipy.special import ndtri

    n = np.asarray(rows, dtype=float)
    share = np.asarray(hits, dtype=float) / np.maximum(n, 1)
    z = float(ndtri(0.5 + level / 2))
    spread = z * np.sqrt(share * (1 - share) * n + z**2 / 4)
    low, high = ((n * share + z**2 / 2 + sign * spread) / (n + z**2) for sign in (-1, 1))
    empty = n == 0
    # Rounding must not put an end on the wrong side of the share itself.
    low, high = np.clip(low, 0, share), np.clip(high, share, 1)
    return np.where(empty, 0.0, low), np.where(empty, 1.0, high)


def difference(
    hits: tuple[ArrayLike, ArrayLike], rows: tuple[ArrayLike, ArrayLike], *, level: float = 0.95
) -> tuple[Shares, Shares]:
    """Low and high end of the first share less the second, of two separate groups.

    From the Wilson intervals of both (Newcombe 1998, method 10).
    """
    one, two = (
        np.asarray(h, dtype=float) / np.maximum(np.asarray(n, dtype=float), 1)
        for h, n in zip(hits, rows, strict=True)
    )
    low_one, high_one = wilson(hits[0], rows[0], level=level)
    low_two, high_two = wilson(hits[1], rows[1], level=level)
    gap = one - two
    low = gap - np.hypot(one - low_one, high_two - two)
    high = gap + np.hypot(high_one - one, two - low_two)
    return low, high
