"""A trained model, or an evaluation of one, in; its report out: figures above, parts below."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from engine.store import Artifact
from pages._ui.boundary import boundary
from pages._ui.doubts_view import doubts_view
from pages._ui.empty import empty
from pages._ui.report.categories import categories
from pages._ui.report.cohorts import cohorts
from pages._ui.report.compare import compare
from pages._ui.report.confidence import confidence
from pages._ui.report.headline import headline
from pages._ui.report.making import making
from pages._ui.report.mistakes import mistakes
from pages._ui.report.other_data import other_data
from pages._ui.report.subject import Subject, subject
from pages._ui.report.unscored import unscored
from pages._ui.take_away import take_away

_PARTS: dict[str, Callable[[Subject], None]] = {
    "Mistakes": mistakes,
    "Categories": categories,
    "Confidence": confidence,
    "Cohorts": cohorts,
    "Compare": compare,
    "Other data": other_data,
}


def report(found: Artifact) -> None:
    """Draw it, without its title."""
    about = subject(found)
    if about is None and found.kind == "model" and "accuracy" not in found.facts:
        unscored(found)
        return
    if about is None:
        empty("The scores cannot be read", "Remove the classifier on the Runs page; train again.")
        return
    headline(about)
    # A starter brings its scores, but not the texts they were taken on.
    with_texts = (found.path / "predictions.parquet").exists()
    parts = dict(_PARTS) if with_texts else {"Other data": other_data}
    if found.kind == "model" and with_texts:
        parts["Likely label errors"] = lambda about: doubts_view(about.found)
    parts["Making"] = making
    if found.kind == "model":
        parts["Take away"] = lambda about: take_away(about.found)
    tabs = st.tabs(list(parts), key="part", on_change="rerun", bind="query-params")
    for tab, draw in zip(tabs, parts.values(), strict=True):
        if tab.open:
            with tab, boundary():
                draw(about)
