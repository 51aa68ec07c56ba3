"""Topics that documents were added to in; what has moved, and what may be a new topic, out."""

from __future__ import annotations

from typing import Any

import streamlit as st

from engine.topics.edit.edits import Gather
from engine.topics.topics import NO_TOPIC
from pages._ui.boundary import boundary
from pages._ui.format import count, percent
from pages._ui.loaders import payload_json
from pages._ui.texts import plain
from pages._ui.topics.document.document_card import read
from pages._ui.topics.edit.editing import make
from pages._ui.topics.new.drift_view import drift_view
from pages._ui.topics.opened import Opened

_TITLES = 4


def was_added_to(now: Opened) -> bool:
    """Whether the topics came of adding documents to others."""
    return now.artifact.manifest.stage == "topics add"


def new_report(now: Opened) -> None:
    """Draw the drift report of the stage 'topics add'."""
    facts = now.artifact.facts
    added = max(int(facts["added"]), 1)
    with st.container(horizontal=True):
        st.metric("Added", count(facts["added"]), help="Documents; they come last in the dataset.")
        st.metric(
            "Unlike all", percent(facts["unlike"] / added),
            help="Further from all documents than 99 % of these were from each other.",
        )  # fmt: skip
        st.metric(
            "Likeness", f"{facts['cosine']['new']:.2f}",
            delta=f"{facts['cosine']['new'] - facts['cosine']['before']:+.2f}", delta_color="off",
            help="Mean cosine to the nearest document, and the difference from what documents had "
            "among each other before.",
        )  # fmt: skip
    with boundary():
        drift_view(facts, key=now.artifact.key)
    with boundary():
        _candidates(now)
    with boundary():
        _new_words(now)


def _candidates(now: Opened) -> None:
    found: list[dict[str, Any]] = payload_json(now.artifact, "candidates.json") or []
    st.markdown("**Something new?**")
    if not found:
        st.caption("Among the added documents that are in no topic none go together.")
        return
    st.caption("Added documents that are unlike all topics, but like each other.")
    for n, group in enumerate(found):
        places = [at for at in group["places"] if now.topics.assigned[at] == NO_TOPIC]
        if places:
            _candidate(now, n, group["words"], places)


def _candidate(now: Opened, n: int, words: list[str], places: list[int]) -> None:
    with st.container(border=True, gap="xxsmall"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(
                f"**{count(len(places), 'document')}** · {plain(', '.join(words[:8]))}",
                width="stretch",
            )
            if st.button(
                "Make it a topic", icon=":material/add_circle:", key=f"candidate-{now.key}-{n}",
                help="An edit like any other: Undo takes it back.",
            ):  # fmt: skip
                make(now.artifact, Gather(places=tuple(places)))
        if now.rows:
            for row in read(str(now.rows), str(now.source or ""), tuple(places[:_TITLES])):
                st.caption(plain(row.title))


def _new_words(now: Opened) -> None:
    said = now.artifact.facts.get("new_words", {})
    rows = [(topic, said[str(topic.id)]) for topic in now.topics.found if str(topic.id) in said]
    if not rows:
        return
    st.markdown("**What its new documents say more**")
    st.dataframe(
        {
            "Topic": [topic.name for topic, _ in rows],
            "Words": [", ".join(words) for _, words in rows],
        },
        hide_index=True,
        key=f"new-words-{now.key}",
        column_config={
            "Topic": st.column_config.TextColumn(width="medium"),
            "Words": st.column_config.TextColumn(width="large"),
        },
    )
    st.caption("More than the documents the topic had before; of few documents much is chance.")
