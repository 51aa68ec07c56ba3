"""What an edit would do in, its figures and topics on the page out, before it is made."""

from __future__ import annotations

import math

import streamlit as st

from engine.topics.edit.preview import Preview
from engine.topics.topics import Topic
from pages._ui.texts import plain

_COHERENCE = (
    "NPMI of the topics that change, larger ones count more: how much their words are in the same "
    "documents. 0 is chance, 1 is always."
)
_DIVERSITY = "Share of all topics' words that differ; near 1 each topic has its own."


def preview_figures(found: Preview, *first: tuple[str, str]) -> None:
    """Coherence and diversity before and after, behind the figures given as (name, value)."""
    with st.container(horizontal=True, gap="large"):
        for name, value in first:
            st.metric(name, value, width="content")
        _change("Coherence of these", *found.coherence, help=_COHERENCE)
        _change("Diversity of all", *found.diversity, help=_DIVERSITY)


def preview_table(found: Preview, *, key: str, joined: bool = False) -> None:
    """The topics there would be: their words, sizes and coherence."""
    topics = found.after
    was = {topic.id: topic for topic in found.before}
    table: dict[str, list[object]] = {
        "Topic": [topic.name for topic in topics],
        "Documents": [topic.size for topic in topics],
    }
    if joined:
        table["Would join"] = [found.joined.get(topic.id, 0) for topic in topics]
    table["Coherence"] = [_known(value) for value in found.npmi[1]]
    if joined:
        before = dict(zip(was, found.npmi[0], strict=True))
        table["Before"] = [_known(before.get(topic.id, math.nan)) for topic in topics]
    table["Words"] = [words_of(topic) for topic in topics]
    st.dataframe(
        table,
        hide_index=True,
        key=key,
        height=min(38 + 35 * len(topics), 318),
        column_config={
            "Topic": st.column_config.TextColumn(width="medium"),
            "Documents": st.column_config.NumberColumn(format="localized", width="small"),
            "Would join": st.column_config.NumberColumn(format="localized", width="small"),
            "Coherence": st.column_config.NumberColumn(format="%.2f", width="small"),
            "Before": st.column_config.NumberColumn(
                format="%.2f", width="small", help="Coherence as it is now."
            ),
            "Words": st.column_config.TextColumn(width="large"),
        },
    )


def words_of(topic: Topic) -> str:
    """Its words, the best first."""
    return ", ".join(word for word, _ in topic.words)


def change(found: Preview) -> str:
    """'coherence 0.16 → 0.12', or nothing where it cannot be known."""
    first, then = found.coherence
    if first is None or then is None:
        return ""
    return plain(f"coherence {first:.2f} → {then:.2f}")


def _change(name: str, first: float | None, then: float | None, *, help: str) -> None:
    if first is None or then is None or not (math.isfinite(first) and math.isfinite(then)):
        return
    seen = round(then, 2) - round(first, 2)
    st.metric(
        name,
        f"{first:.2f} → {then:.2f}",
        f"{seen:+.2f}" if abs(seen) > 0.005 else None,
        help=help,
        width="content",
    )


def _known(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
