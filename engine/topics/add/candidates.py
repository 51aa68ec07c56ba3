"""Documents that are unlike all topics in, groups of them that may be a new topic out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.topics.centres import sums, unit
from engine.topics.cluster.grains import dense
from engine.topics.reduce.reduced import reduce
from engine.topics.topics import Topics
from engine.topics.words.counts import Words
from engine.topics.words.describe import distinctive

Floats = NDArray[np.float32]
Places = NDArray[np.int64]

FEWEST = 5
"""Documents that a candidate has at least; of many a twentieth."""
_MANY = 20
_SHOWN = 20
_DIMS, _NEIGHBORS = 5, 15


@dataclass(frozen=True)
class Candidate:
    """places: of its documents. words: those it uses more than all others do. likeness: mean cosine
    of its documents to their common centre."""

    places: tuple[int, ...]
    words: tuple[str, ...]
    likeness: float


def candidates(
    places: Places, vectors: Floats, words: Words, *, least: float, seed: int = 0
) -> list[Candidate]:
    """Dense groups among the documents at `places`, looked for as topics are: UMAP, then HDBSCAN.

    Args:
        places: Of documents unlike all others.
        vectors: (n, width) of all documents.
        words: Of all documents.
        least: Where there are no such groups, all of them are one if they are so like each other:
            the mean cosine to their common centre.
        seed: Equal seeds give equal groups.

    Returns:
        The largest first, twenty at most; none where the documents have nothing in common.
    """
    if len(places) < 2 * FEWEST:
        return []
    rows = unit(np.asarray(vectors[places], dtype=np.float32))
    points = reduce(rows, dims=_DIMS, neighbors=_NEIGHBORS, seed=seed).points
    groups = dense(points, max(FEWEST, len(places) // _MANY))
    numbers = range(int(groups.max(initial=-1)) + 1)
    found = [_candidate(np.flatnonzero(groups == one), places, rows, words) for one in numbers]
    if not found:
        # HDBSCAN never calls everything one group.
        whole = _candidate(np.arange(len(places)), places, rows, words)
        found = [whole] if whole.likeness >= least else []
    return sorted(found, key=lambda one: -len(one.places))[:_SHOWN]


def _candidate(mine: Places, places: Places, rows: Floats, words: Words) -> Candidate:
    centre = unit(rows[mine].mean(axis=0, keepdims=True))[0]
    return Candidate(
        tuple(int(p) for p in places[mine]),
        tuple(word for word, _ in distinctive(words, places[mine])),
        round(float((rows[mine] @ centre).mean()), 4),
    )


def loosest(topics: Topics, vectors: Floats) -> float:
    """The least mean cosine, over the topics, of their documents to their centre."""
    place = np.full(int(topics.ids.max(initial=0)) + 2, -1, dtype=np.int32)
    place[topics.ids] = np.arange(len(topics.found), dtype=np.int32)
    sizes = np.array([topic.size for topic in topics.found])
    middles = sums(vectors[: len(topics.assigned)], place[topics.assigned], len(topics.found))
    # Of vectors of length 1 the mean's length is their mean cosine to it.
    return float((np.linalg.norm(middles, axis=1) / np.maximum(sizes, 1)).min())
