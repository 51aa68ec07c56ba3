"""Where the documents stand: what an edit changes, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from engine.topics.topics import NO_TOPIC, Topics

Ints = NDArray[np.int32]


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
    """What the fit found, unedited."""
    most = max((topic.id for topic in topics.found), default=-1)
    return State(assigned=np.asarray(topics.assigned), next_id=most + 1)
