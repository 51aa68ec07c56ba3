"""Opened topics in, how they change over time and differ by category, on the page, out."""

from __future__ import annotations

import streamlit as st

from pages._ui.boundary import boundary
from pages._ui.topics.opened import Opened
from pages._ui.topics.views.by_category import by_category
from pages._ui.topics.views.over_time import over_time

_PARTS = {"time": ("Over time", over_time), "category": ("By category", by_category)}


def trends_part(now: Opened) -> None:
    """Draw it."""
    if not now.topics.found:
        st.info("There is no topic here.")
        return
    if now.rows is None:
        st.info("The dataset of these topics is not here any more; its dates and labels went too.")
        return
    part = st.segmented_control(
        "Trends", list(_PARTS), default="time", required=True, key="trends",
        bind="query-params", format_func=lambda name: _PARTS[name][0],
        label_visibility="collapsed",
    )  # fmt: skip
    with boundary():
        _PARTS[part or "time"][1](now)
