"""Trends of topics in, a table of what rises and what falls, with small charts, out."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from engine.topics.topics import Topic
from engine.topics.views.periods import Periods
from engine.topics.views.trends import Slopes, Trends
from pages._ui.format import count
from pages._ui.topics.opened import Opened

if TYPE_CHECKING:
    from numpy.typing import NDArray

_DIRECTIONS = {1: "▲ rising", -1: "▼ falling", 0: "within chance"}


def trends_table(
    now: Opened,
    by_period: Trends,
    sloped: Slopes,
    found: Periods,
    *,
    draw: Callable[[list[int]], None],
) -> None:
    """Draw it; `draw` is called with the ids of the topics whose rows are chosen."""
    st.subheader("What rises and what falls", anchor=False)
    if not np.isfinite(sloped.change).any():
        st.caption("Documents lie in fewer than three periods, so there is no trend to see.")
        return
    order = np.argsort(-sloped.change, kind="stable").tolist()
    topics: list[Topic] = [now.topics.found[n] for n in order]
    ups = sum(sloped.direction(n) > 0 for n in order)
    downs = sum(sloped.direction(n) < 0 for n in order)
    st.caption(
        f"{_changes(ups, downs)} beyond chance, of {count(len(order), 'topic')}, from "
        f"{found.names[0]} to {found.names[-1]}, by a curve through the shares. "
        "Choose rows to draw them."
    )
    key = f"trends-{now.key}-{found.unit}"

    def choose() -> None:
        rows = st.session_state[key]["selection"]["rows"]
        draw([topics[row].id for row in rows if row < len(topics)])

    st.dataframe(
        {
            "Topic": [t.name for t in topics],
            "Over time": [sparkline(by_period.shares[n]) for n in order],
            "Trend": [_DIRECTIONS[sloped.direction(n)] for n in order],
            "Change": [sloped.change[n] * 100 for n in order],
            "95 %": [f"{sloped.low[n] * 100:+.1f} to {sloped.high[n] * 100:+.1f}" for n in order],
            "At first": [sloped.first[n] for n in order],
            "At last": [sloped.last[n] for n in order],
            "Documents": [t.size for t in topics],
        },
        hide_index=True,
        height=min(38 + 35 * len(order), 460),
        column_config={
            "Topic": st.column_config.TextColumn(width="medium", pinned=True),
            "Over time": st.column_config.AreaChartColumn(
                help="Share of the documents of each period."
            ),
            "Trend": st.column_config.TextColumn(
                help="Beyond chance: with all topics looked at together, at most one in twenty of "
                "those called rising or falling would be so by chance."
            ),
            "Change": st.column_config.NumberColumn(
                format="%+.1f",
                help="Percentage points from the first period to the last, by the "
                "logistic curve that fits the shares of all periods best.",
            ),
            "95 %": st.column_config.TextColumn(help="Where the change lies, 95 % surely."),
            "At first": st.column_config.NumberColumn(format="percent"),
            "At last": st.column_config.NumberColumn(format="percent"),
            "Documents": st.column_config.NumberColumn(format="localized"),
        },
        on_select=choose,
        selection_mode="multi-row",
        key=key,
    )


def _changes(ups: int, downs: int) -> str:
    if not ups and not downs:
        return "None rises or falls"
    return f"{ups} rise{'s' * (ups == 1)} and {downs} fall{'s' * (downs == 1)}"


def sparkline(shares: NDArray[np.floating]) -> list[float]:
    """Shares for a small chart in a table; periods without a document are filled from beside."""
    known = np.flatnonzero(np.isfinite(shares))
    if not len(known):
        return []
    return np.interp(np.arange(len(shares)), known, shares[known]).tolist()
