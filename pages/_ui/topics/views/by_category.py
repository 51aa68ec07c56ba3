"""Opened topics in; how they share out the categories of a column, cell by cell, out."""

from __future__ import annotations

import csv
import io
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from engine.errors import InputError
from engine.figures.cells import cells_figure, clicked
from engine.topics.topics import NO_TOPIC
from engine.topics.views.crossed import (
    Categories,
    Crossed,
    categories_of,
    category_columns,
    crossed,
)
from pages._ui.format import count, percent
from pages._ui.texts import short
from pages._ui.topics.map.chosen_view import chosen_view
from pages._ui.topics.opened import Opened
from pages._ui.topics.views.marked import clickable, mark, marked
from pages._ui.topics.views.tones import dark

_OWN = "label"
_ROWS, _COLUMNS, _LISTED = 40, 18, 300
_SHOWN = {
    "category": ("Share of the category", "How much of each category each topic has: a column adds "
                 "up to all of its documents that are in a topic."),
    "topic": ("Share of the topic", "What each topic is made of: a row adds up to all."),
    "chance": ("Against chance", "Blue: more than if topics and categories had nothing to do with "
               "each other, in standard errors; orange: less. Beyond 2 it is hardly chance."),
}  # fmt: skip


def by_category(now: Opened) -> None:
    """Draw the choices, the heat map, the documents of a clicked cell and the table."""
    columns = _columns(now)
    if not columns:
        st.info(
            "These documents have no labels and no other column to compare with.",
            icon=":material/label_off:",
        )
        return
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        column = st.selectbox(
            "Categories", columns, key=f"category-{now.artifact.key}", width=240,
            format_func=lambda name: "Label" if name == _OWN else f"Column {name[1:]}",
            help="The dataset's label, or any column of its file with at most 200 values.",
        )  # fmt: skip
        how = st.segmented_control(
            "Cells show", list(_SHOWN), default="category", required=True, key="cells-show",
            format_func=lambda name: _SHOWN[name][0], wrap=True,
        )  # fmt: skip
    categories = categories_for(now, column)
    found = crossed(now.topics.assigned, now.topics.ids, categories)
    key = f"cells-{now.key}-{column}"
    _map(now, categories, found, how or "category", key)
    _list(now, categories, found, key)


def categories_for(now: Opened, column: str = _OWN) -> Categories:
    """The categories in "label", or in ":name" of a column of the file.

    Raises:
        InputError: the column has none, or too many.
    """
    if now.rows is None:
        raise InputError("The dataset of these topics is not here any more; its labels went too.")
    source = str(now.source) if column.startswith(":") and now.source else ""
    return _categories(str(now.rows), column.removeprefix(":"), source)


def _map(now: Opened, categories: Categories, found: Crossed, how: str, key: str) -> None:
    values = {"category": found.in_category, "topic": found.in_topic,
              "chance": found.beyond_chance}[how]  # fmt: skip
    rows = np.arange(min(_ROWS, len(now.topics.found)))
    columns = _in_step(found, rows, min(_COLUMNS, len(categories.names)))
    names = [topic.name for topic in now.topics.found]
    at = marked(key)
    cell = None
    if at and at[0] in rows and at[1] in columns:
        cell = at[0], int(np.flatnonzero(columns == at[1])[0])

    def read(points: Any) -> tuple[int, int] | None:
        place = clicked(points, len(rows), len(columns))
        return (place[0], int(columns[place[1]])) if place else None

    def told(row: int, column: int) -> str:
        j = int(columns[column])
        return "<br>".join(
            (
                f"{short(names[row], 40)}, {short(categories.names[j], 30)}: "
                f"{count(found.counts[row, j], 'document')}",
                f"{found.in_category[row, j]:.1%} of the category",
                f"{found.in_topic[row, j]:.1%} of the topic",
                f"{found.beyond_chance[row, j]:+.1f} standard errors against chance",
            )
        )

    clickable(
        cells_figure(
            values[np.ix_(rows, columns)],
            names[: len(rows)],
            [categories.names[j] for j in columns],
            told=told,
            written=(lambda v: f"{v:+.0f}") if how == "chance" else _cell,
            most=_strongest(values, how),
            both_ways=how == "chance",
            chosen=cell,
            dark=dark(),
        ),
        key=key, read=read,
        alt="Topics against categories; the table below has the figures.",
    )  # fmt: skip
    st.caption(_SHOWN[how][1] + _cut(now, categories, rows, columns))
    if at is None:
        return
    places = np.flatnonzero(
        (now.topics.assigned == now.topics.ids[at[0]]) & (categories.codes == at[1])
    )
    chosen_view(now, places, what=f"of {names[at[0]]} and {categories.names[at[1]]}")


