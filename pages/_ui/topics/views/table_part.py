"""Opened topics in, a table of them and the documents of the chosen one, on the page, out."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from engine.errors import InputError
from engine.topics.topics import Topic
from engine.topics.views.crossed import crossed
from engine.topics.views.trends import slopes, trends
from pages._ui import nav
from pages._ui.format import count
from pages._ui.texts import plain
from pages._ui.topics.document.document_card import document_card
from pages._ui.topics.opened import Opened
from pages._ui.topics.views.by_category import categories_for
from pages._ui.topics.views.over_time import periods_of
from pages._ui.topics.views.trends_table import sparkline

_SORTS = {"size": "Largest", "up": "Rising most", "down": "Falling most", "pure": "Purest label",
          "name": "Name"}  # fmt: skip


def table_part(now: Opened) -> None:
    """Draw it."""
    found = now.topics.found
    if not found:
        st.info("There is no topic here.")
        return
    columns = _columns(now.key, now)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        wanted = st.text_input(
            "Find a topic", key="table-find", icon=":material/search:", width="stretch",
            placeholder="A word of its name or of its words",
        )  # fmt: skip
        sorts = [s for s in _SORTS if _NEEDS.get(s, "Topic") in columns]
        by = st.selectbox(
            "Order", sorts, format_func=lambda name: _SORTS[name], key="table-order", width=170
        )
    order = _ordered(found, columns, by or "size", wanted)
    if not order:
        st.info(f"No topic has {plain(wanted)} in its name or words.")
        return
    event = st.dataframe(
        {name: [values[n] for n in order] for name, values in columns.items() if name != _CHANGE},
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        height=min(38 + 35 * len(order), 430),
        key=f"topic-table-{now.key}-{by}-{wanted}",
        column_config={
            "Topic": st.column_config.TextColumn(width="medium"),
            "Documents": st.column_config.NumberColumn(format="localized", width="small"),
            "Share": st.column_config.NumberColumn(format="percent", width="small"),
            "Over time": st.column_config.AreaChartColumn(
                width="small", help="Its share of the documents of each period, see Trends."
            ),
            "Main label": st.column_config.TextColumn(
                width="small", help="The label that most of its documents have."
            ),
            "Purity": st.column_config.NumberColumn(
                format="percent", width="small", help="Share of its labelled documents that have "
                "that label.",
            ),
            "Words": st.column_config.TextColumn(width="large"),
        },
    )  # fmt: skip
    picked = [n for n in event["selection"]["rows"] if n < len(order)]
    if picked:
        _topic(now, found[order[picked[0]]])
    else:
        st.caption("Choose a topic to read its documents.")


_CHANGE = "change"
_NEEDS = {"up": _CHANGE, "down": _CHANGE, "pure": "Purity"}


@st.cache_resource(max_entries=6, show_spinner="Looking at dates and labels")
def _columns(key: str, _now: Opened) -> dict[str, list[Any]]:
    """Every column of the table, topics in their order; those that there is nothing for are not
    there. "change" is only sorted by."""
    topics, total = _now.topics, max(len(_now.topics.assigned), 1)
    shown: dict[str, list[Any]] = {
        "Topic": [t.name for t in topics.found],
        "Documents": [t.size for t in topics.found],
        "Share": [t.size / total for t in topics.found],
    }
    facts = _now.dataset.facts if _now.dataset else {}
    if facts.get("has_dates"):
        try:
            periods = periods_of(_now)
        except InputError:  # a column of dates that is empty here: there is nothing to draw
            pass
        else:
            by_period = trends(topics.assigned, topics.ids, periods)
            shown["Over time"] = [sparkline(row) for row in by_period.shares]
            change = slopes(by_period, periods.middles).change
            if np.isfinite(change).all():
                shown[_CHANGE] = change.tolist()
    if facts.get("labels"):
        categories = categories_for(_now)
        found = crossed(topics.assigned, topics.ids, categories)
        best = found.counts.argmax(axis=1)
        shown["Main label"] = [
            categories.names[j] if found.counts[n, j] else None for n, j in enumerate(best)
        ]
        shown["Purity"] = [float(p) if np.isfinite(p) else None for p in found.purity]
    return {**shown, "Words": [_words(t) for t in topics.found]}


def _ordered(
    found: tuple[Topic, ...], columns: dict[str, list[Any]], by: str, wanted: str
) -> list[int]:
    """Places of the topics that hold every word of `wanted`."""
    asked = wanted.casefold().split()
    told = [f"{t.name} {_words(t)}".casefold() for t in found]
    places = [n for n in range(len(found)) if all(word in told[n] for word in asked)]
    if by == "name":
        return sorted(places, key=lambda n: found[n].name.casefold())
    if by in ("up", "down"):
        side = -1 if by == "up" else 1
        return sorted(places, key=lambda n: side * columns[_CHANGE][n])
    if by == "pure":
        return sorted(places, key=lambda n: -(columns["Purity"][n] or 0))
    return places


def _words(topic: Topic) -> str:
    return ", ".join(word for word, _ in topic.words)


def _topic(now: Opened, topic: Topic) -> None:
    st.subheader(plain(topic.name), anchor=False)
    st.caption(plain(f"{count(topic.size, 'document')} · {_words(topic)}"))
    nav.link(
        "explain", "Which words drive it, through the encoder?", view="topics",
        topics=now.artifact.key, topic=str(topic.id),
    )  # fmt: skip
    groups = {
        "Most typical words": topic.representative,
        "Nearest to its centre": topic.central,
        "All": tuple(int(place) for place in now.topics.places(topic.id)[:20]),
    }
    shown = [name for name, places in groups.items() if places]
    if not shown:
        return
    which = st.segmented_control(
        "Documents", shown, default=shown[0], required=True, key=f"topic-documents-{topic.id}",
        wrap=True,
    )  # fmt: skip
    places = groups[which or shown[0]]
    if which == "All" and topic.size > len(places):
        st.caption(f"The first {len(places)} of {topic.size:,}.")
    for place in places:
        document_card(now, place)
