"""A document in, what speaks for its topic and for others out: centres, neighbours, words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.topics.centres import unit
from engine.topics.search import nearest
from engine.topics.topics import Topics
from engine.topics.views.tally import places_of
from engine.topics.words.counts import Words

Floats = NDArray[np.float32]

NEIGHBOURS = 15


@dataclass(frozen=True)
class Used:
    """A word of a topic that the document uses. weight: c-TF-IDF times `times`, 1 for the best."""

    word: str
    times: int
    weight: float


@dataclass(frozen=True, eq=False)
class Reasons:
    """What speaks for each of k topics.

    cosines: (k,) of the document's vector to each centre. near: places of the documents nearest to
    it, near_cosines theirs. votes: (k,) how many of those are in each topic. by_words: (k,) cosine
    of the document's words and each topic's c-TF-IDF.
    """

    cosines: Floats
    near: NDArray[np.int64]
    near_cosines: Floats
    votes: NDArray[np.int64]
    by_words: Floats


def reasons(place: int, topics: Topics, vectors: Floats, words: Words, weights: Floats) -> Reasons:
    """Look at a document from three sides.

    Args:
        place: The document.
        topics: The topics, at least one.
        vectors: (n, width) of all documents, may be memory-mapped.
        words: Of all documents.
        weights: (k, v) c-TF-IDF of the topics.
    """
    mine = np.asarray(vectors[place], dtype=np.float32)
    near, cosines = nearest(vectors, mine, most=NEIGHBOURS + 1)
    others = near != place
    near, cosines = near[others][:NEIGHBOURS], cosines[others][:NEIGHBOURS]
    at = places_of(topics.assigned[near], topics.ids)
    said = words.counts[place].astype(np.float32)
    length = float(np.sqrt(said.multiply(said).sum())) or 1.0
    by_words = np.asarray(said @ unit(weights).T, dtype=np.float32).ravel() / length
    return Reasons(
        cosines=unit(mine[None])[0] @ np.asarray(topics.centroids).T,
        near=near,
        near_cosines=cosines,
        votes=np.bincount(at[at >= 0], minlength=len(topics.found)),
        by_words=by_words,
    )


def words_used(
    place: int, topic: int, words: Words, weights: Floats, *, most: int = 12
) -> list[Used]:
    """Words of the document that say most about a topic, best first.

    Args:
        place: The document.
        topic: Place of the topic in `weights`.
        words: Of all documents.
        weights: (k, v) c-TF-IDF of the topics.
        most: How many at most.
    """
    row = words.counts[place]
    score = weights[topic, row.indices] * row.data
    best = np.argsort(-score, kind="stable")[:most]
    best = best[score[best] > 0]
    top = float(score[best[0]]) if len(best) else 1.0
    return [
        Used(words.vocabulary[row.indices[i]], int(row.data[i]), float(score[i]) / top)
        for i in best
    ]
