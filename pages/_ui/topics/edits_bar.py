"""Opened topics in; undo, redo and the list of edits on the page out."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import streamlit as st

from engine.topics.edit import pending
from engine.topics.edit.edits import told
from engine.topics.edit.replay import replay
from engine.topics.edit.transfer import EditList, read_list, texts_of, transfer
from pages._ui.boundary import boundary
from pages._ui.format import ago, count
from pages._ui.loaders import store
from pages._ui.texts import plain as shown
from pages._ui.topics.editing import context_of, history_of
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
    _skipped(now, past)


def _list(now: Opened, past: pending.History) -> None:
    if past.done:
        names = {t.id: t.name for t in context_of(now.artifact.key).fit.found}
        for edit in reversed(past.done[-12:]):
            when = f" · {ago(datetime.fromisoformat(edit.when))}" if edit.when else ""
            st.markdown(f"- {shown(told(edit, names))}{when}")
        if len(past.done) > 12:
            st.caption(f"and {len(past.done) - 12} more before")
        st.download_button(
            "Download (.json)",
            json.dumps(_listed(now, past).plain(), ensure_ascii=False, indent=1),
            file_name=f"{now.artifact.title}-edits.json",
            mime="application/json",
            icon=":material/download:",
            on_click="ignore",
        )
    st.caption("A list made on these or other topics can be made here too.")
    given = st.file_uploader("Edits (.json)", type=["json"], key="edits-file")
    if given is not None and st.button("Make these edits", key="edits-replay"):
        _replay(now, given)


def _replay(now: Opened, given: Any) -> None:
    """Make what can be made here; edits that cannot are told of."""
    context = context_of(now.artifact.key)
    listed = read_list(given.getvalue(), given.name)
    there, skipped = transfer(listed, history_of(now.artifact).done, context)
    if skipped:
        st.session_state["edits-told"] = [f"Edit {one.number}: {one.why}" for one in skipped]
    if there:
        pending.add(store(), now.artifact, there)
    st.rerun()


def _listed(now: Opened, past: pending.History) -> EditList:
    context = context_of(now.artifact.key)
    return EditList(past.done, now.artifact.key, texts_of(context))


def _skipped(now: Opened, past: pending.History) -> None:
    _, _, skipped = replay(past.done, context_of(now.artifact.key))
    said = [f"Edit {one.number}: {one.why}" for one in skipped]
    said += st.session_state.pop("edits-told", [])
    if said:
        st.warning(
            "Some edits could not be made:\n\n" + "\n".join(f"- {shown(one)}" for one in said),
            icon=":material/info:",
        )
