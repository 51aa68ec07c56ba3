"""Topics that were chosen in, what can be done with them on the page out."""

from __future__ import annotations

import streamlit as st

from engine.topics.edit.edits import Delete, Merge, Pin, Rename, Split
from pages._ui.boundary import boundary
from pages._ui.topics.editing import context_of, history_of, make
from pages._ui.topics.opened import Opened


def topic_actions(now: Opened, ids: list[int], *, key: str) -> None:
    """Buttons for the topics `ids`: rename, split and pin one, merge several, delete any."""
    there = {t.id for t in now.topics.found}
    ids = [i for i in ids if i in there]
    if not ids:
        return
    key = f"{key}-{now.version}-{'-'.join(map(str, ids[:6]))}"
    with st.container(horizontal=True, gap="small", vertical_alignment="center"), boundary():
        if len(ids) == 1:
            _one(now, ids[0], key)
        elif st.button(
            f"Merge these {len(ids)}", icon=":material/merge:", key=f"merge-{key}", type="primary"
        ):
            sizes = {t.id: t.size for t in now.topics.found}
            make(now.artifact, Merge(into=tuple(sorted(ids, key=lambda i: -sizes[i]))))
        if st.button(
            "Delete",
            icon=":material/delete:",
            key=f"delete-{key}",
            help="Their documents are then in no topic. Undo brings them back.",
        ):
            make(now.artifact, Delete(gone=tuple(ids)))


def _one(now: Opened, number: int, key: str) -> None:
    topic = now.topics.topic(number)
    with (
        st.popover("Rename", icon=":material/edit:"),
        st.form(f"rename-{key}", border=False),
        boundary(),
    ):
        name = st.text_input("Name", topic.name, max_chars=200)
        if st.form_submit_button("Rename") and name.strip():
            make(now.artifact, Rename(topic=number, name=name))
    with (
        st.popover("Split", icon=":material/call_split:"),
        st.form(f"split-{key}", border=False),
        boundary(),
    ):
        parts = st.number_input(
            "Parts", 0, 50, 0, help="0 makes as many as lie apart by themselves."
        )
        if st.form_submit_button("Split"):
            make(now.artifact, Split(topic=number, parts=int(parts)))
    held = number in _pinned(now)
    if st.button(
        "Unpin" if held else "Pin", icon=":material/keep_off:" if held else ":material/keep:",
        key=f"pin-{key}", help="A pinned topic stays as it is, whatever else is edited.",
    ):  # fmt: skip
        make(now.artifact, Pin(topic=number, on=not held))


def _pinned(now: Opened) -> frozenset[int]:
    from engine.topics.edit.replay import replay

    state, _, _ = replay(history_of(now.artifact).done, context_of(now.artifact.key))
    return state.pinned
