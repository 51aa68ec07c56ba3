"""Edited topics in, the edits that changed what a topic is, not what it is called, out."""

from __future__ import annotations

from engine.store import Artifact, Store
from engine.store.files import write_json
from engine.topics.edit.context import Context
from engine.topics.edit.edits import Pin, Rename
from engine.topics.edit.pending import history
from engine.topics.edit.replay import chained
from engine.topics.edit.transfer import listed


def shaped(store: Store, topics: Artifact) -> str:
    """A file of those edits, never changed again; "" where there is none.

    Names that are taken are edits too. What was asked about stays the same through them, so its
    answers are found again.
    """
    edits = [e for e in history(store, topics).done if not isinstance(e, (Rename, Pin))]
    if not edits:
        return ""
    path = store.folder("edits") / f"topics-{topics.key}-shape-{chained(edits)[-1]}.json"
    if not path.exists():
        write_json(path, listed(edits, Context(topics, store)).plain())
    return str(path)
