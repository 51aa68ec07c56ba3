"""Topics in; why a document, or a whole topic, is what it is, on the page, out.

The address says where a person is: ?topics= (which), ?document= (a document's number), ?topic= (a
whole topic's number), ?chosen= (documents chosen on the map), ?drivingjob= (words being weighed).
"""

from __future__ import annotations

import streamlit as st

from pages._ui.boundary import boundary
from pages._ui.explain.topic.document_view import document_view
from pages._ui.explain.topic.first_topics import first_topics, making_first
from pages._ui.explain.topic.selection_view import has_selection, selection_view
from pages._ui.explain.topic.whole_view import whole_view
from pages._ui.loaders import store
from pages._ui.pickers import artifact_picker
from pages._ui.topics.opened import opened

_WAYS = {
    "one": ("A document", document_view),
    "whole": ("A whole topic", whole_view),
    "chosen": ("A selection", selection_view),
}


def topic_part() -> None:
    """Draw it."""
    if making_first() or not store().artifacts("topics"):
        first_topics()
        return
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    with left:
        found = artifact_picker("topics", "Topics", help="Newest first, with their edits in them.")
    if found is None:
        return
    now = opened(found)
    if not now.topics.found:
        st.info("There is no topic here; undo the last edit, or find topics anew.")
        return
    if now.rows is None:
        st.info(
            "The dataset of these topics is not here any more, so there is no text to explain. "
            "Choose other topics."
        )
        return
    with right:
        ways = [name for name in _WAYS if name != "chosen" or has_selection(now)]
        way = st.segmented_control(
            "Explain", ways, default=_first(ways), required=True, label_visibility="collapsed",
            key=f"explain-topics-way-{len(ways)}", format_func=lambda name: _WAYS[name][0],
        )  # fmt: skip
    with boundary():
        _WAYS[way or "one"][1](now)


def _first(ways: list[str]) -> str:
    """The way that the address is about."""
    asked = st.query_params
    if "chosen" in asked and "chosen" in ways:
        return "chosen"
    return "whole" if "topic" in asked else "one"
