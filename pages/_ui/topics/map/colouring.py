"""Opened topics in, the chosen colours of their map out."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from engine.errors import InputError
from engine.figures.map_colours import Colours, by_category, by_date, by_number, by_topic
from engine.figures.topic_map import Label
from engine.topics.columns import column, columns_of
from engine.topics.geometry import anchors
from pages._ui.texts import plain
from pages._ui.topics.opened import Opened

_OWN = {
    "topic": "Topic",
    "label": "Label",
    "date": "Date",
    "strength": "How surely it is in its topic",
    "split": "Split",
}


def colours_picker(found: Opened) -> str:
    """Draw the choice; "topic", another of the dataset's own, or ":name" of a column of its file.

    The choice is the query parameter ?colour=.
    """
    names = dict(_names(found))
    return st.selectbox(
        "Colour by", list(names), format_func=lambda name: names[name], key="colour",
        bind="query-params", width=220, help="Topics, or any column of the file.",
    )  # fmt: skip


def coloured(found: Opened, by: str) -> tuple[Colours, list[Label]]:
    """The colours, and the topics' names where they stand on the map.

    Where a column cannot be shown, a sentence says why and the topics are.
    """
    try:
        colours = _colours(found.key, by, found)
    except InputError as error:
        st.warning(plain(error), icon=":material/info:")
        by, colours = "topic", _colours(found.key, "topic", found)
    grouped = by == "topic"
    spots = _anchors(found.key, found)
    labels = [
        Label(one.name, *spots[n].tolist(), one.size, one.id + 1 if grouped else -1)
        for n, one in enumerate(found.topics.found)
        if one.size
    ]
    return colours, labels


def _names(found: Opened) -> list[tuple[str, str]]:
    facts = found.dataset.facts if found.dataset else {}
    shown = ["topic", *(["label"] if facts.get("labels") else [])]
    shown += ["date"] if facts.get("has_dates") else []
    names = [(name, _OWN[name]) for name in [*shown, "strength", "split"]]
    if found.source and found.source.is_file():
        used = (facts.get("title_column", ""), *facts.get("text_columns", ()))
        columns = columns_of(found.source, without=(*used, "row"))
        names += [(f":{name}", f"Column {name}") for name in columns]
    return names


@st.cache_resource(max_entries=8, show_spinner="Reading the column")
def _colours(key: str, by: str, _found: Opened) -> Colours:
    topics = _found.topics
    if by == "topic":
        names = [t.name for t in topics.found]
        return by_topic(topics.assigned, topics.ids.tolist(), names, _anchors(key, _found))
    if by == "strength":
        return by_number(topics.strength.astype(float), title=_OWN[by])
    if _found.rows is None:
        raise InputError("The dataset of these topics is not here any more; its columns went too.")
    source: Path | None = _found.source if by.startswith(":") else None
    values = column(_found.rows, by.removeprefix(":"), source=source)
    title = _OWN.get(by, by.removeprefix(":"))
    if values.kind == "number":
        return by_number(values.values, title=title)
    if values.kind == "date":
        return by_date(values.values, title=title)
    return by_category(values.values.tolist(), title=title)


@st.cache_resource(max_entries=4, show_spinner=False)
def _anchors(key: str, _found: Opened):  # noqa: ANN202 - an array, and numpy loads late
    assert _found.flat is not None
    return anchors(_found.flat.points, _found.topics.assigned, _found.topics.ids.tolist())
