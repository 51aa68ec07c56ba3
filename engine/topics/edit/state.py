"""Where the documents stand: what an edit changes, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from engine.errors import InputError
from engine.topics.topics import NO_TOPIC, Topics
from engine.topics.words.describe import name_of

Ints = NDArray[np.int32]
Places = NDArray[np.int64]


@dataclass(frozen=True)
class Report:
    """moved: documents that are elsewhere now. made: ids of new topics. gone: of those no more."""

    moved: int
    made: tuple[int, ...] = ()
    gone: tuple[int, ...] = ()


@dataclass(frozen=True, eq=False)
class State:
    """assigned: (n,) int32. names: those a person gave, by id. pinned: topics that stay as they
    are. next_id: of the next new topic; ids are never used again. touched: topics whose documents
    differ from the fit's."""

    assigned: Ints
    next_id: int
    names: dict[int, str] = field(default_factory=dict)
    pinned: frozenset[int] = frozenset()
    touched: frozenset[int] = frozenset()

    @property
    def ids(self) -> Ints:
        """(k,) int32, the topics there are, the largest first."""
        found, sizes = np.unique(self.assigned[self.assigned != NO_TOPIC], return_counts=True)
        ids: Ints = found[np.argsort(-sizes, kind="stable")].astype(np.int32)
        return ids


def first_state(topics: Topics) -> State:
    """What the fit found, unedited; a name that is not made of a topic's words was given to it."""
    most = max((topic.id for topic in topics.found), default=-1)
    names = {t.id: t.name for t in topics.found if t.name != name_of(t.words)}
    return State(assigned=np.asarray(topics.assigned), next_id=most + 1, names=names)


def put(state: State, places: Places, to: NDArray[np.integer]) -> tuple[State, Report]:
    """The documents at `places` put into the topics `to`.

    Raises:
        InputError: they are all there already.
    """
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
