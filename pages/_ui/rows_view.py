"""A dataset in, its rows out: filtered, a page at a time, the chosen one in full."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from engine.store import Artifact
from pages._ui.format import count
from pages._ui.loaders import store
from pages._ui.texts import plain, short, show

_A_PAGE = 50
_COLUMNS = ("row", "label", "text", "title", "date", "split")


def rows_view(found: Artifact) -> None:
    """Draw the filters, the table and the chosen row."""
    path = str(found.path / "rows.parquet")
    labels = list(found.facts.get("labels", {}))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        words = st.text_input(
            "Find in the text", key="rows-find", placeholder="Words to look for", width=280,
            help="Rows whose text holds exactly this, in upper or lower case.",
        )  # fmt: skip
        label = st.selectbox(
            "Label", labels, index=None, key="rows-label", placeholder="All", width=200,
            help="Only rows of this label.",
        ) if labels else None  # fmt: skip
        split = st.selectbox(
            "Split", ["train", "validation", "test"], index=None, key="rows-split",
            placeholder="All", width=160, help="Only rows of this part.",
        )  # fmt: skip
    where = tuple((k, v) for k, v in (("text", words), ("label", label), ("split", split)) if v)
    total = count_rows(path, where) if where else int(found.facts.get("rows", 0))
    if not total:
        st.caption("No row is like that; take a filter away.")
        return
    pages = -(-total // _A_PAGE)
    foot = st.container()
    with foot:
        table = st.container()
        with st.container(horizontal=True, vertical_alignment="center"):
            at = 1
            if pages > 1:
                at = st.pagination(pages, key=f"rows-page-{found.key}-{where}")
            st.caption(f"{count(total, 'row')}", width="content")
    rows = page_rows(path, _COLUMNS, where, (at - 1) * _A_PAGE, _A_PAGE)
    with table:
        picked = row_table(rows, key=f"rows-{found.key}-{where}-{at}")
    if picked is not None:
        one_row(found, rows[picked])
    else:
        st.caption("Choose a row to read it in full.")


def row_table(rows: list[dict[str, Any]], *, key: str, height: int = 420) -> int | None:
    """A table of rows with text, label and so on; the position of the chosen one."""
    names = [name for name in rows[0] if any(row[name] not in (None, "") for row in rows)]
    if all((row.get("text") or "").startswith(row.get("title") or "") for row in rows):
        names = [name for name in names if name != "title"]  # the text begins with it
    event = st.dataframe(
        {
            name.capitalize(): [
                short(row[name], 400) if name in ("text", "title") else row[name] for row in rows
            ]
            for name in names
        },
        hide_index=True,
        height=min(38 + 35 * len(rows), height),
        on_select="rerun",
        selection_mode="single-row",
        key=key,
        column_config={
            "Row": st.column_config.NumberColumn(width=70, help="Position in the file, from 0."),
            "Label": st.column_config.TextColumn(width="small"),
            "Split": st.column_config.TextColumn(width="small"),
            "Detail": st.column_config.TextColumn(width="medium"),
            "Text": st.column_config.TextColumn(width="large"),
            "Date": st.column_config.DateColumn(width="small"),
        },
    )
    chosen = [i for i in event["selection"]["rows"] if i < len(rows)]
    return chosen[0] if chosen else None


def one_row(found: Artifact, row: dict[str, Any]) -> None:
    """The whole text of a row, and the file's own columns of it."""
    with st.container(border=True):
        facts = [f"Row {row['row']:,}", row.get("label"), row.get("split")]
        st.caption(plain(" · ".join(str(fact) for fact in facts if fact)))
        text, title = row["text"] or "", row.get("title") or ""
        if title and not text.startswith(title):
            show(title)
        show(text)
        source = store().inputs(found)
        path = next((a.path / "rows.parquet" for a in source if a.kind == "source"), None)
        if path is None:
            return
        with st.expander("This row in the file"):
            original = source_row(str(path), int(row["row"]))
            st.dataframe(
                {"Column": list(original), "Value": [str(v) for v in original.values()]},
                hide_index=True,
            )


Where = tuple[tuple[str, Any], ...]


@st.cache_data(max_size="64mb", show_spinner=False)
def page_rows(
    path: str, columns: tuple[str, ...], where: Where, offset: int, limit: int
) -> list[dict[str, Any]]:
    """A page of a dataset's rows that meet `where`."""
    from engine.data import table

    found = table.page(
        Path(path), columns=columns, where=_conditions(where), offset=offset, limit=limit
    )
    return list(found.to_pylist())


@st.cache_data(max_entries=200, show_spinner=False)
def count_rows(path: str, where: Where) -> int:
    """How many rows meet `where`."""
    from engine.data import table

    return table.count(Path(path), where=_conditions(where))


@st.cache_data(max_size="16mb", show_spinner=False)
def source_row(path: str, row: int) -> dict[str, Any]:
    """One row of a source, all its columns."""
    from engine.data import table

    found = table.rows(Path(path), [row]).to_pylist()
    return {k: v for k, v in found[0].items() if k != "row"} if found else {}


def _conditions(where: Where) -> dict[str, Any]:
    from engine.data.table import Contains

    return {
        name: Contains(value)
        if name == "text"
        else list(value)
        if isinstance(value, tuple)
        else value
        for name, value in where
    }
