"""What became of topics in; a table of it, the documents that moved and what is new, out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from engine.topics.topics import Topics
from engine.topics.views.two_runs import Became, Flows
from pages._ui.texts import plain
from pages._ui.topics.map.chosen_view import chosen_view
from pages._ui.topics.opened import Opened

if TYPE_CHECKING:
    from engine.topics.views.two_runs import Places

_NAMED = 6


def became_view(
    now: Opened, theirs: Topics, found: Flows, after: list[Became], shared: tuple[Places, Places]
) -> None:
    """Draw what became of each topic, and the documents that are elsewhere of the chosen one.

    Args:
        now: The topics.
        theirs: The others.
        found: How their documents lie in one another.
        after: What became of each of `now`.
        shared: Places of the same documents in both.
    """
    st.subheader("What became of each topic", anchor=False)
    topics, names = now.topics.found, [t.name for t in theirs.found]
    stay = [
        found.counts[i, found.match[i]] / max(1, found.counts[i].sum())
        if found.match[i] >= 0 else 0.0
        for i in range(len(topics))
    ]  # fmt: skip
    event = st.dataframe(
        {
            "Topic": [t.name for t in topics],
            "Documents": found.counts[:-1].sum(axis=1).tolist(),
            "Became": [one.fate for one in after],
            "There": [" · ".join(names[j] for j in one.to[:4]) for one in after],
            "Jaccard": [one.jaccard for one in after],
            "Stay": stay,
        },
        hide_index=True,
        height=min(38 + 35 * len(topics), 460),
        on_select="rerun",
        selection_mode="single-row",
        key=f"became-{now.key}-{theirs.ids[:3].tolist()}-{len(names)}",
        column_config={
            "Topic": st.column_config.TextColumn(width="medium"),
            "Documents": st.column_config.NumberColumn(format="localized"),
            "Became": st.column_config.TextColumn(
                help="kept: one topic there is it, a half or more of the documents of either being "
                "of both. joined: most of it is in a larger one. split: several topics there are "
                "made of it. left out: most of it is in no topic. scattered: none of these."
            ),
            "There": st.column_config.TextColumn(width="large"),
            "Jaccard": st.column_config.NumberColumn(
                format="%.2f", help="Documents of both by documents of either, for the most alike."
            ),
            "Stay": st.column_config.NumberColumn(
                format="percent", help="Share of its documents that are in its counterpart, each "
                "topic there being the counterpart of one."
            ),
        },
    )  # fmt: skip
    picked = [n for n in event["selection"]["rows"] if n < len(topics)]
    if not picked:
        st.caption("Choose a topic to read the documents that are elsewhere there.")
        return
    _elsewhere(now, theirs, found, picked[0], shared)


def _elsewhere(
    now: Opened, theirs: Topics, found: Flows, i: int, shared: tuple[Places, Places]
) -> None:
    """The documents of a topic that are not in its counterpart, and where they are instead."""
    topic, match = now.topics.found[i], int(found.match[i])
    names = [*(t.name for t in theirs.found), "no topic"]
    row = found.counts[i].copy()
    if match >= 0:
        row[match] = 0
    where = [int(j) for j in np.argsort(-row, kind="stable")[:_NAMED] if row[j]]
    said = " · ".join(f"{names[j]} {row[j]:,}" for j in where)
    if said:
        st.caption(plain(f"They are there in: {said}"))
    here = now.topics.assigned[shared[0]] == topic.id
    stays = theirs.ids[match] if match >= 0 else None
    moved = shared[0][here & (theirs.assigned[shared[1]] != stays)]
    there = f"“{names[match]}”" if match >= 0 else "any counterpart"
    chosen_view(now, np.sort(moved), what=f"of {topic.name} that are not in {there} there")


def fresh_view(theirs: Topics, found: Flows, before: list[Became]) -> None:
    """Topics there that nothing here is the most part of."""
    new = [j for j, one in enumerate(before) if one.fate in ("left out", "scattered")]
    if not new:
        return
    st.subheader("New there", anchor=False)
    st.dataframe(
        {
            "Topic": [theirs.found[j].name for j in new],
            "Documents": [int(found.counts[:, j].sum()) for j in new],
            "Of those in no topic here": [
                found.counts[-1, j] / max(1, found.counts[:, j].sum()) for j in new
            ],
            "Words": [", ".join(word for word, _ in theirs.found[j].words) for j in new],
        },
        hide_index=True,
        height=min(38 + 35 * len(new), 300),
        column_config={
            "Topic": st.column_config.TextColumn(width="medium"),
            "Documents": st.column_config.NumberColumn(format="localized"),
            "Of those in no topic here": st.column_config.NumberColumn(format="percent"),
            "Words": st.column_config.TextColumn(width="large"),
        },
    )
