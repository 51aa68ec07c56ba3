"""Opened topics in; all topics to choose and change, and documents to rescue, on the page out."""

from __future__ import annotations

import streamlit as st

from engine.errors import InputError
from engine.topics.edit.apply import apply
from engine.topics.edit.edits import Rescue
from engine.topics.edit.replay import replay
from engine.topics.topics import NO_TOPIC
from pages._ui.boundary import boundary
from pages._ui.format import count
from pages._ui.topics.editing import context_of, history_of, make
from pages._ui.topics.opened import Opened
from pages._ui.topics.topic_actions import topic_actions


def edit_part(now: Opened) -> None:
    """Draw it."""
    total = len(now.topics.assigned)
    event = st.dataframe(
        {
            "Topic": [t.name for t in now.topics.found],
            "Documents": [t.size for t in now.topics.found],
            "Share": [t.size / total for t in now.topics.found],
            "Words": [", ".join(word for word, _ in t.words) for t in now.topics.found],
        },
        hide_index=True,
        on_select="rerun",
        selection_mode="multi-row",
        key=f"edit-topics-{now.key}",
        column_config={
            "Topic": st.column_config.TextColumn(width="medium"),
            "Share": st.column_config.ProgressColumn(
                format="percent", min_value=0, max_value=1, width="small"
            ),
            "Words": st.column_config.TextColumn(width="large"),
        },
    )
    picked = [n for n in event["selection"]["rows"] if n < len(now.topics.found)]
    if picked:
        topic_actions(now, [now.topics.found[n].id for n in picked], key="edit")
    else:
        st.caption("Choose a topic to rename, split, pin or delete it; two or more to merge them.")
    _rescue(now)


def _rescue(now: Opened) -> None:
    outside = int((now.topics.assigned == NO_TOPIC).sum())
    if not outside:
        return
    st.subheader("Documents in no topic", anchor=False)
    st.caption(f"{count(outside, 'document')} are in no topic. Those like one can join it.")
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"), boundary():
        by = st.selectbox(
            "Like in", ["vectors", "words"], key="rescue-by", width=160,
            format_func={"vectors": "Meaning", "words": "Words"}.__getitem__,
        )  # fmt: skip
        least = st.slider(
            "At least this like (cosine)", 0.0, 1.0, 0.3, 0.05, key="rescue-least", width=280
        )
        edit = Rescue(by=by, least=least)
        context = context_of(now.artifact.key)
        state, _, _ = replay(history_of(now.artifact).done, context)
        try:
            moved = apply(state, edit, context)[1].moved
        except InputError:
            moved = 0
        if st.button(
            f"Rescue {moved:,} of {outside:,}",
            icon=":material/support:",
            disabled=not moved,
            key="rescue",
        ):
            make(now.artifact, edit)
