"""A topics artifact and a file of edits in, the topics as they stand after these out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from engine.store import Artifact, Store
from engine.topics.edit.context import Context
from engine.topics.edit.pending import history
from engine.topics.edit.replay import replay
from engine.topics.edit.stand import stand
from engine.topics.edit.transfer import read_list, transfer
from engine.topics.topics import Topics, load_topics


def topics_after(
    store: Store, topics: Artifact, edits: Path | None, *, note: Callable[[str], None]
) -> Topics:
    """The topics after the edits in that file; those that cannot be made are told to `note`.

    Raises:
        InputError: the file is no list of edits.
    """
    if edits is None:
        return load_topics(topics)
    context = Context(topics, store)
    made, skipped = transfer(read_list(edits.read_bytes(), edits.name), [], context)
    for one in skipped:
        note(f"Edit {one.number} could not be made: {one.why}")
    state, _, _ = replay(made, context)
    return stand(state, context)


def topics_now(store: Store, topics: Artifact) -> tuple[Topics, int]:
    """The topics with the edits that wait beside them, and how many those are."""
    done = history(store, topics).done
    if not done:
        return load_topics(topics), 0
    context = Context(topics, store)
    state, _, skipped = replay(done, context)
    return stand(state, context), len(done) - len(skipped)
