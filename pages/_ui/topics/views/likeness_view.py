"""Opened topics in; a matrix of how alike they are and the closest pairs, to merge, out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from engine.figures.base import CONFIG
from engine.figures.topic_similarity import similarity_figure
from engine.topics.views.likeness import closest, likeness
from engine.topics.words.describe import weights_of
from pages._ui.texts import plain
from pages._ui.topics.edit.editing import context_of
from pages._ui.topics.edit.topic_actions import topic_actions
from pages._ui.topics.opened import Opened

if TYPE_CHECKING:
    from numpy.typing import NDArray

_BY = {"vectors": "Meaning", "words": "Words"}
_PAIRS = 30


def likeness_view(now: Opened, order: NDArray[np.int64]) -> None:
    """Draw it, the topics in that order (places), so that what is alike stands side by side."""
    by = st.segmented_control(
        "Alike in", list(_BY), default="vectors", required=True, key="alike-by",
        format_func=_BY.get, label_visibility="collapsed",
    )  # fmt: skip
    alike = _alike(now.key, by or "vectors", now)
    chart, table = st.columns([3, 2], gap="large")
    with table:
        pair = _pairs(now, alike, by or "vectors")
    rank = np.argsort(order)
    with chart:
        st.plotly_chart(
            similarity_figure(
                alike[np.ix_(order, order)],
                [now.topics.found[n].name for n in order],
                chosen=(int(rank[pair[0]]), int(rank[pair[1]])) if pair else None,
            ),
            config=CONFIG, key=f"alike-{now.key}-{by}",
            alt="How alike each two topics are; the table beside has the closest pairs.",
        )  # fmt: skip


def _pairs(now: Opened, alike: Any, by: str) -> tuple[int, int] | None:
    """The closest pairs; the chosen one."""
    pairs = closest(alike, most=_PAIRS)
    topics = now.topics.found
    st.markdown("**Closest pairs**")
    event = st.dataframe(
        {
            "Cosine": [pair.cosine for pair in pairs],
            "One": [topics[pair.one].name for pair in pairs],
            "Other": [topics[pair.other].name for pair in pairs],
        },
        hide_index=True,
        height=min(38 + 35 * len(pairs), 388),
        on_select="rerun",
        selection_mode="single-row",
        key=f"pairs-{now.key}-{by}",
        column_config={"Cosine": st.column_config.NumberColumn(format="%.3f", width="small")},
    )
    picked = [n for n in event["selection"]["rows"] if n < len(pairs)]
    if not picked:
        st.caption("Choose a pair to compare and merge it.")
        return None
    pair = pairs[picked[0]]
    two = [topics[pair.one], topics[pair.other]]
    shared = {word for word, _ in two[0].words} & {word for word, _ in two[1].words}
    for topic in two:
        st.caption(plain(f"{topic.name} ({topic.size:,}): "
                         + ", ".join(word for word, _ in topic.words)))  # fmt: skip
    st.caption(f"Words of both: {plain(', '.join(sorted(shared)) or 'none of the ten')}")
    topic_actions(now, [topic.id for topic in two], key="pair")
    return pair.one, pair.other


@st.cache_resource(max_entries=6, show_spinner=False)
def _alike(key: str, by: str, _now: Opened) -> Any:
    if by == "vectors":
        return likeness(_now.topics.centroids)
    words = context_of(_now.artifact.key).words
    return likeness(weights_of(words, _now.topics.assigned, _now.topics.ids))
