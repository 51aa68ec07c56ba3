"""A fit and the state that edits left in, the topics as they stand out: words, sizes, centres."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace

import numpy as np

from engine.errors import InputError
from engine.topics.centres import nearest, sums, unit
from engine.topics.edit.context import Context
from engine.topics.edit.state import State
from engine.topics.topics import Floats, Ints, Topic, Topics
from engine.topics.words.describe import (
    Ranked,
    name_of,
    representative,
    topic_words,
    weights_of,
)

log = logging.getLogger(__name__)

_BLOCK = 20_000


@dataclass(frozen=True, eq=False)
class Described:
    """A topic and its centre, (width,) float32 of length 1."""

    topic: Topic
    centre: Floats


def stand(state: State, context: Context) -> Topics:
    """The topics after all edits; those that no edit touched keep their words and centres.

    Only touched topics are described anew, as the fit described its own: by c-TF-IDF, re-ranked by
    what the words mean to the encoder.
    """
    fit, ids = context.fit, state.ids
    found = _as_found(state, context)
    found |= describe([i for i in ids.tolist() if i not in found], state, context)
    centroids = np.zeros((len(ids), fit.centroids.shape[1]), dtype=np.float32)
    for place, i in enumerate(ids.tolist()):
        centroids[place] = found[i].centre
    return Topics(
        assigned=state.assigned,
        strength=_strength(state, context, ids, centroids),
        found=tuple(_named(found[i].topic, state) for i in ids.tolist()),
        centroids=centroids,
    )


def describe(numbers: list[int], state: State, context: Context) -> dict[int, Described]:
    """The topics `numbers` as the state has them: their words against those of all others."""
    if not numbers:
        return {}
    ids = state.ids
    order = np.full(state.next_id + 1, -1, dtype=np.int32)
    order[numbers] = np.arange(len(numbers), dtype=np.int32)
    centres = unit(sums(context.vectors, order[state.assigned], len(numbers)))
    place = {int(i): n for n, i in enumerate(ids)}
    weights = weights_of(context.words, state.assigned, ids)[[place[i] for i in numbers]]
    ranked = _ranked(weights, centres, context)
    wanted = np.array(numbers, dtype=np.int32)
    typical = representative(context.words, weights, state.assigned, wanted)
    found = {}
    for n, i in enumerate(numbers):
        places = np.flatnonzero(state.assigned == i)
        topic = Topic(
            id=i,
            size=len(places),
            words=ranked[n],
            name=name_of(ranked[n]),
            representative=typical[n],
            central=nearest(context.vectors, places, centres[n]),
        )
        found[i] = Described(topic, centres[n])
    return found


def describe_named(numbers: list[int], state: State, context: Context) -> tuple[Topic, ...]:
    """The topics `numbers`, in that order, by the names a person gave them or their words."""
    found = describe(numbers, state, context)
    return tuple(_named(found[i].topic, state) for i in numbers)


def _ranked(weights: Floats, centres: Floats, context: Context) -> list[Ranked]:
    vocabulary = context.words.vocabulary
    try:
        found = topic_words(
            weights,
            vocabulary,
            centroids=centres,
            encode=context.meanings,
            diversity=context.diversity,
        )
    except InputError as error:
        # An edit must stay possible where the encoder was taken away after the fit.
        log.warning("Words of edited topics are ranked without the encoder: %s", error)
        return topic_words(weights, vocabulary)
    context.keep_meanings()
    return found


def _as_found(state: State, context: Context) -> dict[int, Described]:
    """The topics that hold the very documents of one of the fit: they are described as it was."""
    fit = context.fit
    there = (state.assigned >= 0) & (np.asarray(fit.assigned) >= 0)
    width = int(max(state.next_id, fit.ids.max(initial=0) + 1))
    pairs, shared = np.unique(
        state.assigned[there].astype(np.int64) * width + fit.assigned[there], return_counts=True
    )
    sizes = np.bincount(state.assigned[state.assigned >= 0], minlength=width)
    place = {topic.id: n for n, topic in enumerate(fit.found)}
    found = {}
    for pair, both in zip(pairs.tolist(), shared.tolist(), strict=True):
        mine, theirs = divmod(pair, width)
        at = place[theirs]
        if both == sizes[mine] == fit.found[at].size:
            found[mine] = Described(replace(fit.found[at], id=mine), fit.centroids[at])
    return found


def _strength(state: State, context: Context, ids: Ints, centroids: Floats) -> Floats:
    """(n,) float32: as found where no edit changed it, else the cosine to the topic's centre."""
    fit = context.fit
    strength = np.array(fit.strength, dtype=np.float32)
    moved = np.flatnonzero(state.assigned != fit.assigned)
    strength[moved] = 0
    inside = moved[state.assigned[moved] >= 0]
    order = np.argsort(ids)
    place = order[np.searchsorted(ids[order], state.assigned[inside])]
    for start in range(0, len(inside), _BLOCK):
        part = slice(start, start + _BLOCK)
        rows = np.asarray(context.vectors[inside[part]], dtype=np.float32)
        strength[inside[part]] = np.clip((rows * centroids[place[part]]).sum(axis=1), 0, 1)
    return strength


def _named(topic: Topic, state: State) -> Topic:
    return replace(topic, name=state.names.get(topic.id, topic.name))
