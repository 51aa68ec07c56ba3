"""Opened topics in; undo, redo and the list of edits on the page out."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import streamlit as st

from engine.topics.edit import pending
from engine.topics.edit.edits import Rename
from engine.topics.edit.edits import told as in_words
from engine.topics.edit.replay import replay
from engine.topics.edit.state import first_state
from engine.topics.edit.transfer import listed, read_list, transfer
from pages._ui.boundary import boundary
from pages._ui.format import ago, count
from pages._ui.loaders import store
from pages._ui.texts import plain as shown
from pages._ui.topics.edit.editing import context_of, history_of
from pages._ui.topics.edit.keep_view import keep_view
from pages._ui.topics.opened import Opened


def edits_bar(now: Opened) -> None:
    """Draw it: what was done, one step back and forth, the list as a file."""
    past = history_of(now.artifact)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if st.button(
            "Undo", icon=":material/undo:", key="undo-edit", disabled=not past.done, type="tertiary"
        ):
            pending.undo(store(), now.artifact)
            st.rerun()
        if st.button(
            "Redo", icon=":material/redo:", key="redo-edit", disabled=not past.undone,
            type="tertiary",
        ):  # fmt: skip
            pending.redo(store(), now.artifact)
            st.rerun()
        label = count(len(past.done), "edit") if past.done else "No edits yet"
        with st.popover(label, icon=":material/edit_note:", type="tertiary"), boundary():
            _list(now, past)


def _list(now: Opened, past: pending.History) -> None:
    if past.done:
        told = _in_words(now, past)
        for edit, words in reversed(list(zip(past.done, told, strict=True))[-12:]):
            when = f" · {ago(datetime.fromisoformat(edit.when))}" if edit.when else ""
            st.markdown(f"- {shown(words)}{when}")
        if len(past.done) > 12:
            st.caption(f"and {len(past.done) - 12} more before")
        st.download_button(
            "Download (.json)",
            json.dumps(_said(now, past), ensure_ascii=False, indent=1),
            file_name=f"{now.artifact.title}-edits.json",
            mime="application/json",
            icon=":material/download:",
            on_click="ignore",
        )
        keep_view(now)
    st.caption("A list made on these or other topics can be made here too.")
    given = st.file_uploader("Edits (.json)", type=["json"], key="edits-file")
    if given is not None and st.button("Make these edits", key="edits-replay"):
        _replay(now, given)


def _in_words(now: Opened, past: pending.History) -> list[str]:
    """Each edit that holds, with its topics called as they were called before it."""
    names = dict(first_state(context_of(now.artifact.key).fit).names)
    said = []
    for edit in past.done:
        said.append(in_words(edit, names))
        if isinstance(edit, Rename):
            names[edit.topic] = edit.name
    return said


def _replay(now: Opened, given: Any) -> None:
    """Make what can be made here; edits that cannot are told of."""
    context = context_of(now.artifact.key)
    told = read_list(given.getvalue(), given.name)
    there, skipped = transfer(told, history_of(now.artifact).done, context)
    if skipped:
        st.session_state["edits-told"] = [f"Edit {one.number}: {one.why}" for one in skipped]
    if there:
        pending.add(store(), now.artifact, there)
    st.rerun()


def _said(now: Opened, past: pending.History) -> dict[str, Any]:
    return listed(past.done, context_of(now.artifact.key)).plain()


def skipped_edits(now: Opened) -> None:
    """Say which edits could not be made, and why; nothing where all were."""
    _, _, skipped = replay(history_of(now.artifact).done, context_of(now.artifact.key))
    said = [f"Edit {one.number}: {one.why}" for one in skipped]
    said += st.session_state.pop("edits-told", [])
    if said:
        st.warning(
            "Some edits could not be made:\n\n" + "\n".join(f"- {shown(one)}" for one in said),
            icon=":material/info:",
        )
