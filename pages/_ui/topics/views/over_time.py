"""Opened topics in; lines of them over time and a table of what rises and falls out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from engine.errors import InputError
from engine.figures.topic_trends import Line, clicked, trends_figure
from engine.topics.views.periods import MOST, UNITS, Periods, date_columns, dates_of, periods
from engine.topics.views.trends import FEW, Slopes, Trends, slopes, trends
from pages._ui.format import count
from pages._ui.topics.map.chosen_view import chosen_view
from pages._ui.topics.opened import Opened
from pages._ui.topics.views.marked import clickable, mark, marked
from pages._ui.topics.views.tones import tones
from pages._ui.topics.views.trends_table import trends_table

_OWN = "date"
_FIRST, _MOST_LINES = 5, 8
_WHICH = {"large": "Largest", "up": "Rising", "down": "Falling", "own": "My choice"}
_A_YEAR = dict(zip(UNITS, (366, 53, 12, 4, 1), strict=True))


def over_time(now: Opened) -> None:
    """Draw the choices, the lines, the documents of a clicked point and the table."""
    columns = _columns(now)
    if not columns:
        st.info(
            "These documents have no dates. Make the dataset again with a date column to see its "
            "topics over time.",
            icon=":material/calendar_today:",
        )
        return
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        column = columns[0]
        if len(columns) > 1:
            column = st.selectbox(
                "Date", columns, key="trend-date", format_func=_called, width=220,
                help="The dataset's date, or any other column of its file that reads as dates.",
            )  # fmt: skip
        found = _chosen_periods(now, column)
        shares = _shares_wanted()
        which = _which_wanted()
    by_period = trends(now.topics.assigned, now.topics.ids, found)
    sloped = slopes(by_period, found.middles)
    shown = _lines_wanted(now, which, sloped)
    if shown:
        _chart(now, found, by_period, shown, shares)
    _left_out(found, by_period)

    def draw(ids: list[int]) -> None:
        st.session_state["trend-which"] = "own" if ids else "large"
        st.session_state[_lines_key(now)] = ids[:_MOST_LINES]

    trends_table(now, by_period, sloped, found, draw=draw)


def periods_of(now: Opened, column: str = _OWN, unit: str | None = None) -> Periods:
    """Periods of a date column; the handiest where no unit is given.

    Raises:
        InputError: the column holds no dates, or too many periods.
    """
    return _periods(*_where(now, column), unit)


def _chosen_periods(now: Opened, column: str) -> Periods:
    handy = periods_of(now, column)
    span = float(handy.middles[-1] - handy.middles[0])
    offered = [u for u in UNITS if u == handy.unit or 1 <= span * _A_YEAR[u] < MOST - 2]
    unit = st.segmented_control(
        "Per", offered, default=handy.unit, required=True, format_func=str.capitalize,
        key=f"trend-unit-{now.artifact.key}-{column}",
        help=f"The finest in which most periods have {FEW} documents is taken first.",
    )  # fmt: skip
    return handy if unit in (None, handy.unit) else periods_of(now, column, unit)


def _shares_wanted() -> bool:
    shown = st.segmented_control(
        "Show", ["Share", "Count"], default="Share", required=True, key="trend-show",
        help="The share of all documents of the period, or how many there are.",
    )  # fmt: skip
    return shown != "Count"


def _which_wanted() -> str:
    which = st.segmented_control(
        "Lines", list(_WHICH), default="large", required=True, format_func=_WHICH.get,
        key="trend-which", wrap=True,
    )  # fmt: skip
    return which or "large"


def _lines_wanted(now: Opened, which: str, sloped: Slopes) -> list[int]:
    """Places of the topics to draw."""
    k = len(now.topics.found)
    if which == "own":
        names = now.names()
        key = _lines_key(now)
        if key not in st.session_state:
            st.session_state[key] = list(names)[:2]
        own = st.multiselect(
            "Topics", list(names), format_func=names.__getitem__, max_selections=_MOST_LINES,
            key=key, label_visibility="collapsed", placeholder="Choose topics",
        )  # fmt: skip
        place = {topic.id: n for n, topic in enumerate(now.topics.found)}
        return [place[number] for number in own]
    if which in ("up", "down"):
        side = 1 if which == "up" else -1
        places = [n for n in range(k) if sloped.direction(n) == side]
        if not places:
            st.caption(f"No topic is {'rising' if side > 0 else 'falling'} beyond chance.")
        return sorted(places, key=lambda n: -side * sloped.change[n])[:_FIRST]
    return list(range(min(_FIRST, k)))


def _lines_key(now: Opened) -> str:
    return f"trend-lines-{now.key}"


def _chart(now: Opened, found: Periods, by_period: Trends, shown: list[int], shares: bool) -> None:
    topics = now.topics.found
    values = by_period.shares if shares else by_period.counts.astype(float)
    lines = [
        Line(topics[n].name, tone, values[n], by_period.low[n], by_period.high[n])
        for n, tone in zip(shown, tones(len(shown)), strict=True)
    ]
    # The mark is a topic's id and a period; it goes where the topic or the periods change.
    key = f"trend-{now.artifact.key}-{found.unit}-{len(found.names)}"
    ids = [topics[n].id for n in shown]
    at = marked(key)
    if at is not None and at[0] not in ids:
        mark(key, None)
        at = None

    def read(points: Any) -> tuple[int, int] | None:
        place = clicked(points, len(ids), len(found.names))
        return (ids[place[0]], place[1]) if place else None

    clickable(
        trends_figure(
            lines, found.names, by_period.totals, few=FEW, shares=shares,
            chosen=(ids.index(at[0]), at[1]) if at else None,
        ),
        key=key, read=read,
        alt="Topics over time; the table below has what rises and falls.",
    )  # fmt: skip
    if at is None:
        st.caption("Click a point to read its documents.")
        return
    places = np.flatnonzero((now.topics.assigned == at[0]) & (found.codes == at[1]))
    what = f"of {now.names()[at[0]]} in {found.names[at[1]]}"
    chosen_view(now, places, what=what)


def _left_out(found: Periods, by_period: Trends) -> None:
    said = []
    if (by_period.totals < FEW).any():
        said.append(f"Grey: fewer than {FEW} documents, so shares say little.")
    if found.undated:
        said.append(f"{count(found.undated, 'document')} without a date are not counted.")
    if found.left_out:
        said.append(
            f"{count(found.left_out, 'document')} far from all others in time are left out."
        )
    if said:
        st.caption(" ".join(said))


def _called(column: str) -> str:
    return "The dataset's date" if column == _OWN else f"Column {column.removeprefix(':')}"


def _columns(now: Opened) -> list[str]:
    """ "date" for the dataset's own, ":name" of columns of its file."""
    facts = now.dataset.facts if now.dataset else {}
    own = [_OWN] if facts.get("has_dates") else []
    if now.source is None or not now.source.is_file():
        return own
    return own + [
        f":{n}" for n in _date_columns(str(now.source)) if n != facts.get("date_column", "")
    ]


def _where(now: Opened, column: str) -> tuple[str, str, str]:
    if now.rows is None:
        raise InputError("The dataset of these topics is not here any more; its dates went too.")
    source = str(now.source) if column.startswith(":") and now.source else ""
    return str(now.rows), column.removeprefix(":"), source


@st.cache_data(max_entries=20, show_spinner=False)
def _date_columns(source: str) -> list[str]:
    return date_columns(Path(source))


@st.cache_resource(max_entries=6, show_spinner="Reading the dates")
def _dates(rows: str, name: str, source: str) -> Any:
    return dates_of(Path(rows), name, source=Path(source) if source else None)


@st.cache_resource(max_entries=12, show_spinner=False)
def _periods(rows: str, name: str, source: str, unit: Any) -> Periods:
    return periods(_dates(rows, name, source), unit)
