"""Documents and those nearest to each in, which of them are nearly copies of others out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Places = NDArray[np.int64]

NEAR = 0.03
"""Cosine distance below which two documents are nearly copies. Of 18,000 different abstracts 0.3 %
have such a one, by full or by draft vectors, whole or along their 64 main axes; of copies that lack
every eighth word 99 % do."""
MANY = 0.05
"""Share of near-copies from which on they would decide where documents lie. Fewer do too where one
document has so many that they are most of its nearest."""


def stand_ins(vectors: Floats, places: Places, away: Floats) -> Places:
    """(n,) the place of the document that stands for each: its own where it is no near-copy.

    A document whose nearest are all its copies is tied to nothing else: UMAP then puts each group
    of copies anywhere. So where copies are many, one of each group is placed and the others with
    it. Groups are what near-copies tie together; a document far from its group's first stays alone.

    Args:
        vectors: (n, width) float32.
        places: (n, k) of the nearest to each.
        away: (n, k) float32, their cosine distances.

    Returns:
        Everyone's own place where less than a twentieth of the documents are copies of others, and
        no document has copies for most of its nearest.
    """
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    n = len(vectors)
    one, other = np.nonzero(away < NEAR)
    pairs = (one, places[one, other])
    ties = coo_matrix((np.ones(len(one), dtype=np.int8), pairs), shape=(n, n))
    _, group = connected_components(ties, directed=False)
    _, firsts = np.unique(group, return_index=True)
    mine = np.arange(n, dtype=np.int64)
    first = firsts[group].astype(np.int64)
    tied = np.flatnonzero(first != mine)
    alike = cosines(vectors, tied, first[tied])
    copies = tied[alike > 1 - 2 * NEAR]
    most = np.bincount(first[copies], minlength=1).max()
    if len(copies) >= MANY * n or most > places.shape[1] / 2:
        mine[copies] = first[copies]
    return mine


def cosines(vectors: Floats, some: Places, others: Places) -> Floats:
    """(m,) cosine of each of `some` with the one of `others` beside it."""
    found = np.empty(len(some), dtype=np.float32)
    for start in range(0, len(some), 65_536):
        part = slice(start, start + 65_536)
        a, b = vectors[some[part]], vectors[others[part]]
        length = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
        found[part] = (a * b).sum(axis=1) / np.maximum(length, 1e-12)
    return found
