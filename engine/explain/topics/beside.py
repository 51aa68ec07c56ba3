"""Vectors of a document in, the documents and so the topics it would lie beside out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.topics.search import nearest
from engine.topics.topics import Floats, Topics
from engine.topics.views.reasons import NEIGHBOURS
from engine.topics.views.tally import places_of


@dataclass(frozen=True, eq=False)
class Neighbours:
    """near: (s, m) places of the documents nearest to each of s vectors, cosines theirs. votes:
    (s, k) how many of them are in each topic."""

    near: NDArray[np.int64]
    cosines: Floats
    votes: NDArray[np.int64]


def neighbours(vectors: Floats, among: Floats, topics: Topics, *, without: int) -> Neighbours:
    """Who the document would lie beside, for each of its vectors.

    Args:
        vectors: (s, width).
        among: (n, width) of all documents, may be memory-mapped.
        topics: Theirs.
        without: Place of the document itself.
    """
    near, cosines, votes = [], [], []
    for one in vectors:
        places, alike = nearest(among, one, most=NEIGHBOURS + 1)
        others = np.flatnonzero(places != without)[:NEIGHBOURS]
        near.append(places[others])
        cosines.append(alike[others])
        at = places_of(topics.assigned[places[others]], topics.ids)
        votes.append(np.bincount(at[at >= 0], minlength=len(topics.found)))
    return Neighbours(np.stack(near), np.stack(cosines), np.stack(votes))
