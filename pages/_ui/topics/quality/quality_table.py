"""Opened topics in, the quality of each topic as a table out."""

from __future__ import annotations

import streamlit as st

from pages._ui.topics.opened import Opened
from pages._ui.topics.quality.numbers import by_words, nearness, scored
from pages._ui.topics.quality.stability_view import confused


def quality_table(now: Opened) -> None:
    """Draw it; what was not measured has no column."""
    found = now.topics.found
    table: dict[str, object] = {
        "Topic": [t.name for t in found],
        "Documents": [t.size for t in found],
    }
    words = by_words(now)
    if words.npmi is not None:
        table["Coherence"] = list(words.each)
    near = nearness(now)
    if any(one is not None for one in near):
        table["Likeness"] = near
    if measured := scored(now):
        each = [measured.each[t.id] for t in found]
        table["Found again"] = [one.survival if one.refits else None for one in each]
        table["Jaccard"] = [one.jaccard if one.refits else None for one in each]
        table["Confused with"] = [confused(now, one) for one in each]
    st.dataframe(
        table,
        hide_index=True,
        key=f"quality-table-{now.key}",
        column_config={
            "Topic": st.column_config.TextColumn(width="medium"),
            "Documents": st.column_config.NumberColumn(format="localized"),
            "Coherence": st.column_config.NumberColumn(
                format="%.2f", help="NPMI: how much its words are in the same documents; 0 is "
                "chance, 1 is always.",
            ),
            "Likeness": st.column_config.NumberColumn(
                format="%.2f", help="Mean cosine of its documents with their centre, -1 to 1.",
            ),
            "Found again": st.column_config.ProgressColumn(
                format="percent", min_value=0, max_value=1, help="Share of the re-fits in which a "
                "topic shares at least half of its documents.",
            ),
            "Jaccard": st.column_config.NumberColumn(
                format="%.2f", help="Mean share of documents in common with the topic found again.",
            ),
            "Confused with": st.column_config.TextColumn(
                width="large", help="Topics whose documents come into one topic with its own in "
                "re-fits, and how often two of them do.",
            ),
        },
    )  # fmt: skip
