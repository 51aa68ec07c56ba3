"""Topics in, how alike each two are out, by their centres or by their words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.topics.centres import unit

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Pair:
    """Places of two topics and their cosine."""

    one: int
    other: int
    cosine: float


def likeness(vectors: Floats) -> Floats:
    """(k, k) float32 cosine of each two rows, 1 on the diagonal.

    Args:
        vectors: (k, width) centres of topics, or their c-TF-IDF.
    """
    rows = unit(np.asarray(vectors, dtype=np.float32))
    found: Floats = np.clip(rows @ rows.T, -1, 1)
    np.fill_diagonal(found, 1)
    return found


def closest(alike: Floats, *, most: int = 20) -> list[Pair]:
    """The pairs that are most alike, the nearest first.

    Args:
        alike: By :func:`likeness`.
        most: How many at most.
    """
    ones, others = np.triu_indices(len(alike), 1)
    cosines = alike[ones, others]
    best = np.argsort(-cosines, kind="stable")[:most]
    return [Pair(int(ones[i]), int(others[i]), float(cosines[i])) for i in best]
