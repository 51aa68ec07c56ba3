"""Opened topics in; coarser and finer topics, what they would be and the way there, out."""

from __future__ import annotations

import streamlit as st

from engine.errors import InputError
from engine.topics.edit.edits import Level
from engine.topics.edit.level import finest
from engine.topics.edit.preview import Preview
from pages._ui.format import count
from pages._ui.topics.edit.editing import context_of, make, preview_of, state_of
from pages._ui.topics.edit.preview_view import preview_figures, preview_table
from pages._ui.topics.opened import Opened

_MOST = 200


def level_part(now: Opened) -> None:
    """Draw it; nothing where the topics were not merged from finer ones."""
    context = context_of(now.artifact.key)
    try:
        tree = context.tree
    except InputError:
        return
    state = state_of(now)
    least = max(1, len(state.pinned))
    most = min(_MOST, finest(state, tree))
    if most <= least:
        return
    st.subheader("Coarser or finer", anchor=False)
    there = len(now.topics.found)
    st.caption(
        f"The topics were merged from finer ones; here they are cut at another number, at once. "
        f"Now there {'is' if there == 1 else 'are'} {count(there, 'topic')}. Pinned topics stay as "
        "they are, and so do documents in no topic; other edits of which document is where are "
        "left behind, and come back with Undo."
    )
    wanted = st.slider(
        "Topics", least, most, min(max(there, least), most), key=f"level-to-{now.key}"
    )
    if wanted == there:
        return
    edit = Level(count=wanted)
    found = preview_of(now, edit)
    preview_figures(found, ("Topics", f"{there:,} → {wanted:,}"), ("That change", _told(found)))
    preview_table(found, key=f"level-topics-{now.key}-{wanted}")
    if st.button(
        f"Make it {count(wanted, 'topic')}", icon=":material/stacks:", type="primary", key="level"
    ):
        make(now.artifact, edit)


def _told(found: Preview) -> str:
    return f"{len(found.before):,} become {len(found.after):,}"
