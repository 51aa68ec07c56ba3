"""Topics that were chosen in, what can be done with them on the page out."""

from __future__ import annotations

import streamlit as st

from engine.topics.edit.edits import Delete, Merge, Pin, Rename, Split
from pages._ui.boundary import boundary
from pages._ui.format import count
from pages._ui.texts import plain
from pages._ui.topics.edit.editing import make, preview_of, state_of
from pages._ui.topics.edit.preview_view import change, preview_table, words_of
from pages._ui.topics.opened import Opened

_PARTS = "topic-parts"
"""In the session: which topic's parts are shown, and how many were asked for."""


def topic_actions(now: Opened, ids: list[int], *, key: str) -> None:
    """Buttons for the topics `ids`: rename, split and pin one, merge several, delete any.

    Below them is what merging or splitting would lead to.
    """
    there = {t.id: t.size for t in now.topics.found}
    ids = sorted((i for i in ids if i in there), key=lambda i: -there[i])
    if not ids:
        return
    key = f"{key}-{now.version}-{'-'.join(map(str, ids[:6]))}"
    with st.container(horizontal=True, gap="small", vertical_alignment="center"), boundary():
        if len(ids) == 1:
            _one(now, ids[0], key)
        elif st.button(
            f"Merge these {len(ids)}", icon=":material/merge:", key=f"merge-{key}", type="primary"
        ):
            make(now.artifact, Merge(into=tuple(ids)))
        if st.button(
            "Delete",
            icon=":material/delete:",
            key=f"delete-{key}",
            help="Their documents are then in no topic. Undo brings them back.",
        ):
            make(now.artifact, Delete(gone=tuple(ids)))
    with boundary():
        if len(ids) > 1:
            _merged(now, ids)
        elif st.session_state.get(_PARTS, ("", 0))[0] == f"{now.key}-{ids[0]}":
            _parts(now, ids[0], key)


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
    shown = st.session_state.get(_PARTS)
    with (
        # Another key when parts are shown: it closes, and does not lie over them.
        st.popover("Split", icon=":material/call_split:", key=f"splitting-{key}-{shown}"),
        st.form(f"split-{key}", border=False),
        boundary(),
    ):
        parts = int(
            st.number_input("Parts", 0, 50, 0, help="0 makes as many as lie apart by themselves.")
        )
        with st.container(horizontal=True, gap="small"):
            if st.form_submit_button("Show the parts"):
                st.session_state[_PARTS] = f"{now.key}-{number}", parts
                st.rerun()
            if st.form_submit_button("Split"):
                make(now.artifact, Split(topic=number, parts=parts))
    held = number in pinned_in(now)
    if st.button(
        "Unpin" if held else "Pin", icon=":material/keep_off:" if held else ":material/keep:",
        key=f"pin-{key}", help="A pinned topic stays as it is, whatever else is edited.",
    ):  # fmt: skip
        make(now.artifact, Pin(topic=number, on=not held))


def _merged(now: Opened, ids: list[int]) -> None:
    """What the topics would be as one."""
    found = preview_of(now, Merge(into=tuple(ids)))
    (whole,) = found.after
    told = [count(whole.size, "document"), change(found)]
    st.markdown(f"Together they would be **{plain(whole.name)}**: {plain(words_of(whole))}.")
    st.caption(" · ".join(filter(None, told)))


def _parts(now: Opened, number: int, key: str) -> None:
    """What the parts of the topic would be, and the button that makes them."""
    edit = Split(topic=number, parts=st.session_state[_PARTS][1])
    found = preview_of(now, edit)
    with st.container(border=True):
        name = plain(now.topics.topic(number).name)
        st.markdown(f"**{name}** would become {count(len(found.after), 'topic')}:")
        preview_table(found, key=f"parts-{key}")
        if said := change(found):
            st.caption(said.capitalize())
        with st.container(horizontal=True, gap="small"):
            if st.button("Split like this", type="primary", key=f"split-so-{key}"):
                make(now.artifact, edit)
            if st.button("Leave it whole", key=f"whole-{key}"):
                st.session_state.pop(_PARTS)
                st.rerun()


def pinned_in(now: Opened) -> frozenset[int]:
    """Ids of the topics that are pinned."""
    return state_of(now).pinned
