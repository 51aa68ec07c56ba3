"""Documents in no topic in, the topic each is most like and how much out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from engine.errors import InputError
from engine.topics.centres import sums, unit
from engine.topics.edit.context import Context
from engine.topics.edit.state import Ints, Places, State
from engine.topics.topics import NO_TOPIC
from engine.topics.words.describe import weights_of

Floats = NDArray[np.float32]
By = Literal["vectors", "words", "both"]
_Score = Callable[[Places], Floats]

USUALLY = 0.9
_BLOCK = 20_000
_SAMPLE = 5_000


@dataclass(frozen=True, eq=False)
class Likely:
    """places: (m,) the documents in no topic. topic: (m,) int32 the topic each is most like.
    score: (m,) float32, how much, a cosine. usual: what nine in ten documents have with the topic
    that they are in."""

    places: Places
    topic: Ints
    score: Floats
    usual: float


def likely(state: State, by: By, context: Context) -> Likely:
    """Of each document in no topic the likeliest one that is not pinned.

    By vectors the cosine to the topics' centres counts, by words that of the document's words to
    the topics' c-TF-IDF, by both the mean of the two. Found once for a state, and remembered.

    Raises:
        InputError: every document is in a topic, or there is no topic to join.
    """
    known = context.likely.setdefault(state, {})
    if by not in known:
        known[by] = _likely(state, by, context)
    found: Likely = known[by]
    return found


def _likely(state: State, by: By, context: Context) -> Likely:
    outside = np.flatnonzero(state.assigned == NO_TOPIC)
    if not len(outside):
        raise InputError("Every document is in a topic already.")
    ids, alike = _scores(state, by, context)
    best, score = [], []
    for start in range(0, len(outside), _BLOCK):
        each = alike(outside[start : start + _BLOCK])
        best.append(each.argmax(axis=1))
        score.append(each.max(axis=1))
    inside = np.flatnonzero(np.isin(state.assigned, ids))
    inside = np.sort(np.random.default_rng(0).permutation(inside)[:_SAMPLE])
    place = np.argsort(ids)[np.searchsorted(np.sort(ids), state.assigned[inside])]
    own = alike(inside)[np.arange(len(inside)), place]
    return Likely(
        places=outside,
        topic=ids[np.concatenate(best)],
        score=np.concatenate(score).astype(np.float32),
        usual=float(np.quantile(own, 1 - USUALLY)),
    )


def _scores(state: State, by: By, context: Context) -> tuple[Ints, _Score]:
    """The k topics that can be joined; and of places, (m, k) how like them those documents are."""
    ids = np.array([i for i in state.ids.tolist() if i not in state.pinned], dtype=np.int32)
    if not len(ids):
        raise InputError("There is no topic that documents could join.")
    ways = [
        way(state, ids, context)
        for name, way in (("vectors", _by_vectors), ("words", _by_words))
        if by in (name, "both")
    ]

    def score(places: Places) -> Floats:
        found: Floats = np.mean([way(places) for way in ways], axis=0, dtype=np.float32)
        return found

    return ids, score


def _by_vectors(state: State, ids: Ints, context: Context) -> _Score:
    """The cosine of documents to each topic's centre."""
    order = np.full(state.next_id + 1, -1, dtype=np.int32)
    order[ids] = np.arange(len(ids), dtype=np.int32)
    centres = unit(sums(context.vectors, order[state.assigned], len(ids)))

    def score(places: Places) -> Floats:
        found: Floats = np.asarray(context.vectors[places]) @ centres.T
        return found

    return score


def _by_words(state: State, ids: Ints, context: Context) -> _Score:
    """The cosine of documents' words to each topic's c-TF-IDF."""
    words = context.words
    weights = unit(weights_of(words, state.assigned, ids))

    def score(places: Places) -> Floats:
        near = np.asarray(words.counts[places].astype(np.float32) @ weights.T)
        length = np.maximum(words.lengths[places], 1e-12)[:, None]
        found: Floats = (near / length).astype(np.float32)
        return found

    return score
