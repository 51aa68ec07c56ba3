"""An edit that is not made yet in, what it would do to the topics it touches out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.topics.edit.context import Context
from engine.topics.edit.edits import Edit
from engine.topics.edit.replay import after
from engine.topics.edit.stand import describe_named
from engine.topics.edit.state import Ints
from engine.topics.quality.coherence import diversity, npmi
from engine.topics.topics import NO_TOPIC, Topic, Topics

Doubles = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Preview:
    """What an edit would do.

    Attributes:
        moved: Documents that would be elsewhere.
        before: The topics it touches, as they stand.
        after: Those that would be in their place.
        joined: By the ids of `after`, the documents each would get from elsewhere.
        npmi: Coherence of each topic of `before`, and of each of `after`; NaN where unknown.
        diversity: Of all topics, before and after.
    """

    moved: int
    before: tuple[Topic, ...]
    after: tuple[Topic, ...]
    joined: dict[int, int]
    npmi: tuple[Doubles, Doubles]
    diversity: tuple[float, float]

    @property
    def coherence(self) -> tuple[float | None, float | None]:
        """Mean NPMI of the touched topics by their documents, before and after; None if unknown."""
        each = zip((self.before, self.after), self.npmi, strict=True)
        first, then = (_mean(topics, values) for topics, values in each)
        return first, then


def preview(done: Sequence[Edit], edit: Edit, topics: Topics, context: Context) -> Preview:
    """What `edit` would do after the ones that are `done`; nothing is changed.

    Args:
        done: The edits that hold.
        edit: The one to look at.
        topics: The topics as they stand after `done`.
        context: Of the topics.

    Raises:
        InputError: the edit cannot be made.
    """
    old, new, report = after(done, edit, context)
    moved = np.flatnonzero(old.assigned != new.assigned)
    gone, come = _there(old.assigned[moved]), _there(new.assigned[moved])
    touched = {*gone, *come}
    before = tuple(t for t in topics.found if t.id in touched)
    there = [i for i in new.ids.tolist() if i in touched]
    then = describe_named(there, new, context)
    rest = [t for t in topics.found if t.id not in touched]
    each = npmi([_words(t) for t in (*before, *then)], context.words)
    return Preview(
        moved=report.moved,
        before=before,
        after=then,
        joined=come,
        npmi=(each[: len(before)], each[len(before) :]),
        diversity=(
            diversity([_words(t) for t in topics.found]),
            diversity([_words(t) for t in (*rest, *then)]),
        ),
    )


def _there(assigned: Ints) -> dict[int, int]:
    ids, counts = np.unique(assigned[assigned != NO_TOPIC], return_counts=True)
    return dict(zip(ids.tolist(), counts.tolist(), strict=True))


def _words(topic: Topic) -> list[str]:
    return [word for word, _ in topic.words]


def _mean(topics: tuple[Topic, ...], values: Doubles) -> float | None:
    known = np.isfinite(values)
    if not known.any():
        return None
    sizes = np.array([topic.size for topic in topics], dtype=np.float64)
    return float(np.average(values[known], weights=sizes[known]))
