"""A topics artifact in; how its topics stand after its edits, and the way to make more, out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from engine.store import Artifact
from engine.topics.edit import pending
from engine.topics.edit.context import Context
from engine.topics.edit.edits import Edit
from engine.topics.edit.preview import Preview, preview
from engine.topics.edit.replay import about, after, replay
from engine.topics.edit.stand import stand
from engine.topics.edit.state import State
from engine.topics.topics import Topics
from pages._ui.loaders import store

if TYPE_CHECKING:
    from pages._ui.topics.opened import Opened


def standing(found: Artifact) -> tuple[Topics, str]:
    """The topics with all edits in them, and a name for how they stand."""
    past = pending.history(store(), found)
    return _standing(found.key, past.version, past.done), past.version


def history_of(found: Artifact) -> pending.History:
    """The edits that hold and those taken back."""
    return pending.history(store(), found)


def state_of(now: Opened) -> State:
    """Where the documents are after all edits, and which topics are pinned."""
    state, _, _ = replay(history_of(now.artifact).done, context_of(now.artifact.key))
    return state


def preview_of(now: Opened, edit: Edit) -> Preview:
    """What one more edit would do to the topics as they stand.

    Raises:
        InputError: it cannot be made.
    """
    past = history_of(now.artifact)
    return _preview(now.artifact.key, past.version, edit.model_dump_json(), edit, past.done, now)


def make(found: Artifact, *edits: Edit) -> None:
    """Make the edits and draw the page anew.

    Raises:
        InputError: one cannot be made; then none is.
    """
    past = pending.history(store(), found)
    context = context_of(found.key)
    now = _standing(found.key, past.version, past.done)
    told: list[Edit] = []
    for edit in edits:
        after([*past.done, *told], edit, context)
        told.append(about(edit, now))
    pending.add(store(), found, told)
    st.rerun()


@st.cache_resource(max_entries=3, show_spinner=False)
def context_of(key: str) -> Context:
    """What edits of the topics look at, opened once."""
    return Context(store().get(key, "topics"), store())


@st.cache_resource(max_entries=12, show_spinner=False)
def _standing(key: str, version: str, _edits: Any) -> Topics:
    context = context_of(key)
    if version == "0":
        return context.fit
    state, _, _ = replay(_edits, context)
    return stand(state, context)


@st.cache_resource(max_entries=24, show_spinner="Looking at what it would do")
def _preview(key: str, version: str, edit: str, _edit: Edit, _done: Any, _now: Opened) -> Preview:
    return preview(_done, _edit, _now.topics, context_of(key))
