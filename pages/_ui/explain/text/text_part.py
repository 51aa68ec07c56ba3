"""One text and a classifier in, why it said what it said, and how far to believe that, out.

The address: ?model=, ?text= (or ?dataset= and ?row=), ?category=, ?against=, ?method=, ?baseline=.
"""

from __future__ import annotations

import streamlit as st

from engine.store import Artifact
from pages._ui.boundary import boundary
from pages._ui.explain import loaded
from pages._ui.explain.text.answer import answer
from pages._ui.explain.text.asked import Asked
from pages._ui.explain.text.box import text_box
from pages._ui.explain.text.choices import choices
from pages._ui.explain.text.keep_part import keep_part, terminal
from pages._ui.explain.text.methods_part import methods_part
from pages._ui.explain.text.parts_view import chosen_part, parts_strip
from pages._ui.explain.text.under_hood import under_hood
from pages._ui.explain.what_if.what_if_part import what_if_part
from pages._ui.live_models import bring_starter, other_starters
from pages._ui.loaders import store
from pages._ui.pickers import artifact_picker


def text_part() -> None:
    """Draw it."""
    bring_starter()
    if not store().artifacts("model"):
        _classifier()  # says what comes first
        return
    left, right = st.columns([3, 2], gap="large")
    with right:
        found = _classifier()
        if found is None:
            return
        how = st.container()
    with left:
        text = text_box(found)
    with how:
        asked = choices(found, text)
    if not text.strip():
        st.caption("The words that made the answer stand here as soon as there is a text.")
        return
    _explain(found, asked)


def _classifier() -> Artifact | None:
    found = artifact_picker(
        "model",
        "Classifier",
        help="Newest first: those that came with Limn and those trained here.",
    )
    if found is not None:
        other_starters("model")
    return found


def _explain(found: Artifact, asked: Asked) -> None:
    subject, whole = loaded.subject(found.key), asked
    asked, parts = chosen_part(subject, asked)
    explained = answer(subject, asked)
    keep_part(found, subject, asked, explained)
    with boundary():
        parts_strip(subject, whole, parts)
    st.subheader("What if", anchor=False)
    with boundary():
        what_if_part(found, subject, explained)
    st.subheader("Methods side by side", anchor=False)
    with boundary():
        methods_part(subject, asked, explained)
    # A key, or it would close as soon as something new stands above it.
    hood = st.expander("Under the hood", icon=":material/memory:", key="explain-hood")
    with hood, boundary():
        under_hood(subject, asked, explained)
    terminal(found, asked)