def _in_step(found: Crossed, rows: Any, most: int) -> Any:
    """The largest categories, ordered by the topic that has most of each: near a diagonal."""
    shares = found.in_category[rows, :most]
    return np.lexsort((-shares.max(axis=0, initial=0), shares.argmax(axis=0)))


def _strongest(values: Any, how: str) -> float | None:
    if how != "chance":
        return None
    return float(np.clip(np.quantile(np.abs(values), 0.98), 8, 40))


def _cut(now: Opened, categories: Categories, rows: Any, columns: Any) -> str:
    said = []
    if len(rows) < len(now.topics.found):
        said.append(f"the {len(rows)} largest of {len(now.topics.found)} topics")
    if len(columns) < len(categories.names):
        said.append(f"the {len(columns)} largest of {len(categories.names)} categories")
    return f" Shown: {' and '.join(said)}; the table has all." if said else ""


def _list(now: Opened, categories: Categories, found: Crossed, key: str) -> None:
    """Every pair of a topic and a category, what is most beyond chance first."""
    beyond, within, across = found.beyond_chance, found.in_category, found.in_topic
    order = np.argsort(-beyond, axis=None, kind="stable")
    order = order[found.counts.ravel()[order] > 0][:_LISTED]
    cells = [divmod(int(n), len(categories.names)) for n in order]
    st.subheader("What goes together", anchor=False)

    table = f"{key}-list"

    def choose() -> None:
        picked = st.session_state[table]["selection"]["rows"]
        mark(key, cells[picked[0]] if picked and picked[0] < len(cells) else None)

    st.dataframe(
        {
            "Topic": [now.topics.found[i].name for i, _ in cells],
            "Category": [categories.names[j] for _, j in cells],
            "Documents": [int(found.counts[i, j]) for i, j in cells],
            "Of the category": [within[i, j] for i, j in cells],
            "Of the topic": [across[i, j] for i, j in cells],
            "Against chance": [beyond[i, j] for i, j in cells],
        },
        hide_index=True,
        height=min(38 + 35 * len(cells), 390),
        on_select=choose,
        selection_mode="single-row",
        key=table,
        column_config={
            "Topic": st.column_config.TextColumn(width="medium"),
            "Documents": st.column_config.NumberColumn(format="localized"),
            "Of the category": st.column_config.NumberColumn(
                format="percent", help="Share of the category's documents that are in the topic."
            ),
            "Of the topic": st.column_config.NumberColumn(
                format="percent", help="Share of the topic's documents that are of the category."
            ),
            "Against chance": st.column_config.NumberColumn(
                format="%+.1f", help="Standard errors above what chance would give."
            ),
        },
    )
    total = int((found.counts > 0).sum())
    more = f"The first {len(cells)} of {total:,}. " if total > len(cells) else ""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(f"{more}Choose a row, or click a cell above, to read its documents there.")
        st.download_button(
            "All counts (.csv)", partial(_csv, now, categories, found), mime="text/csv",
            file_name=f"{now.artifact.title}-categories.csv", icon=":material/download:",
            on_click="ignore", key="categories-csv",
            help="Every topic against every category, documents in no topic too.",
        )  # fmt: skip


def _csv(now: Opened, categories: Categories, found: Crossed) -> bytes:
    """Made when the button is pressed."""
    text = io.StringIO(newline="")
    out = csv.writer(text)
    out.writerow(["topic", "topic_name", *categories.names])
    for topic, row in zip(now.topics.found, found.counts.tolist(), strict=True):
        out.writerow([topic.id, topic.name, *row])
    out.writerow([NO_TOPIC, "", *found.outside.tolist()])
    return text.getvalue().encode("utf-8-sig")


def _cell(share: float) -> str:
    return percent(share).replace(" ", "") if share >= 0.005 else ""


def _columns(now: Opened) -> list[str]:
    facts = now.dataset.facts if now.dataset else {}
    own = [_OWN] if facts.get("labels") else []
    if now.source is None or not now.source.is_file():
        return own
    roles = ("title_column", "label_column", "date_column")
    used = ("row", *facts.get("text_columns", ()), *(facts.get(role, "") for role in roles))
    return own + [f":{n}" for n in _few_valued(str(now.rows), str(now.source), used)]


@st.cache_data(max_entries=20, show_spinner="Looking at the columns")
def _few_valued(rows: str, source: str, used: tuple[str, ...]) -> list[str]:
    """Columns that divide the documents into groups."""
    found = []
    for name in category_columns(Path(source), without=used):
        try:
            categories = _categories(rows, name, source)
        except InputError:
            continue
        if len(categories.names) >= 2 and not categories.others:
            found.append(name)
    return found


@st.cache_resource(max_entries=40, show_spinner=False)
def _categories(rows: str, name: str, source: str) -> Categories:
    return categories_of(Path(rows), name, source=Path(source) if source else None)
