"""Opened topics in; all topics to choose and change, and documents to rescue, on the page out."""

from __future__ import annotations

import streamlit as st

from pages._ui.boundary import boundary
from pages._ui.topics.edit.label_view import label_view
from pages._ui.topics.edit.level_part import level_part
from pages._ui.topics.edit.preview_view import words_of
from pages._ui.topics.edit.rescue_part import rescue_part
from pages._ui.topics.edit.topic_actions import pinned_in, topic_actions
from pages._ui.topics.opened import Opened


def edit_part(now: Opened) -> None:
    """Draw it."""
    if not now.topics.found:
        st.info("There is no topic left to edit. Undo brings back what was deleted.")
        return
    _topics(now)
    with boundary():
        level_part(now)
    with boundary():
        rescue_part(now)
    with boundary():
        label_view(now)


def _topics(now: Opened) -> None:
    """The table, and what can be done with the topics chosen in it."""
    total = len(now.topics.assigned)
    pinned = pinned_in(now)
    event = st.dataframe(
        {
            "Topic": [t.name for t in now.topics.found],
            "Documents": [t.size for t in now.topics.found],
            "Share": [t.size / total for t in now.topics.found],
            **({"Pinned": [t.id in pinned for t in now.topics.found]} if pinned else {}),
            "Words": [words_of(t) for t in now.topics.found],
        },
        hide_index=True,
        on_select="rerun",
        selection_mode="multi-row",
        key=f"edit-topics-{now.key}",
        column_config={
            "Topic": st.column_config.TextColumn(width="medium"),
            "Documents": st.column_config.NumberColumn(format="localized", width="small"),
            "Share": st.column_config.ProgressColumn(
                format="percent", min_value=0, max_value=1, width="small"
            ),
            "Pinned": st.column_config.CheckboxColumn(width="small"),
            "Words": st.column_config.TextColumn(width="large"),
        },
    )
    picked = [n for n in event["selection"]["rows"] if n < len(now.topics.found)]
    if picked:
        topic_actions(now, [now.topics.found[n].id for n in picked], key="edit")
    else:
        st.caption("Choose a topic to rename, split, pin or delete it; two or more to merge them.")
