"""A run in, what it looked at and how far its numbers add up, in a row of figures, out."""

from __future__ import annotations

import streamlit as st

from pages._ui.explain.corpus.opened import Run
from pages._ui.format import count, percent


def headline(run: Run) -> None:
    """Draw the figures."""
    facts = run.found.facts
    with st.grid(4, min_column_width=150):
        st.metric("Texts", count(facts["rows"]), help="Texts whose words were weighed.")
        st.metric(
            "Words", count(facts["words"]), delta=f"{count(facts['vocabulary'])} different",
            delta_color="off", delta_arrow="off",
            help="Words and marks in them; upper and lower case are one.",
        )  # fmt: skip
        if facts.get("accuracy") is not None:
            st.metric(
                "Right", percent(facts["accuracy"]),
                help=f"Of the {count(facts['labelled'], 'text')} with a label it knows.",
            )  # fmt: skip
        if facts.get("beyond") is not None:
            st.metric(
                "Add up", percent(1 - facts["beyond"]),
                help="Texts whose words sum to their answer, less the answer for a text that says "
                "nothing, within 2 %: the convergence delta of Integrated Gradients.",
            )  # fmt: skip
    if (at := facts.get("stopped_at")) is not None:
        st.info(
            f"Stopped after {count(at, 'text')}. Weigh again with the same choices to go on from "
            "there.", icon=":material/stop_circle:",
        )  # fmt: skip
    if facts.get("skipped"):
        st.caption(f"The encoder found nothing to read in {count(facts['skipped'], 'text')} more.")
