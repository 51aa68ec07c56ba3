"""A state and an edit in, the next state and what it did out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from engine.errors import InputError
from engine.topics.cluster.cluster import cluster
from engine.topics.edit.context import Context
from engine.topics.edit.edits import (
    Delete,
    Edit,
    Gather,
    Level,
    Merge,
    Move,
    Pin,
    Rename,
    Rescue,
    Split,
)
from engine.topics.edit.level import level
from engine.topics.edit.likely import likely
from engine.topics.edit.state import Ints, Places, Report, State, put
from engine.topics.topics import NO_TOPIC

__all__ = ["Report", "apply"]


def apply(state: State, edit: Edit, context: Context) -> tuple[State, Report]:
    """The state after the edit; the one before is left as it was.

    Raises:
        InputError: the edit names a topic or document that is not there, one that is pinned, or
            changes nothing.
    """
    there = set(state.ids.tolist())
    for topic in edit.topics:
        if topic not in there:
            raise InputError(f"There is no topic {topic} any more.")
        if topic in state.pinned and not isinstance(edit, (Pin, Rename)):
            raise InputError(f"Topic {topic} is pinned; unpin it first.")
    match edit:
        case Rename():
            return replace(state, names={**state.names, edit.topic: edit.name}), Report(0)
        case Pin():
            change = state.pinned.union if edit.on else state.pinned.difference
            return replace(state, pinned=frozenset(change({edit.topic}))), Report(0)
        case Merge():
            first, others = edit.into[0], edit.into[1:]
            places = np.flatnonzero(np.isin(state.assigned, others))
            return put(state, places, np.full(len(places), first))
        case Delete():
            places = np.flatnonzero(np.isin(state.assigned, edit.gone))
            return put(state, places, np.full(len(places), NO_TOPIC))
        case Move():
            places = _free(state, edit.places)
            return put(state, places, np.full(len(places), edit.to))
        case Gather():
            return _gather(state, edit, context)
        case Split():
            return _split(state, edit, context)
        case Rescue():
            return _rescue(state, edit, context)
        case Level():
            return level(state, edit.count, context)


def _free(state: State, places: tuple[int, ...]) -> Places:
    """The places that are there and not in a pinned topic."""
    found = np.unique(np.asarray(places, dtype=np.int64))
    n = len(state.assigned)
    if found[0] < 0 or found[-1] >= n:
        wrong = found[0] if found[0] < 0 else found[-1]
        raise InputError(f"There is no document {wrong}; they are numbered from 0 to {n - 1}.")
    found = found[~np.isin(state.assigned[found], sorted(state.pinned))]
    if not len(found):
        raise InputError("All of these documents are in topics that are pinned; unpin one first.")
    return found


def _gather(state: State, edit: Gather, context: Context) -> tuple[State, Report]:
    if edit.name and edit.parts != 1:
        raise InputError(f'"{edit.name}" can name one topic only: make one, or leave it empty.')
    places = _free(state, edit.places)
    labels = np.zeros(len(places), dtype=np.int32)
    if edit.parts != 1:
        labels = _apart(places, edit.parts, context, what="These documents")
    fresh, report = put(state, places, labels + state.next_id)
    if edit.name:
        fresh = replace(fresh, names={**fresh.names, state.next_id: edit.name})
    return fresh, report


def _split(state: State, edit: Split, context: Context) -> tuple[State, Report]:
    places = np.flatnonzero(state.assigned == edit.topic)
    labels = _apart(places, edit.parts, context, what=f"Topic {edit.topic}")
    return put(state, places, labels + state.next_id)


def _apart(places: Places, parts: int, context: Context, *, what: str) -> Ints:
    """The part of each of the documents, from 0; as many parts as lie apart where `parts` is 0."""
    if len(places) < max(2, parts):
        raise InputError(f"{what}: {len(places)} documents are too few for {max(2, parts)} parts.")
    points = np.asarray(context.points[places])
    vectors = np.asarray(context.vectors[places])
    labels = cluster(points, vectors, topics=parts, leave_out=False, every_level=False).labels
    if labels.max(initial=0) < 1:
        raise InputError(f"{what}: no parts lie apart by themselves; say how many there should be.")
    return labels


def _rescue(state: State, edit: Rescue, context: Context) -> tuple[State, Report]:
    found = likely(state, edit.by, context)
    enough = found.score >= edit.least
    if not enough.any():
        raise InputError(
            f"None of the {len(enough):,} documents in no topic is so like one; ask for less than "
            f"{edit.least:g}."
        )
    return put(state, found.places[enough], found.topic[enough])
