"""A document of opened topics in; why it is in one topic and not in another, on the page, out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from engine.topics.topics import NO_TOPIC
from pages._ui import nav
from pages._ui.boundary import boundary
from pages._ui.explain.text.explained import Explained
from pages._ui.explain.text.trust_part import trust_part, waiting
from pages._ui.explain.text.words_part import bars_and_table, coloured
from pages._ui.explain.topic.contrast_pick import contrast_pick
from pages._ui.explain.topic.document_pick import document_pick
from pages._ui.explain.topic.hood import hood
from pages._ui.explain.topic.how_pick import how_pick
from pages._ui.explain.topic.keep_view import keep_view, terminal
from pages._ui.explain.topic.loaded import (
    Asked,
    attribution_of,
    reading_of,
    subject_of,
    trust_of,
)
from pages._ui.explain.topic.moved_view import moved_view
from pages._ui.explain.topic.said import sentence, sums
from pages._ui.texts import plain, show
from pages._ui.topics.document.document_card import facts_of, read
from pages._ui.topics.opened import Opened

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

    from engine.explain.attribution import Attribution
    from engine.explain.subject import Subject


def document_view(now: Opened) -> None:
    """Draw it."""
    place = document_pick(now)
    if place is None:
        return
    subject = subject_of(now.key, now)
    reading, cosines = reading_of(now.key, place, now)
    pair, how = st.columns([5, 1], vertical_alignment="bottom")
    with pair:
        target = contrast_pick(now, place, cosines)
    with how:
        method, baseline = how_pick(subject)
    against = None if target.against is None else subject.names[target.against]
    asked = Asked(now, place, subject.names[target.of], against, method, baseline)
    heading = st.container(gap="small")
    with heading:
        _title(now, place)
    if reading.cut:
        st.caption(
            f":material/content_cut: The encoder reads the first {len(reading.ids):,} tokens; what "
            "comes after them had no part in the topic, and is not explained."
        )
    left, right = st.columns([3, 2], gap="large")
    with right:
        panel = st.empty()
    with panel.container():
        waiting()
    with left:
        text = st.empty()
    with text.container(), st.spinner("Weighing its words"):
        show(reading.text)
        made = attribution_of(asked.key, asked, target)
    with heading:
        own = int(now.topics.assigned[place])
        mine = -1 if own == NO_TOPIC else now.topics.ids.tolist().index(own)
        st.markdown(sentence(made, subject.names, cosines, mine))
    with text.container():
        coloured(subject, made)
    with left:
        st.caption(plain(sums(made)))
    explained = _beside(subject, asked, made, text, panel)
    with left:
        bars_and_table(subject, made, faded=not explained.trust.believable)
        keep_view(subject, asked, explained)
    st.subheader("Take its words out", anchor=False)
    with boundary():
        moved_view(asked, made)
    with st.expander("Under the hood", icon=":material/memory:"), boundary():
        hood(subject, asked, made)
    terminal(asked)


def _title(now: Opened, place: int) -> None:
    document = read(str(now.rows), str(now.source or ""), (place,))[0]
    st.subheader(plain(document.title), anchor=False)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(plain(facts_of(now, document)), width="content")
        nav.link(
            "topics", "Its passages and neighbours", icon=":material/bubble_chart:",
            topics=now.artifact.key, document=str(place),
        )  # fmt: skip


def _beside(
    subject: Subject, asked: Asked, made: Attribution, text: DeltaGenerator, panel: DeltaGenerator
) -> Explained:
    """How far to believe it; the colours go grey where one cannot."""
    trust = trust_of(asked.key, asked, made)
    reading = made.reading
    explained = Explained(reading.text, reading, made.target, made, trust)
    with panel.container():
        trust_part(subject, explained)
    if not trust.believable:
        with text.container():
            coloured(subject, made, faded=True)
    return explained
