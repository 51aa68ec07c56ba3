"""What was clicked on a chart, kept from run to run, so that the chart can show it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import streamlit as st

from engine.figures.base import CONFIG

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

Mark = tuple[int, int]


def marked(key: str) -> Mark | None:
    """What is chosen on the chart `key`."""
    found: Mark | None = st.session_state.get(f"marked-{key}")
    return found


def mark(key: str, place: Mark | None) -> None:
    """Choose it from elsewhere."""
    st.session_state[f"marked-{key}"] = place


def clickable(figure: Figure, *, key: str, read: Callable[[Any], Mark | None], alt: str) -> None:
    """Draw the chart; a click chooses, and one more on the same takes it back.

    Streamlit knows a selectable Plotly chart by its whole content, and the mark is part of it: each
    choice makes a chart that nothing is selected in, so the choice is kept here.
    """

    def choose() -> None:
        place = read(st.session_state[f"chart-{key}"]["selection"]["points"])
        if place is not None:
            mark(key, None if place == marked(key) else place)

    st.plotly_chart(
        figure, config=CONFIG, key=f"chart-{key}", on_select=choose, selection_mode="points",
        alt=alt,
    )  # fmt: skip
