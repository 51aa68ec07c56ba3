"""Distances to neighbours in, how strongly each pulls a document towards itself out.

The graph that UMAP lays out (McInnes et al. 2018, arXiv:1802.03426, section 3.1): topics are found
where this graph put the documents, so the same graph says best where another one would have come to
lie.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Places = NDArray[np.int64]

SHARPNESS = 1.5
"""Weights to this power: a strong edge is laid out short more surely than its weight says. Of 1 to
3 it agreed best on abstracts, news and reviews alike (benchmarks/topics_assign.py)."""
_TURNS = 30
_LEAST = 1e-3


@dataclass(frozen=True, eq=False)
class Scale:
    """What is near for each of n documents. rho: (n,) float32 distance to the nearest one. sigma:
    (n,) float32, over which a neighbour's pull fades."""

    rho: Floats
    sigma: Floats

    def of(self, places: Places) -> Scale:
        """Of the documents at `places`, in their shape."""
        return Scale(self.rho[places], self.sigma[places])

    def pull(self, away: Floats) -> Floats:
        """The pull, 0 to 1, of a document at distance `away`; that of the nearest one is 1."""
        with np.errstate(invalid="ignore"):
            found: Floats = np.exp(-np.maximum(away - self.rho, 0) / self.sigma)
        return np.nan_to_num(found).astype(np.float32)


def scale(away: Floats) -> Scale:
    """The scale of each of m documents by its distances to k neighbours.

    The pulls of the k add up to log2(k), as in UMAP.

    Args:
        away: (m, k) ascending; inf where there are fewer neighbours.
    """
    there = np.isfinite(away)
    rho = np.where(there[:, 0], away[:, 0], 0).astype(np.float32)
    beyond = np.maximum(away - rho[:, None], 0)
    goal = np.log2(np.maximum(there.sum(axis=1), 1))
    low, high = np.zeros(len(away)), np.full(len(away), np.inf)
    sigma = np.full(len(away), max(float(away[there].mean()) if there.any() else 1.0, 1e-6))
    for _ in range(_TURNS):
        much = np.exp(-beyond / sigma[:, None]).sum(axis=1) > goal
        high, low = np.where(much, sigma, high), np.where(much, low, sigma)
        sigma = np.where(np.isinf(high), 2 * sigma, (low + high) / 2)
    least = _LEAST * (float(away[there].mean()) if there.any() else 1.0)
    return Scale(rho, np.maximum(sigma, max(least, 1e-9)).astype(np.float32))


def weights(away: Floats, k: int, theirs: Scale) -> Floats:
    """(m, c) weight of the edge between each of m documents and its c nearest ones.

    An edge is there where either end counts the other as near (the fuzzy union, a + b - ab).

    Args:
        away: (m, c) distances, ascending.
        k: Neighbours that a document itself counts as near.
        theirs: Scales of the c, (m, c).
    """
    mine = scale(away[:, :k])
    out = np.zeros_like(away)
    ends = Scale(mine.rho[:, None], mine.sigma[:, None])
    out[:, :k] = ends.pull(away[:, :k])
    back = theirs.pull(away)
    found: Floats = np.power(out + back - out * back, SHARPNESS, dtype=np.float32)
    return found
