"""A typed text in; its topic, how sure that is, the words and documents that say so, out."""

from __future__ import annotations

from typing import Any

import streamlit as st

from engine.figures.base import CONFIG
from engine.store import Artifact
from engine.topics.assign.assigner import Assigner
from engine.topics.assign.card import Card, load_card, load_quick_reader
from engine.topics.assign.judge import Judge
from engine.topics.assign.one import Placed, place
from engine.topics.assign.opening import open_assigner
from engine.topics.topics import NO_TOPIC
from pages._ui.boundary import boundary
from pages._ui.loaders import store
from pages._ui.texts import plain
from pages._ui.topics.document.document_card import document_card, read
from pages._ui.topics.edit.editing import context_of
from pages._ui.topics.opened import Opened


def new_text(now: Opened, ready: Artifact) -> None:
    """Draw it."""
    with st.form("new-text", border=False):
        text = st.text_area(
            "A new text", key="new-text-typed", height=150, max_chars=100_000,
            placeholder="Paste an abstract, a review, an article",
        )  # fmt: skip
        st.form_submit_button("Find its topic", type="primary", icon=":material/search:")
    if not text.strip():
        st.caption("It is read as the documents were, and stays on this machine.")
        return
    found = placed(ready.key, now.key, text, now)
    _answer(now, found)
    with boundary():
        _words(now, found, text, load_card(ready))
    left, right = st.columns([3, 2], gap="medium")
    with left, boundary():
        _nearest(now, found)
    with right, boundary():
        _on_map(now, found)


def judge_of(ready: str, key: str, now: Opened) -> Judge:
    """What is known of how sure answers are, for the topics as they stand."""
    return _assigner(ready, key, now).judge


def _answer(now: Opened, found: Placed) -> None:
    with st.container(border=True, gap="small"):
        if found.unlike:
            st.subheader("In no topic", anchor=False)
            st.markdown(
                "It is further from all documents than 99 % of these are from each other."
                + ("" if found.short else " Perhaps it is something new.")
            )
            if found.second != NO_TOPIC:
                st.caption(plain(f"If any, then: {found.second_name}."))
        else:
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                st.subheader(plain(found.name or "In no topic"), anchor=False, width="content")
                if found.confidence is not None and not found.known:
                    st.badge(_sure(found.confidence), color=_tone(found.confidence))
            if found.known:
                st.caption("This very text is one of the documents; it is where they have it.")
            elif found.second != NO_TOPIC:
                sure = f"{found.second_confidence or 0:.0%}"
                st.caption(plain(f"Next: {found.second_name}, {sure}."))
        if found.note:
            st.caption(f":material/info: {plain(found.note)}")


def _sure(confidence: float) -> str:
    return "over 99 % sure" if confidence > 0.99 else f"{confidence:.0%} sure"


def _tone(confidence: float) -> Any:
    return "green" if confidence >= 0.8 else "orange" if confidence >= 0.6 else "red"


def _words(now: Opened, found: Placed, text: str, card: Card) -> None:
    """The text's words that are the topic's own."""
    from engine.topics.assign.shared_words import shared_words

    topic = found.topic
    if topic == NO_TOPIC:
        return
    words = context_of(now.artifact.key).words
    place = now.topics.ids.tolist().index(topic)
    own = shared_words(card.cleaned(text), words, _weights(now.key, now)[place])
    if own:
        st.markdown("Its words that are the topic's: " + ", ".join(f"**{plain(w)}**" for w in own))


def _nearest(now: Opened, found: Placed) -> None:
    st.markdown("**The documents nearest to it**")
    if now.rows is None:
        st.caption("The dataset of these topics is not here any more, so they cannot be shown.")
        return
    places = tuple(at for at, _ in found.near)
    rows = read(str(now.rows), str(now.source or ""), places)
    names = {NO_TOPIC: "In no topic", **now.names()}
    table: dict[str, list[Any]] = {
        "Title": [row.title for row in rows],
        "Topic": [names.get(int(now.topics.assigned[at]), "") for at in places],
        "Likeness": [alike for _, alike in found.near],
    }
    event = st.dataframe(
        table, hide_index=True, on_select="rerun", selection_mode="single-row",
        key=f"new-near-{now.key}-{'-'.join(map(str, places))}",
        column_config={
            "Title": st.column_config.TextColumn(width="medium"),
            "Topic": st.column_config.TextColumn(width="small"),
            "Likeness": st.column_config.ProgressColumn(
                format="%.2f", min_value=0, max_value=1, width="small",
                help="Cosine of its vector and the text's: 1 means the same.",
            ),
        },
    )  # fmt: skip
    picked = [n for n in event["selection"]["rows"] if n < len(places)]
    if picked:
        document_card(now, places[picked[0]])
    else:
        st.caption("Choose a row to read it in full.")


def _on_map(now: Opened, found: Placed) -> None:
    """Where it would lie: amid the documents nearest to it."""
    if now.flat is None:
        return
    import numpy as np

    from engine.figures.new_on_map import new_on_map_figure

    topic = found.second if found.unlike else found.topic
    places = np.array([at for at, _ in found.near])
    st.markdown("**Where it would lie**")
    st.plotly_chart(
        new_on_map_figure(
            now.flat.points,
            now.topics.assigned == topic if topic != NO_TOPIC else np.zeros(0, dtype=bool),
            places,
            np.array([alike for _, alike in found.near]),
            name=now.names().get(topic, ""),
        ),
        config=CONFIG,
        key=f"new-map-{now.key}",
    )


def placed(ready: str, key: str, text: str, now: Opened) -> Placed:
    """Where the text belongs.

    Raises:
        InputError: the encoder is not here, or has changed.
    """
    card = load_card(store().get(ready, "assigner"))
    return place(text, _assigner(ready, key, now), card, _reader(ready))


@st.cache_resource(max_entries=3, show_spinner="Opening the topics")
def _assigner(ready: str, key: str, _now: Opened) -> Assigner:
    return open_assigner(store(), _now.artifact, store().get(ready, "assigner"), _now.topics)


@st.cache_resource(max_entries=2, show_spinner="Loading the encoder, once")
def _reader(ready: str) -> Any:
    from engine.encoder.spec import DistillSpec
    from engine.errors import InputError
    from pages._ui.loaders import made

    def draft(spec: DistillSpec) -> Artifact:
        if (found := made(spec)) is None:
            raise InputError(
                "The draft encoder of these topics is not here any more; "
                "`python -m engine distill` makes it again."
            )
        return found

    return load_quick_reader(load_card(store().get(ready, "assigner")), draft)


@st.cache_resource(max_entries=2, show_spinner=False)
def _weights(key: str, _now: Opened) -> Any:
    """(k, v) c-TF-IDF of the topics as they stand."""
    from engine.topics.words.describe import weights_of

    words = context_of(_now.artifact.key).words
    return weights_of(words, _now.topics.assigned, _now.topics.ids)
