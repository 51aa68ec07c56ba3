"""Opened topics in, a table of them and the documents of the chosen one, on the page, out."""

from __future__ import annotations

import streamlit as st

from engine.topics.topics import Topic
from pages._ui.format import count
from pages._ui.texts import plain
from pages._ui.topics.document_card import document_card
from pages._ui.topics.opened import Opened


def table_part(now: Opened) -> None:
    """Draw it."""
    found, total = now.topics.found, max(len(now.topics.assigned), 1)
    if not found:
        st.info("There is no topic here.")
        return
    event = st.dataframe(
        {
            "Topic": [t.name for t in found],
            "Documents": [t.size for t in found],
            "Share": [t.size / total for t in found],
            "Words": [_words(t) for t in found],
        },
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key=f"topic-table-{now.key}",
        column_config={
            "Topic": st.column_config.TextColumn(width="medium"),
            "Share": st.column_config.NumberColumn(format="percent", width="small"),
            "Words": st.column_config.TextColumn(width="large"),
        },
    )
    picked = [n for n in event["selection"]["rows"] if n < len(found)]
    if picked:
        _topic(now, found[picked[0]])
    else:
        st.caption("Choose a topic to read its documents.")


def _words(topic: Topic) -> str:
    return ", ".join(word for word, _ in topic.words)


def _topic(now: Opened, topic: Topic) -> None:
    st.subheader(plain(topic.name), anchor=False)
    st.caption(plain(f"{count(topic.size, 'document')} · {_words(topic)}"))
    groups = {
        "Most typical words": topic.representative,
        "Nearest to its centre": topic.central,
        "All": tuple(int(place) for place in now.topics.places(topic.id)[:20]),
    }
    shown = [name for name, places in groups.items() if places]
    if not shown:
        return
    which = st.segmented_control(
        "Documents", shown, default=shown[0], required=True, key=f"topic-documents-{topic.id}",
        wrap=True,
    )  # fmt: skip
    places = groups[which or shown[0]]
    if which == "All" and topic.size > len(places):
        st.caption(f"The first {len(places)} of {topic.size:,}.")
    for place in places:
        document_card(now, place)
