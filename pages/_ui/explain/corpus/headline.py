"""A run in, what it looked at and how far its numbers add up, in a row of figures, out."""

from __future__ import annotations

import streamlit as st

from pages._ui.explain.corpus.opened import Run
from pages._ui.format import count, percent


def headline(run: Run) -> None:
    """Draw the figures."""
    facts = run.found.facts
    held = run.holds_up
    with st.grid(5, min_column_width=150):
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
        if held is not None:
            st.metric(
                "Without a driving word", f"−{100 * held.lost:.1f} points",
                delta=f"{100 * held.lost_by_chance:.1f} by chance", delta_color="off",
                delta_arrow="off",
                help=f"What a category loses on average when one of its driving words is taken "
                f"out of a text ({count(held.words, 'word')} tried); by chance: when another word "
                "of the text goes instead.",
            )  # fmt: skip
    if held is not None and not held.believable:
        st.warning(
            f"Do not believe these weights: without a driving word a category loses "
            f"{100 * held.lost:.1f} points, without any other {100 * held.lost_by_chance:.1f}. "
            f"{_way_out(run)}", icon=":material/warning:",
        )  # fmt: skip
    if (at := facts.get("stopped_at")) is not None:
        st.info(
            f"Stopped after {count(at, 'text')}. Weigh again with the same choices to go on from "
            "there.", icon=":material/stop_circle:",
        )  # fmt: skip
    if facts.get("skipped"):
        st.caption(f"The encoder found nothing to read in {count(facts['skipped'], 'text')} more.")


def _way_out(run: Run) -> str:
    if run.found.manifest.spec["method"] == "integrated gradients":
        return "Weigh more texts, or compare them with another baseline."
    return "Weigh them by Integrated Gradients instead."
