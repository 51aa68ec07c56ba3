"""A classifier without scores in (one that was brought in); what can be done with it out."""

from __future__ import annotations

import streamlit as st

from engine.store import Artifact
from pages._ui.boundary import boundary
from pages._ui.report.other_data import other_data
from pages._ui.report.subject import Subject
from pages._ui.take_away import take_away
from pages._ui.texts import plain


def unscored(found: Artifact) -> None:
    """Say that there are no scores yet, and offer a dataset to get some on, and the way out."""
    labels = [str(label) for label in found.facts.get("labels", [])]
    st.info(
        "Not scored here yet: it came without test texts. Score it on a dataset whose labels are "
        "its categories, and its report opens.",
        icon=":material/fact_check:",
    )
    few = ", ".join(labels[:12]) + (f" and {len(labels) - 12:,} more" if len(labels) > 12 else "")
    st.caption(plain(f"Tells apart: {few}."))
    st.subheader("Score it on a dataset", anchor=False)
    with boundary():
        about = Subject(found, found, None, None, {"labels": labels, "split": "test"})
        other_data(about)
    take_away(found)
