"""Predicted rows in; what they add up to, the rows themselves and three ways to take them out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from engine.store import Artifact
from pages._ui.boundary import boundary
from pages._ui.format import count, percent
from pages._ui.loaders import payload_json
from pages._ui.notes import notes
from pages._ui.take_rows import take_rows
from pages._ui.texts import plain, short, show

_A_PAGE = 50
_MOST_COLUMNS = 6


def predictions_view(found: Artifact) -> None:
    """Draw the result of the stage 'predict file'."""
    facts = found.facts
    st.subheader(plain(found.title), anchor=False)
    _figures(facts)
    notes(facts.get("notes", []))
    with boundary():
        _charts(facts)
    if facts.get("agreement"):
        _agreement(found)
    with boundary():
        _downloads(found)
    with boundary():
        _rows(found)
    with st.expander("The same from a terminal", icon=":material/terminal:"):
        st.code(found.manifest.command, language="bash", wrap_lines=True)


def _figures(facts: dict[str, Any]) -> None:
    rows, empty = int(facts["rows"]), int(facts["empty_rows"])
    known = rows - empty
    unsure = sum(facts["unsure"].values())
    with st.container(horizontal=True):
        st.metric("Rows", count(rows), help="All of the file, in its order.")
        if empty:
            st.metric("Without text", count(empty), help="Their new cells are empty.")
        st.metric(
            "Unsure",
            percent(unsure / known) if known else "none",
            help="Predicted with less than 60 % confidence: worth a look by a person.",
        )
        if agreed := facts.get("agreement"):
            st.metric(
                f"Agrees with {short(facts['label'], 24)}",
                percent(agreed["share"]),
                help=f"Of {agreed['rows']:,} rows whose own label the classifier knows.",
            )


def _charts(facts: dict[str, Any]) -> None:
    from engine.classify.files.summary import UNSURE
    from engine.figures.base import CONFIG
    from engine.figures.predicted import confidence_figure, predicted_figure

    if not sum(facts["counts"].values()):
        return
    with st.grid(2, min_column_width=300):
        with st.container(gap="xxsmall"):
            st.markdown("**What was predicted**")
            st.plotly_chart(
                predicted_figure(facts["counts"], facts["unsure"]),
                config=CONFIG,
                key="predicted-counts",
                alt="Rows of each predicted category",
            )
        with st.container(gap="xxsmall"):
            st.markdown("**How sure it is**")
            told = facts["confidence"]
            st.plotly_chart(
                confidence_figure(told["edges"], told["counts"], unsure=UNSURE),
                config=CONFIG,
                key="predicted-confidence",
                alt="Histogram of confidence",
            )


def _agreement(found: Artifact) -> None:
    summary = payload_json(found, "summary.json") or {}
    confusion = summary.get("confusion")
    if not confusion or len(confusion["labels"]) > 30:
        return
    label = plain(found.facts["label"])
    with st.expander(f"Compared with the file's own column {label}", icon=":material/fact_check:"):
        st.caption("Rows: what the file says. Columns: what the classifier says.")
        names = confusion["labels"]
        st.dataframe(
            {
                "In the file": names,
                **{f"said {n}": [row[i] for row in confusion["counts"]]
                   for i, n in enumerate(names)},
            },
            hide_index=True,
        )  # fmt: skip


def _downloads(found: Artifact) -> None:
    model = found.manifest.spec["model"]
    take_rows(
        found.path / "rows.parquet",
        found.title,
        added="prediction, confidence and a probability for each category",
        command=f"python -m engine predict {model} --input FILE --output predicted.csv",
    )


def _rows(found: Artifact) -> None:
    from engine.classify.files.summary import UNSURE

    facts = found.facts
    columns = facts["columns"]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        label = st.selectbox(
            "Predicted",
            [name for name, n in facts["counts"].items() if n],
            index=None,
            placeholder="All",
            key=f"pick-{found.key}",
            width=220,
        )
        unsure = st.toggle(
            "Only the unsure",
            key=f"unsure-{found.key}",
            help="Less than 60 % confident, the least sure first.",
        )
    pick = (label or "", UNSURE if unsure else 1.01, unsure)
    total = how_many(str(found.path), columns, pick)
    if not total:
        st.caption("No row is like that; take a filter away.")
        return
    pages = -(-total // _A_PAGE)
    table = st.container()
    with st.container(horizontal=True, vertical_alignment="center"):
        at = st.pagination(pages, key=f"rows-{found.key}-{pick}") if pages > 1 else 1
        st.caption(count(total, "row"), width="content")
    shown = _shown(facts)
    rows = some(str(found.path), columns, pick, tuple(shown), (at - 1) * _A_PAGE)
    with table:
        _table(rows, shown, columns, key=f"table-{found.key}-{pick}-{at}")


def _shown(facts: dict[str, Any]) -> list[str]:
    """The columns of the table: what was predicted, the text, the file's label."""
    columns = facts["columns"]
    few = list(columns["probabilities"].values())[:_MOST_COLUMNS]
    own = [facts["label"]] if facts.get("label") else []
    return [columns["prediction"], columns["confidence"], *own, *facts["text"][::-1], *few]


def _table(rows: list[dict[str, Any]], shown: list[str], columns: dict[str, Any], key: str) -> None:
    numbers = {columns["confidence"], *columns["probabilities"].values()}
    event = st.dataframe(
        {
            "Row": [row["row"] for row in rows],
            **{name: [row[name] if name in numbers else short(_said(row[name]), 300)
                      for row in rows] for name in shown},
        },
        hide_index=True,
        height=min(38 + 35 * len(rows), 420),
        on_select="rerun",
        selection_mode="single-row",
        key=key,
        column_config={
            "Row": st.column_config.NumberColumn(width=70, help="Position in the file, from 0."),
            columns["prediction"]: st.column_config.TextColumn(width="small"),
            **{name: st.column_config.NumberColumn(format="percent", width=130)
               for name in numbers},
        },
    )  # fmt: skip
    chosen = [i for i in event["selection"]["rows"] if i < len(rows)]
    if not chosen:
        st.caption("Choose a row to read it in full.")
        return
    row = rows[chosen[0]]
    with st.container(border=True):
        st.caption(f"Row {row['row']:,} · {plain(_said(row[columns['prediction']]))}")
        for name in shown:
            if name not in numbers and name != columns["prediction"] and row[name] is not None:
                show(row[name])


def _said(value: Any) -> str:
    return "" if value is None else str(value)


@st.cache_data(max_entries=200, show_spinner=False)
def how_many(path: str, columns: dict[str, Any], pick: tuple[str, float, bool]) -> int:
    """How many predicted rows are like that."""
    from engine.classify.files.pick import Pick
    from engine.classify.files.pick import count as counted

    return counted(Path(path) / "rows.parquet", columns, Pick(*pick))


@st.cache_data(max_size="32mb", show_spinner=False)
def some(
    path: str,
    columns: dict[str, Any],
    pick: tuple[str, float, bool],
    shown: tuple[str, ...],
    offset: int,
) -> list[dict[str, Any]]:
    """A page of the predicted rows that are like that."""
    from engine.classify.files.pick import Pick, page

    rows = Path(path) / "rows.parquet"
    return page(rows, columns, Pick(*pick), shown=shown, offset=offset, limit=_A_PAGE)
