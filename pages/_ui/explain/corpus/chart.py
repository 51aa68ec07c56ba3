"""Words and the key of their table in, a chart whose dots choose the table's rows out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

if TYPE_CHECKING:
    from engine.figures.driving_words import Dot


def chart(
    dots: list[Dot], label: str, labels: list[str], *, axis: str, key: str, against: str = ""
) -> None:
    """Draw it; a click on a dot chooses the row of the table `key`, a second one gives it up."""
    from engine.figures.base import CONFIG, one_point
    from engine.figures.driving_words import driving_words_figure
    from engine.figures.sides import sides

    name = f"dots-{key}"

    def choose() -> None:
        place = one_point(st.session_state[name]["selection"]["points"], "y")
        if place is None:
            return
        again = chosen_row(key, int(place) + 1) == int(place)
        rows = [] if again else [int(place)]
        st.session_state[key] = {"selection": {"rows": rows, "columns": [], "cells": []}}

    st.plotly_chart(
        driving_words_figure(
            dots, sides(label, against, labels), axis=axis, chosen=chosen_row(key, len(dots))
        ),
        config=CONFIG, key=name, on_select=choose, selection_mode="points",
        alt="The words with what they add and its 95% interval; the table beside has the figures",
    )  # fmt: skip


def chosen_row(table: str, among: int) -> int | None:
    """The row that is chosen in the table of that key, which a chart sets as well."""
    state: Any = st.session_state.get(table)
    picked = state["selection"]["rows"] if state else []
    return picked[0] if picked and picked[0] < among else None
