"""A state and an edit in, the next state and what it did out."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.errors import InputError
from engine.topics.centres import sums, unit
from engine.topics.cluster.cluster import cluster
from engine.topics.edit.context import Context
from engine.topics.edit.edits import (
    Delete,
    Edit,
    Gather,
    Merge,
    Move,
    Pin,
    Rename,
    Rescue,
    Split,
)
from engine.topics.edit.state import State
from engine.topics.topics import NO_TOPIC
from engine.topics.words.describe import weights_of

Places = NDArray[np.int64]


@dataclass(frozen=True)
class Report:
    """moved: documents that are elsewhere now. made: ids of new topics. gone: of those no more."""

    moved: int
    made: tuple[int, ...] = ()
    gone: tuple[int, ...] = ()


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
            return replace(state, names={**state.names, edit.topic: edit.name.strip()}), Report(0)
        case Pin():
            change = state.pinned.union if edit.on else state.pinned.difference
            return replace(state, pinned=frozenset(change({edit.topic}))), Report(0)
        case Merge():
            first, others = edit.into[0], edit.into[1:]
            places = np.flatnonzero(np.isin(state.assigned, others))
            return _put(state, places, np.full(len(places), first))
        case Delete():
            places = np.flatnonzero(np.isin(state.assigned, edit.gone))
            return _put(state, places, np.full(len(places), NO_TOPIC))
        case Move():
            places = _free(state, edit.places)
            return _put(state, places, np.full(len(places), edit.to))
        case Gather():
            return _gather(state, edit)
        case Split():
            return _split(state, edit, context)
        case Rescue():
            return _rescue(state, edit, context)


def _put(state: State, places: Places, to: NDArray[np.integer]) -> tuple[State, Report]:
    """The documents at `places` put into the topics `to`."""
    changed = state.assigned[places] != to
    if not changed.any():
        raise InputError("That changes nothing: no document would be elsewhere than it is.")
    places, to = places[changed], to[changed]
    before = set(state.ids.tolist())
    assigned = state.assigned.copy()
    was = set(assigned[places].tolist())
    assigned[places] = to
    touched = (was | set(np.unique(to).tolist())) - {NO_TOPIC}
    fresh = replace(
        state,
        assigned=assigned,
        next_id=max([state.next_id, *(int(t) + 1 for t in touched)]),
        touched=state.touched | touched,
    )
    after = set(fresh.ids.tolist())
    gone = tuple(sorted(before - after))
    kept = {i: name for i, name in state.names.items() if i not in gone}
    fresh = replace(fresh, names=kept, pinned=state.pinned - set(gone))
    return fresh, Report(len(places), tuple(sorted(after - before)), gone)


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


def _gather(state: State, edit: Gather) -> tuple[State, Report]:
    places = _free(state, edit.places)
    fresh, report = _put(state, places, np.full(len(places), state.next_id))
    if edit.name.strip():
        fresh = replace(fresh, names={**fresh.names, state.next_id: edit.name.strip()})
    return fresh, report


def _split(state: State, edit: Split, context: Context) -> tuple[State, Report]:
    places = np.flatnonzero(state.assigned == edit.topic)
    if len(places) < max(2, edit.parts):
        raise InputError(
            f"Topic {edit.topic} has {len(places)} documents, too few for {max(2, edit.parts)} "
            "parts."
        )
    points = np.asarray(context.points[places])
    vectors = np.asarray(context.vectors[places])
    labels = cluster(points, vectors, topics=edit.parts, leave_out=False, every_level=False).labels
    if labels.max(initial=0) < 1:
        raise InputError(
            f"Topic {edit.topic} does not fall apart by itself; say how many parts it should have."
        )
    return _put(state, places, labels + state.next_id)


def _rescue(state: State, edit: Rescue, context: Context) -> tuple[State, Report]:
    outside = np.flatnonzero(state.assigned == NO_TOPIC)
    ids = np.array([i for i in state.ids.tolist() if i not in state.pinned], dtype=np.int32)
    if not len(outside):
        raise InputError("Every document is in a topic already.")
    if not len(ids):
        raise InputError("There is no topic that documents could join.")
    like = _by_words if edit.by == "words" else _by_vectors
    score = like(state, ids, outside, context)
    best = score.argmax(axis=1)
    enough = score[np.arange(len(outside)), best] >= edit.least
    if not enough.any():
        raise InputError(
            f"None of the {len(outside):,} documents in no topic is so like one; ask for less than "
            f"{edit.least:g}."
        )
    return _put(state, outside[enough], ids[best[enough]])


def _by_vectors(
    state: State, ids: NDArray[np.int32], places: Places, context: Context
) -> NDArray[np.float32]:
    """(len(places), k) cosine of each document to each topic's centre."""
    order = np.full(state.next_id + 1, -1, dtype=np.int32)
    order[ids] = np.arange(len(ids), dtype=np.int32)
    centres = unit(sums(context.vectors, order[state.assigned], len(ids)))
    found: NDArray[np.float32] = np.asarray(context.vectors[places]) @ centres.T
    return found


def _by_words(
    state: State, ids: NDArray[np.int32], places: Places, context: Context
) -> NDArray[np.float32]:
    """(len(places), k) cosine of each document's words to each topic's c-TF-IDF."""
    weights = unit(weights_of(context.words, state.assigned, ids))
    rows = context.words.counts[places].astype(np.float32)
    length = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1))).ravel()
    found: NDArray[np.float32] = np.asarray(rows @ weights.T) / np.maximum(length, 1e-12)[:, None]
    return found
