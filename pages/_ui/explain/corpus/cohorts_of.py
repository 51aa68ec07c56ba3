"""A run in, the ways its texts can be grouped out; each makes its groups when it is asked."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from pages._ui.explain.corpus.opened import Run
from pages._ui.loaders import store

if TYPE_CHECKING:
    from engine.classify.evaluation.groups import Groups

Made = Callable[[], "Groups"]


def choices(run: Run) -> dict[str, Made]:
    """What to group by, in words, and what makes the groups."""
    found = run.attributions
    offered: dict[str, Made] = {}
    if len(set(found.right[found.labelled].tolist())) == 2:
        offered["Right or wrong"] = partial(_by_right, run)
    if found.labelled.any():
        offered["Label"] = partial(_by_label, run)
    offered["Answer"] = partial(_by_answer, run)
    if len(set(found.split.tolist())) > 1:
        offered["Split"] = partial(_by_value, found.split.tolist())
    offered["Length of the text"] = partial(_by_length, run)
    if run.dataset.facts.get("has_dates"):
        offered["Date"] = partial(_by_date, run)
    source = next((a for a in store().lineage(run.dataset) if a.kind == "source"), None)
    if source is not None:
        path = str(source.path / "rows.parquet")
        for name in _columns(path, str(run.found.path), run):
            offered[f"Column {name}"] = partial(_by_column, run, path, name)
    return offered


def _by_right(run: Run) -> Groups:
    from engine.classify.evaluation.groups import Groups

    found = run.attributions
    codes = np.where(found.labelled, np.where(found.right, 1, 0), 2)
    return Groups(codes.astype(np.int64), ["mistakes", "right answers", "no label"], ordered=False)


def _by_label(run: Run) -> Groups:
    from engine.classify.evaluation.groups import Groups

    found = run.attributions
    codes = np.where(found.labelled, found.targets, len(run.labels))
    return Groups(codes.astype(np.int64), [*run.labels, "no label it knows"], ordered=False)


def _by_answer(run: Run) -> Groups:
    from engine.classify.evaluation.groups import Groups

    return Groups(run.attributions.predicted, run.labels, ordered=False)


def _by_value(values: list[Any]) -> Groups:
    from engine.classify.evaluation.groups import by_value

    return by_value(values)


def _by_length(run: Run) -> Groups:
    from engine.classify.evaluation.groups import by_length

    return by_length(_texts_and_dates(str(run.found.path), run)[0])


def _by_date(run: Run) -> Groups:
    from engine.classify.evaluation.groups import by_period, handy_period

    dates = _texts_and_dates(str(run.found.path), run)[1]
    return by_period(dates, handy_period(dates))


def _by_column(run: Run, path: str, name: str) -> Groups:
    return _by_value(_column(path, name, str(run.found.path), run))


@st.cache_resource(max_entries=4, show_spinner="Reading the texts")
def _texts_and_dates(folder: str, _run: Run) -> Any:
    from engine.classify.evaluation.cohorts import texts_and_dates

    return texts_and_dates(_run.dataset.path / "rows.parquet", _run.attributions.rows)


@st.cache_data(max_entries=50, show_spinner="Looking at the columns")
def _columns(path: str, folder: str, _run: Run) -> list[str]:
    """The columns of the file that divide the texts into groups worth a look."""
    from engine.classify.evaluation.cohorts import columns_of
    from engine.classify.evaluation.groups import worth_it

    names = columns_of(Path(path))
    return [name for name in names if worth_it(_column(path, name, folder, _run))]


@st.cache_resource(max_entries=40, show_spinner=False)
def _column(path: str, name: str, folder: str, _run: Run) -> Any:
    from engine.classify.evaluation.cohorts import column

    return column(Path(path), name, _run.attributions.rows)
