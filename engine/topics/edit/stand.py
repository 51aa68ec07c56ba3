"""A fit and the state that edits left in, the topics as they stand out: words, sizes, centres."""

from __future__ import annotations

import numpy as np

from engine.topics.centres import nearest, sums, unit
from engine.topics.edit.context import Context
from engine.topics.edit.state import State
from engine.topics.topics import Floats, Ints, Topic, Topics
from engine.topics.words.describe import (
    name_of,
    representative,
    topic_words,
    weights_of,
)

_BLOCK = 20_000


def stand(state: State, context: Context) -> Topics:
    """The topics after all edits; those that no edit touched keep their words and centres.

    Only touched topics are described anew.
    """
    fit, ids = context.fit, state.ids
    of_fit = {topic.id: (place, topic) for place, topic in enumerate(fit.found)}
    new = [i for i in ids.tolist() if i in state.touched or i not in of_fit]
    centroids = np.zeros((len(ids), fit.centroids.shape[1]), dtype=np.float32)
    found: dict[int, Topic] = {}
    if new:
        order = np.full(state.next_id + 1, -1, dtype=np.int32)
        order[new] = np.arange(len(new), dtype=np.int32)
        total = unit(sums(context.vectors, order[state.assigned], len(new)))
        weights = weights_of(context.words, state.assigned, ids)
        mine = [ids.tolist().index(i) for i in new]
        ranked = topic_words(weights[mine], context.words.vocabulary)
        numbers = np.array(new, dtype=np.int32)
        typical = representative(context.words, weights[mine], state.assigned, numbers)
        for n, i in enumerate(new):
            places = np.flatnonzero(state.assigned == i)
            centroids[mine[n]] = total[n]
            found[i] = Topic(
                id=i,
                size=len(places),
                words=ranked[n],
                name=name_of(ranked[n]),
                representative=typical[n],
                central=nearest(context.vectors, places, total[n]),
            )
    for place, i in enumerate(ids.tolist()):
        if i not in found:
            at, found[i] = of_fit[i]
            centroids[place] = fit.centroids[at]
    return Topics(
        assigned=state.assigned,
        strength=_strength(state, context, ids, centroids),
        found=tuple(_named(found[i], state) for i in ids.tolist()),
        centroids=centroids,
    )


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
    name = state.names.get(topic.id, topic.name)
    return Topic(**{**topic.__dict__, "name": name})
