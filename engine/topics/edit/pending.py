"""The edits of a topics artifact on disk: done ones and undone ones; added, undone, redone.

Edits that are added together, such as the merges of a cut, bear one time and go back as one step.

A list lies at ``edits/topics-<key>.json`` below the store: it outlives pages, servers, and topics
that are removed and found again.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import takewhile
from pathlib import Path

from filelock import FileLock

from engine.errors import InputError
from engine.store import Artifact, Store
from engine.store.files import write_json
from engine.topics.edit.context import Context
from engine.topics.edit.edits import Edit, edit_of, plain
from engine.topics.edit.replay import chained
from engine.topics.edit.transfer import listed


@dataclass(frozen=True)
class History:
    """done: edits that hold, oldest first. undone: those taken back, the next to redo last."""

    done: tuple[Edit, ...] = ()
    undone: tuple[Edit, ...] = ()

    @property
    def version(self) -> str:
        """Changes with the edits that hold; "0" without any."""
        return chained(self.done)[-1] if self.done else "0"


def history_file(store: Store, topics: Artifact) -> Path:
    """Where the list lies, if there is one."""
    return store.folder("edits") / f"topics-{topics.key}.json"


def history(store: Store, topics: Artifact) -> History:
    """The edits of these topics.

    Raises:
        InputError: something else has damaged the list.
    """
    path = history_file(store, topics)
    if not path.exists():
        return History()
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        parts = [said["done"], said["undone"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"The list of edits of {topics.title} is damaged; move {path.name} away to begin anew."
        ) from error
    done, undone = (
        tuple(edit_of(entry, f"Edit {n} of {topics.title}") for n, entry in enumerate(part, 1))
        for part in parts
    )
    return History(done, undone)


def frozen(store: Store, topics: Artifact) -> Path:
    """The edits that hold, in a file that is never changed again: what a TopicsEditSpec can name.

    Raises:
        InputError: there is none.
    """
    now = history(store, topics)
    if not now.done:
        raise InputError(f"{topics.title} have no edits yet.")
    path = store.folder("edits") / f"topics-{topics.key}-{now.version}.json"
    if not path.exists():
        write_json(path, listed(now.done, Context(topics, store)).plain())
    return path


def add(store: Store, topics: Artifact, edits: Sequence[Edit]) -> History:
    """Append edits; what was undone before cannot be redone any more."""
    now = datetime.now(UTC).isoformat(timespec="microseconds")
    with _lock(store, topics):
        before = history(store, topics)
        fresh = tuple(
            edit if edit.when else edit.model_copy(update={"when": now}) for edit in edits
        )
        return _write(store, topics, History(before.done + fresh))


def undo(store: Store, topics: Artifact) -> History:
    """Take back the last step: the last edit and those added with it."""
    with _lock(store, topics):
        now = history(store, topics)
        if not now.done:
            raise InputError("There is nothing to undo.")
        step = _step(now.done)
        back = tuple(reversed(now.done[-step:]))
        return _write(store, topics, History(now.done[:-step], now.undone + back))


def redo(store: Store, topics: Artifact) -> History:
    """Make the step that was taken back last again."""
    with _lock(store, topics):
        now = history(store, topics)
        if not now.undone:
            raise InputError("There is nothing to redo.")
        step = _step(now.undone)
        again = tuple(reversed(now.undone[-step:]))
        return _write(store, topics, History(now.done + again, now.undone[:-step]))


def _step(edits: tuple[Edit, ...]) -> int:
    """How many edits at the end were added together."""
    when = edits[-1].when
    return sum(1 for _ in takewhile(lambda edit: when and edit.when == when, reversed(edits))) or 1


def _write(store: Store, topics: Artifact, now: History) -> History:
    path = history_file(store, topics)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_json(path, {"done": plain(list(now.done)), "undone": plain(list(now.undone))})
    return now


def _lock(store: Store, topics: Artifact) -> FileLock:
    return FileLock(store.folder("locks") / f"edits-topics-{topics.key}.lock")
