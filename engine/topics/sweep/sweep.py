"""Reduced points in, what HDBSCAN finds in them at every least size of a cluster, out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.topics.cluster.linkage import FEWEST, Linkage, cut, linkage, samples_for
from engine.topics.stability.score import rand

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]

_SMALLEST, _SMALLEST_OF_FEW = 5, 2
_FEW = 100
_LARGEST = 0.25


@dataclass(frozen=True)
class Row:
    """One least size.

    Attributes:
        size: min_cluster_size.
        topics: Topics found.
        outlier_share: Documents in none, 0 to 1.
        fit: Agreement with the topics as they were found.
        seeds: Agreement with the same size after a reduction with another seed.
        next: Agreement with the next larger size; nan at the last.
        All are adjusted Rand indices, where a document in no topic stands alone; nan where one of
        the two has no topic at all.
    """

    size: int
    topics: int
    outlier_share: float
    fit: float
    seeds: float
    next: float


def sizes_for(n: int, many: int) -> list[int]:
    """Least sizes worth trying on n documents, evenly on a log scale, up to a quarter of them."""
    low = _SMALLEST if n >= _FEW else _SMALLEST_OF_FEW
    high = max(low + 1, int(n * _LARGEST))
    return sorted({round(size) for size in np.geomspace(low, high, many)})


def clusters(points: Floats, sizes: Sequence[int]) -> Iterator[Ints]:
    """(n,) int32 for each size in turn: what ``dense(points, size)`` gives, in a fraction of its
    time, as the tree is made once for all sizes of 10 and more."""
    n = len(points)
    trees: dict[int, Linkage] = {}
    for size in sizes:
        if n <= size or n < FEWEST:
            yield np.full(n, -1, dtype=np.int32)
            continue
        samples = samples_for(size, n)
        if samples not in trees:
            trees = {samples: linkage(points, samples)}
        yield cut(trees[samples], size)


def rows(
    sizes: Sequence[int], found: Sequence[Ints], other: Sequence[Ints], fit: Ints
) -> list[Row]:
    """What each size is like.

    Args:
        sizes: Ascending.
        found: Clusters of each size.
        other: The same after a reduction with another seed.
        fit: (n,) the topics as they were found.
    """
    return [
        Row(
            size=size,
            topics=int(labels.max(initial=-1)) + 1,
            outlier_share=float((labels < 0).mean()),
            fit=_agree(fit, labels),
            seeds=_agree(labels, other[n]),
            next=_agree(labels, found[n + 1]) if n + 1 < len(found) else float("nan"),
        )
        for n, (size, labels) in enumerate(zip(sizes, found, strict=True))
    ]


def _agree(one: Ints, other: Ints) -> float:
    if one.max(initial=-1) < 0 or other.max(initial=-1) < 0:
        return float("nan")
    return rand(one, other)
