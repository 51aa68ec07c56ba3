"""Assigned rows in; how the topics' shares have moved, the rows, and ways to take them out, out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from engine.store import Artifact
from engine.topics.assign.spec import UNEDITED
from pages._ui.boundary import boundary
from pages._ui.format import count, percent
from pages._ui.notes import notes
from pages._ui.take_rows import take_rows
from pages._ui.texts import plain, short, show
from pages._ui.topics.new.drift_view import NONE, drift_view
from pages._ui.topics.opened import Opened

_A_PAGE = 50


def new_result(now: Opened, found: Artifact) -> None:
    """Draw the result of the stage 'assign file'."""
    facts = found.facts
    st.subheader(plain(found.title), anchor=False)
    if (facts["edits"] or UNEDITED) != now.version:
        st.info(
            "The topics were edited since these rows were assigned; here they are as they were "
            "then. Choose the file again to have them anew.",
            icon=":material/info:",
        )
    _figures(facts)
    notes(facts["notes"])
    with boundary():
        drift_view(facts, key=found.key)
    with boundary():
        topics = found.manifest.spec["topics"]
        take_rows(
            found.path / "rows.parquet",
            found.title,
            added="the topic's number (-1 for none), its name, confidence, the runner-up and "
            "whether the text is unlike all documents",
            command=f"python -m engine assign {topics} --input FILE --output assigned.csv",
        )
    with boundary():
        _rows(found)
    with st.expander("The same from a terminal", icon=":material/terminal:"):
        st.code(found.manifest.command, language="bash", wrap_lines=True)


def _figures(facts: dict[str, Any]) -> None:
    filled = max(int(facts["rows"]) - int(facts["empty_rows"]), 1)
    with st.container(horizontal=True):
        st.metric("Rows", count(facts["rows"]), help="All of the file, in its order.")
        if facts["known"]:
            st.metric(
                "Known already", count(facts["known"]),
                help="The very text is one of the topics' documents; it keeps its topic.",
            )  # fmt: skip
        st.metric(
            "Unlike all", percent(facts["unlike"] / filled),
            help="Further from all documents than 99 % of these are from each other. About 1 % is "
            "usual; many are a sign of something new.",
        )  # fmt: skip
        st.metric(
            "Unsure", percent(facts["unsure"] / filled),
            help="Assigned with less than 60 % confidence: worth a look by a person.",
        )  # fmt: skip
        st.metric(
            "Likeness", f"{facts['cosine']['new']:.2f}",
            delta=f"{facts['cosine']['new'] - facts['cosine']['before']:+.2f}",
            delta_color="off",
            help="Mean cosine to the nearest document; below it the difference from what the "
            "topics' own documents have among each other.",
        )  # fmt: skip


def _rows(found: Artifact) -> None:
    facts, columns = found.facts, found.facts["columns"]
    there = [row for row in facts["by_topic"] if row["after"]]
    names = [row["name"] or NONE for row in sorted(there, key=lambda row: -row["after"])]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        topic = st.selectbox(
            "Topic", names, index=None, placeholder="All", key=f"new-topic-{found.key}", width=280
        )
        unlike = st.toggle(
            "Only those unlike all", key=f"new-unlike-{found.key}",
            help="What no topic is about: perhaps something new.",
        )  # fmt: skip
    where: dict[str, Any] = {}
    if topic:
        numbers = [row["topic"] for row in there if (row["name"] or NONE) == topic]
        where[columns["topic"]] = numbers
    if unlike:
        where[columns["unlike"]] = True
    total = _how_many(str(found.path), where)
    if not total:
        st.caption("No row is like that; take a filter away.")
        return
    pages = -(-total // _A_PAGE)
    table = st.container()
    pick = f"{found.key}-{topic}-{unlike}"
    with st.container(horizontal=True, vertical_alignment="center"):
        at = st.pagination(pages, key=f"new-rows-{pick}") if pages > 1 else 1
        st.caption(count(total, "row"), width="content")
    shown = [columns[name] for name in ("topic_name", "confidence", "runner_up", "unlike")]
    shown = [*shown[:2], *facts["text"], *shown[2:]]
    with table:
        _table(_some(str(found.path), where, tuple(shown), (at - 1) * _A_PAGE), shown, facts,
               key=f"new-table-{pick}-{at}")  # fmt: skip


def _table(rows: list[dict[str, Any]], shown: list[str], facts: dict[str, Any], key: str) -> None:
    columns, texts = facts["columns"], facts["text"]
    kept = {columns["confidence"], columns["unlike"]}
    event = st.dataframe(
        {
            "Row": [row["row"] for row in rows],
            **{
                name: [
                    row[name] if name in kept else short(_said(row[name], name, columns), 300)
                    for row in rows
                ]
                for name in shown
            },
        },
        hide_index=True,
        height=min(38 + 35 * len(rows), 420),
        on_select="rerun",
        selection_mode="single-row",
        key=key,
        column_config={
            "Row": st.column_config.NumberColumn(width=70, help="Position in the file, from 0."),
            columns["confidence"]: st.column_config.NumberColumn(format="percent", width=110),
            columns["unlike"]: st.column_config.CheckboxColumn(width=80),
        },
    )
    chosen = [i for i in event["selection"]["rows"] if i < len(rows)]
    if not chosen:
        st.caption("Choose a row to read it in full.")
        return
    row = rows[chosen[0]]
    with st.container(border=True):
        name = _said(row[columns["topic_name"]], columns["topic_name"], columns)
        st.caption(f"Row {row['row']:,} · {plain(name)}")
        for text in texts:
            if row[text] is not None:
                show(row[text])


def _said(value: Any, name: str, columns: dict[str, str]) -> str:
    """A cell in words; an empty name of a topic is none."""
    if value == "" and name == columns["topic_name"]:
        return NONE
    return "" if value is None else str(value)


@st.cache_data(max_entries=200, show_spinner=False)
def _how_many(path: str, where: dict[str, Any]) -> int:
    from engine.data import table

    return table.count(Path(path) / "rows.parquet", where=where)


@st.cache_data(max_size="32mb", show_spinner=False)
def _some(path: str, where: dict[str, Any], shown: tuple[str, ...], offset: int) -> Any:
    from engine.data import table

    wanted = [name for name in dict.fromkeys(shown) if name != "row"]
    rows = Path(path) / "rows.parquet"
    found = table.page(
        rows, columns=wanted, where=where, offset=offset, limit=_A_PAGE, numbered=True
    )
    return found.to_pylist()
