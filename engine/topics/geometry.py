"""Points of a map in, whole numbers for the browser, points in a drawn shape, and places out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.errors import InputError

SIDE = 65_535
_CLEAN = 0.001
_MOST_CORNERS = 5_000


@dataclass(frozen=True, eq=False)
class Flat:
    """Points as a map draws them.

    points: (n, 2) uint16 from 0 to SIDE, y upwards, both axes to one scale, so that 1 M points are
    4 MB. span: how far they reach on each axis.
    """

    points: NDArray[np.uint16]
    span: tuple[int, int]


def flat(points: NDArray[np.floating]) -> Flat:
    """(n, 2) points of any unit as whole numbers.

    A handful of points far from all others would leave the rest a speck: the thousandth that lies
    farthest out on each side is drawn nearer, at most a fifth beyond the others.

    Raises:
        InputError: points that are not (n, 2), or not all finite.
    """
    if points.ndim != 2 or points.shape[1] != 2:
        raise InputError(f"A map needs two numbers for each document, not {points.shape}.")
    if not np.isfinite(points).all():
        bad = int(np.flatnonzero(~np.isfinite(points).all(axis=1))[0])
        raise InputError(f"Document {bad:,} has no place on the map: its numbers are not finite.")
    if not len(points):
        return Flat(np.zeros((0, 2), dtype=np.uint16), (SIDE, SIDE))
    low, high = np.quantile(points, [_CLEAN, 1 - _CLEAN], axis=0)
    reach = np.maximum(high - low, 0) * 0.2
    kept = np.clip(points, low - reach, high + reach).astype(np.float64)
    kept -= kept.min(axis=0)
    most = float(kept.max())
    if most <= 0:  # one place for all of them
        return Flat(np.full((len(points), 2), SIDE // 2, dtype=np.uint16), (SIDE, SIDE))
    numbers = np.rint(kept * (SIDE / most)).astype(np.uint16)
    across, up = (max(1, int(v)) for v in numbers.max(axis=0))
    return Flat(numbers, (across, up))


def inside(points: NDArray[np.uint16], polygon: Sequence[float]) -> NDArray[np.int64]:
    """Places of the points within a polygon, in order, by the even-odd rule.

    An edge can only turn the points between its two heights inside out, so they are sorted by
    height once and each edge looks at a slice: a lasso of 240 corners around a million points takes
    a tenth of a second.

    Args:
        points: (n, 2) as :func:`flat` makes them.
        polygon: x0, y0, x1, y1, ... in the same numbers.

    Raises:
        InputError: fewer than three corners, or numbers that are no numbers.
    """
    corners = _corners(polygon)
    (left, low), (right, high) = corners.min(axis=0), corners.max(axis=0)
    x, y = points[:, 0], points[:, 1]
    near = np.flatnonzero((x >= left) & (x <= right) & (y >= low) & (y <= high))
    near = near[np.argsort(y[near], kind="stable")]
    across, up = x[near].astype(np.float64), y[near].astype(np.float64)
    odd = np.zeros(len(near), dtype=bool)
    before = np.roll(corners, 1, axis=0)
    for (x0, y0), (x1, y1) in zip(corners, before, strict=True):
        if y0 == y1:
            continue
        first, last = np.searchsorted(up, sorted((y0, y1)))
        run = slice(first, last)
        odd[run] ^= across[run] < (x1 - x0) * (up[run] - y0) / (y1 - y0) + x0
    return np.sort(near[odd])


def anchors(
    points: NDArray[np.uint16], assigned: NDArray[np.int32], ids: Sequence[int]
) -> NDArray[np.float32]:
    """(k, 2) where the name of each topic belongs: the middle of its densest half.

    A mean may fall between two halves of a topic, onto another one; half of the points around the
    median, twice, does not.
    """
    order = np.argsort(assigned, kind="stable")
    ranked = assigned[order]
    found = np.zeros((len(ids), 2), dtype=np.float32)
    for n, number in enumerate(ids):
        first, last = np.searchsorted(ranked, [number, number + 1])
        mine = points[order[first:last]].astype(np.float32)
        if not len(mine):
            continue
        for _ in range(3):
            middle = np.median(mine, axis=0)
            far = ((mine - middle) ** 2).sum(axis=1)
            mine = mine[far <= np.median(far)]
        found[n] = mine.mean(axis=0)
    return found


def _corners(polygon: Sequence[float]) -> NDArray[np.float64]:
    try:
        corners = np.asarray(polygon, dtype=np.float64).reshape(-1, 2)
    except (TypeError, ValueError):
        raise InputError("The shape drawn on the map could not be read; draw it again.") from None
    if not 3 <= len(corners) <= _MOST_CORNERS or not np.isfinite(corners).all():
        raise InputError(f"A shape on the map needs 3 to {_MOST_CORNERS:,} corners; draw it again.")
    return corners
