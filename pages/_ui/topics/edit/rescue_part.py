"""Opened topics in; what joins a topic at which threshold, and what that does, on the page out."""

from __future__ import annotations

import streamlit as st

from engine.figures.base import CONFIG
from engine.figures.topic_rescue import rescue_figure
from engine.topics.edit.edits import Rescue
from engine.topics.edit.likely import Likely, likely
from engine.topics.topics import NO_TOPIC
from pages._ui.format import count
from pages._ui.topics.edit.editing import context_of, make, preview_of, state_of
from pages._ui.topics.edit.preview_view import preview_figures, preview_table
from pages._ui.topics.opened import Opened

_BY = {"vectors": "Meaning", "words": "Words", "both": "Both"}


def rescue_part(now: Opened) -> None:
    """Draw it; nothing where every document is in a topic."""
    outside = int((now.topics.assigned == NO_TOPIC).sum())
    if not outside:
        return
    st.subheader("Documents in no topic", anchor=False)
    st.caption(
        f"{count(outside, 'document')} are in no topic. Those that are like one can join it: by "
        "meaning (the cosine of the document to the topic's centre), by words, or by the mean of "
        "both."
    )
    ways = _ways(now)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        by = st.segmented_control(
            "Like in", list(_BY), default="vectors", required=True, key="rescue-by",
            format_func=_BY.__getitem__,
        )  # fmt: skip
        least = st.slider(
            "At least this like (cosine)", 0.0, 1.0, round(max(0.0, ways[by].usual), 2), 0.01,
            key=f"rescue-least-{by}-{now.key}", width=320,
            help=f"It begins at {ways[by].usual:.2f}: nine in ten documents are at least so like "
            "the topic that they are in.",
        )  # fmt: skip
    figure = rescue_figure(
        {_BY[name]: way.score for name, way in ways.items()}, chosen=_BY[by], least=least
    )
    st.plotly_chart(figure, config=CONFIG, key=f"rescue-curve-{now.key}")
    edit = Rescue(by=by, least=least)
    moved = int((ways[by].score >= least).sum())
    if moved:
        found = preview_of(now, edit)
        left = (outside - moved) / len(now.topics.assigned)
        preview_figures(
            found,
            ("Would join", f"{moved:,} of {outside:,}"),
            ("Then in no topic", f"{left:.1%}"),
        )
        preview_table(found, key=f"rescue-into-{now.key}-{by}-{least}", joined=True)
    else:
        st.caption(f"None of them is as like a topic as {least:g}; move the slider to the left.")
    if st.button(
        f"Rescue {moved:,} of {outside:,}",
        icon=":material/support:",
        disabled=not moved,
        key=f"rescue-{now.key}",  # edited elsewhere since, none is rescued at a threshold unseen
        type="primary",
    ):
        make(now.artifact, edit)


def _ways(now: Opened) -> dict[str, Likely]:
    """Where the documents belong, in each way to measure it."""
    state, context = state_of(now), context_of(now.artifact.key)
    with st.spinner("Looking at where they belong"):
        return {by: likely(state, by, context) for by in ("vectors", "words", "both")}
