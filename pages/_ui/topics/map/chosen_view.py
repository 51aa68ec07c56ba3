"""Documents chosen on the map in, their list, their words and what can be done with them out."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import streamlit as st

from engine.topics.topics import NO_TOPIC
from pages._ui import nav
from pages._ui.boundary import boundary
from pages._ui.explain.topic.selection_view import keep_selection
from pages._ui.format import count
from pages._ui.texts import plain
from pages._ui.topics.document.document_card import document_card, read
from pages._ui.topics.edit.editing import context_of
from pages._ui.topics.map.edit_chosen import edit_chosen
from pages._ui.topics.opened import Opened

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_A_PAGE = 25
_MOST_TOPICS = 6


def chosen_view(
    found: Opened,
    places: NDArray[np.int64],
    *,
    what: str,
    scores: NDArray[np.float32] | None = None,
    topics: tuple[int, ...] = (),
) -> None:
    """Draw it.

    Args:
        found: The topics.
        places: The documents.
        what: What they have in common ("in the shape you drew").
        scores: How like what was looked for they are.
        topics: The topics they are, where whole topics were chosen.
    """
    if not len(places):
        st.info(f"No document is {plain(what)}.", icon=":material/search_off:")
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(
            f"**{count(len(places), 'document')}** {plain(what)}"
            f" ({len(places) / len(found.topics.assigned):.1%} of all)",
            width="stretch",
        )
        _download(found, places)
    if len(topics) != 1:
        st.caption(plain(_shares(found, places)))
    with boundary():
        _words(found, places)
    with boundary():
        edit_chosen(found, places, topics=topics)
    _list(found, places, scores)


def _shares(found: Opened, places: NDArray[np.int64]) -> str:
    """Which topics they are of: "Robots 60%, Ethics 20%, in no topic 5%"."""
    import numpy as np

    numbers, counts = np.unique(found.topics.assigned[places], return_counts=True)
    order = np.argsort(-counts, kind="stable")
    names = {NO_TOPIC: "in no topic", **found.names()}
    parts = [
        f"{names.get(int(numbers[n]), '?')} {counts[n] / len(places):.0%}"
        for n in order[:_MOST_TOPICS]
    ]
    more = len(order) - _MOST_TOPICS
    return " · ".join(parts) + (f" · {more} more topics" if more > 0 else "")


def _words(found: Opened, places: NDArray[np.int64]) -> None:
    """Words that these use more than the rest does."""
    from engine.topics.words.describe import distinctive

    if len(places) == len(found.topics.assigned):
        return
    words = distinctive(context_of(found.artifact.key).words, places)
    if words:
        st.markdown(
            "Words they use more than the rest: "
            + ", ".join(f"**{plain(word)}**" for word, _ in words)
        )
    if found.rows is not None and keep_selection(found, places):
        nav.link(
            "explain", "Which words set them apart, through the encoder?", view="topics",
            topics=found.artifact.key, chosen="yes",
        )  # fmt: skip


def _list(found: Opened, places: NDArray[np.int64], scores: NDArray[np.float32] | None) -> None:
    if found.rows is None:
        return
    pages = -(-len(places) // _A_PAGE)
    name = f"{found.artifact.key}-{len(places)}-{int(places[0])}-{int(places[-1])}"
    foot = st.container()
    at = 1
    if pages > 1:
        at = st.pagination(pages, key=f"chosen-page-{name}")
    shown = places[(at - 1) * _A_PAGE : at * _A_PAGE].tolist()
    rows = read(str(found.rows), str(found.source or ""), tuple(shown))
    names = {NO_TOPIC: "In no topic", **found.names()}
    table: dict[str, list[Any]] = {
        "Title": [row.title for row in rows],
        "Topic": [names.get(int(found.topics.assigned[row.place]), "") for row in rows],
        "Label": [row.label for row in rows],
        "Date": [row.date for row in rows],
        "Page": [row.link for row in rows],
    }
    if scores is not None:
        first = (at - 1) * _A_PAGE
        table["Likeness"] = scores[first : first + len(rows)].tolist()
    table = {k: v for k, v in table.items() if any(value not in (None, "") for value in v)}
    with foot:
        event = st.dataframe(
            table,
            hide_index=True,
            height=min(38 + 35 * len(rows), 388),
            on_select="rerun",
            selection_mode="single-row",
            key=f"chosen-{name}-{at}",
            column_config={
                "Title": st.column_config.TextColumn(width="large"),
                "Date": st.column_config.DateColumn(width="small"),
                "Page": st.column_config.LinkColumn(width="small", display_text="Open"),
                "Likeness": st.column_config.ProgressColumn(
                    format="%.2f", min_value=0, max_value=1, width="small",
                    help="Cosine of its vector and the phrase's: 1 means the same.",
                ),
            },
        )  # fmt: skip
    picked = [n for n in event["selection"]["rows"] if n < len(rows)]
    if picked:
        document_card(found, rows[picked[0]].place)
    else:
        st.caption("Choose a row to read it in full.")


def _download(found: Opened, places: NDArray[np.int64]) -> None:
    if found.dataset is None:
        return
    st.download_button(
        "Download (.csv)",
        partial(_csv, found, places),
        file_name=f"{found.artifact.title}-{len(places)}.csv",
        mime="text/csv",
        icon=":material/download:",
        on_click="ignore",
        key="chosen-csv",
        help="These documents with their topic, all columns of the file beside them.",
    )


def _csv(found: Opened, places: NDArray[np.int64]) -> bytes:
    """Made when the button is pressed."""
    from engine.topics.table import csv_of

    assert found.rows is not None
    return csv_of(found.topics, places, rows=found.rows, source=found.source)
