"""Groups of the scored texts in, a row of figures for each out; each opens its texts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from engine.store import Artifact
from pages._ui.format import count
from pages._ui.loaders import store
from pages._ui.report.subject import Subject, answers, open_texts
from pages._ui.texts import plain

_LENGTH, _PHRASE, _DATE = "Length of the text", "A word or phrase in it", "Date"
_COLUMN = "Column "
_TALL = 24


def cohorts(about: Subject) -> None:
    """Choose what to group by; see how each group fares, and read its texts."""
    if about.dataset is None:
        st.info("The dataset is not kept any more, and its texts went with it.")
        return
    dataset = about.dataset
    choices = _choices(about, dataset)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        by = st.selectbox(
            "Group the texts by", list(choices), key=f"cohort-{about.found.key}", width=320,
            help="The length of the text, words in it, or any column of the file: numbers in "
            "five ranges of about as many texts, other values by how often they occur.",
        )  # fmt: skip
        found = choices[by](about, dataset)
    if found is None:
        return
    groups, rows = found
    order = rows if groups.ordered else sorted(rows, key=lambda one: (not one.stands_out, one.gap))
    table = f"cohorts-{about.found.key}-{by}-{len(order)}"
    if by == _DATE:
        _over_time(about, order, table)
    _table(about, groups, order, str(by), table)


def _named(by: str, name: str) -> str:
    """'Score 3' for the group '3' of the column Score; others say themselves what they are."""
    return f"{by.removeprefix(_COLUMN)} {name}" if by.startswith(_COLUMN) else name


def _choices(about: Subject, dataset: Artifact) -> dict[str, Callable[..., Any]]:
    offered: dict[str, Callable[..., Any]] = {_LENGTH: _by_length, _PHRASE: _by_phrase}
    if dataset.facts.get("has_dates"):
        offered[_DATE] = _by_date
    source = next((a for a in store().lineage(dataset) if a.kind == "source"), None)
    if source is None:
        return offered
    path = str(source.path / "rows.parquet")
    for name in _columns(path, str(about.found.path), about):
        offered[f"{_COLUMN}{name}"] = lambda about, _, name=name: _by_column(about, path, name)
    return offered


def _by_length(about: Subject, dataset: Artifact) -> Any:
    from engine.classify.evaluation.groups import by_length

    return _scored(about, by_length(_texts_and_dates(about, dataset)[0]))


def _by_phrase(about: Subject, dataset: Artifact) -> Any:
    from engine.classify.evaluation.groups import by_phrase

    phrase = st.text_input(
        "Word or phrase", key=f"phrase-{about.found.key}", width=320, placeholder="such as: not",
        help="Texts that hold exactly this, in upper or lower case, against the others.",
    ).strip()  # fmt: skip
    if not phrase:
        return None
    groups = by_phrase(_texts_and_dates(about, dataset)[0], phrase)
    if len(np.unique(groups.codes)) < 2:
        st.caption(plain(f"Every scored text, or none, holds “{phrase}”; try another."))
        return None
    return _scored(about, groups)


def _by_date(about: Subject, dataset: Artifact) -> Any:
    from engine.classify.evaluation.groups import PERIODS, by_period, handy_period

    dates = _texts_and_dates(about, dataset)[1]
    period = st.segmented_control(
        "By", PERIODS, default=handy_period(dates), required=True, format_func=str.capitalize,
        key=f"period-{about.found.key}", help="The finest that holds 20 texts or so is chosen.",
    )  # fmt: skip
    return _scored(about, by_period(dates, str(period)))


def _by_column(about: Subject, path: str, name: str) -> Any:
    from engine.classify.evaluation.groups import by_value

    return _scored(about, by_value(_column(path, name, str(about.found.path), about)))


def _scored(about: Subject, groups: Any) -> Any:
    from engine.classify.evaluation import cohorts as engine

    return groups, engine.cohorts(answers(about), groups)


def _over_time(about: Subject, order: list[Any], table: str) -> None:
    from engine.figures.base import CONFIG, one_point
    from engine.figures.over_time import over_time_figure

    dated = [n for n, one in enumerate(order) if one.name != "(empty)"]
    chosen = _chosen(table, len(order))
    chart = f"over-time-{table}"

    def choose() -> None:
        name = one_point(st.session_state[chart]["selection"]["points"], "x")
        _choose(table, next((n for n in dated if order[n].name == name), None))

    st.plotly_chart(
        over_time_figure(
            [order[n] for n in dated],
            overall=about.scores["accuracy"],
            chosen=dated.index(chosen) if chosen in dated else None,
        ),
        config=CONFIG, key=chart, on_select=choose, selection_mode="points",
        alt="Accuracy over time with 95% intervals; the table below has the figures",
    )  # fmt: skip


def _dots(about: Subject, order: list[Any], table: str) -> None:
    from engine.figures.base import CONFIG, one_point
    from engine.figures.cohorts import cohorts_figure

    chart = f"dots-{table}"
    chosen = _chosen(table, min(len(order), _TALL))

    def choose() -> None:
        _choose(table, one_point(st.session_state[chart]["selection"]["points"], "y"))

    st.plotly_chart(
        cohorts_figure(order[:_TALL], overall=about.scores["accuracy"], chosen=chosen),
        config=CONFIG, key=chart, on_select=choose, selection_mode="points",
        alt="Accuracy of each group with 95% intervals; the table beside has the figures",
    )  # fmt: skip
    if len(order) > _TALL:
        st.caption(f"The first {_TALL} of {count(len(order))} groups; the table has them all.")


def _chosen(table: str, among: int) -> int | None:
    """The group whose row is chosen in the table of that key, which a chart sets as well."""
    state = st.session_state.get(table)
    picked = state["selection"]["rows"] if state else []
    return picked[0] if picked and picked[0] < among else None


def _choose(table: str, place: Any) -> None:
    """What a click on a chart does: it chooses the row, or nothing where the chosen is clicked."""
    if place is None:
        return
    again = _chosen(table, int(place) + 1) == int(place)
    rows = [] if again else [int(place)]
    st.session_state[table] = {"selection": {"rows": rows, "columns": [], "cells": []}}


def _table(about: Subject, groups: Any, order: list[Any], by: str, key: str) -> None:
    out = [one for one in order if one.stands_out]
    _told(order, out, by)
    if by == _DATE:
        table = st.container()
    else:
        chart, table = st.columns(2, gap="large")
        with chart:
            _dots(about, order, key)
    with table:
        event = st.dataframe(
            {
                "Group": [one.name for one in order],
                "Texts": [one.rows for one in order],
                "Wrong": [one.errors for one in order],
                "Accuracy": [_percents(one.accuracy, one.accuracy_interval) for one in order],
                "Macro-F1": [_percents(one.macro_f1, one.macro_f1_interval) for one in order],
                "Against the rest": [
                    f"{one.gap * 100:+.1f}{' ◆' if one.stands_out else ''}" for one in order
                ],
            },
            column_config={
                "Accuracy": st.column_config.TextColumn(help="Share right (95 % interval)."),
                "Macro-F1": st.column_config.TextColumn(
                    help="Over the categories in the group (95 % interval)."
                ),
                "Against the rest": st.column_config.TextColumn(
                    help="Points of accuracy more or less than all other texts. ◆ marks what is "
                    "beyond chance, though as many groups were looked at as there are."
                ),
            },
            hide_index=True,
            height=min(38 + 35 * len(order), 460),
            on_select="rerun",
            selection_mode="single-row",
            key=key,
        )
    picked = [i for i in event["selection"]["rows"] if i < len(order)]
    if not picked:
        st.caption("Click a dot or choose a row to open its texts.")
        return
    chosen = order[picked[0]]
    st.markdown(
        f"**{plain(_named(by, chosen.name))}: {count(chosen.rows, 'text')}, mistakes first**"
    )
    inside = groups.codes == chosen.place
    open_texts(about, answers(about).errors_first(inside), f"cohort-{by}-{chosen.name}")


def _told(rows: list[Any], out: list[Any], by: str) -> None:
    if len(rows) < 2:
        st.caption("All texts are in one group.")
    elif not out:
        st.caption(
            f"None of the {count(len(rows), 'group')} stands out: what they differ by is within "
            "chance."
        )
    else:
        worst = min(out, key=lambda one: one.gap)
        best = max(out, key=lambda one: one.gap)
        one = worst if worst.gap < 0 else best
        low, high = sorted(abs(end) * 100 for end in one.gap_interval)
        st.markdown(
            plain(
                f"{'It is weaker' if one.gap < 0 else 'It is stronger'} on {_named(by, one.name)}: "
                f"{abs(one.gap) * 100:.0f} points {'less' if one.gap < 0 else 'more'} right than "
                f"on the rest (95 %: {low:.0f} to {high:.0f})."
            )
            + (f" {len(out)} of {count(len(rows), 'group')} stand out." if len(out) > 1 else "")
        )


def _percents(share: float, interval: tuple[float, float]) -> str:
    low, high = interval
    return f"{share * 100:.1f} % ({low * 100:.0f} to {high * 100:.0f})"


def _texts_and_dates(about: Subject, dataset: Artifact) -> tuple[list[str], list[Any]]:
    return _read_texts(str(about.found.path), str(dataset.path / "rows.parquet"), about)


# What is read of a hundred thousand rows is shared by all, and never changed.
@st.cache_resource(max_entries=4, show_spinner="Reading the texts")
def _read_texts(folder: str, rows: str, _about: Subject) -> Any:
    from engine.classify.evaluation.cohorts import texts_and_dates

    return texts_and_dates(Path(rows), answers(_about).rows)


@st.cache_data(max_entries=50, show_spinner="Looking at the columns")
def _columns(path: str, folder: str, _about: Subject) -> list[str]:
    """The columns that divide the scored texts into groups worth a look."""
    from engine.classify.evaluation.cohorts import columns_of
    from engine.classify.evaluation.groups import worth_it

    return [
        name for name in columns_of(Path(path)) if worth_it(_column(path, name, folder, _about))
    ]


@st.cache_resource(max_entries=40, show_spinner=False)
def _column(path: str, name: str, folder: str, _about: Subject) -> Any:
    from engine.classify.evaluation.cohorts import column

    return column(Path(path), name, answers(_about).rows)
