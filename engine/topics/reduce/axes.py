"""Vectors in, what they are along the directions in which they lie most out; a block at a time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

_BLOCK = 65_536


def main_axes(vectors: Floats, dims: int, *, centred: bool = True) -> Floats:
    """(n, dims) float32 along the directions in which the vectors differ most; 0 beyond those.

    Holds a block and the result: of memory-mapped vectors 2 million fit anywhere.

    Args:
        vectors: (n, width) float32; may be memory-mapped.
        dims: How many directions.
        centred: False keeps angles (cosines) as well as it can, not distances from the mean.
    """
    n, width = vectors.shape
    blocks = range(0, n, _BLOCK)
    mean = np.zeros(width)
    if centred:
        mean = sum((_block(vectors, at).sum(axis=0) for at in blocks), mean) / max(1, n)
    products = np.zeros((width, width))
    for at in blocks:
        rows = _block(vectors, at) - mean
        products += rows.T @ rows
    values, axes = np.linalg.eigh(products)
    axes = axes[:, np.argsort(-values)[:dims]]
    # An axis has no sign of its own: its largest part points up, so that runs agree.
    axes *= np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(axes.shape[1])])
    points = np.zeros((n, dims), dtype=np.float32)
    for at in blocks:
        points[at : at + _BLOCK, : axes.shape[1]] = (_block(vectors, at) - mean) @ axes
    return points


def _block(vectors: Floats, at: int) -> NDArray[np.float64]:
    return np.asarray(vectors[at : at + _BLOCK], dtype=np.float64)
