"""A document of opened topics in; its text passage by passage, and why it is where it is, out."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from engine.errors import InputError
from engine.topics.topics import NO_TOPIC
from engine.topics.views.reasons import Reasons, reasons, words_used
from engine.topics.words.describe import weights_of
from pages._ui import nav
from pages._ui.boundary import boundary
from pages._ui.texts import plain, show
from pages._ui.topics.document.document_card import (
    asked_place,
    facts_of,
    go_back,
    name_place,
    read,
)
from pages._ui.topics.document.passages_view import passages_view
from pages._ui.topics.edit.editing import context_of
from pages._ui.topics.opened import Opened, vectors_of

_TOPICS = 6


def asked_document(now: Opened) -> int | None:
    """The place that the address names (?document=), if there is such a document."""
    asked = asked_place()
    if asked is None:
        return None
    if asked.isdecimal() and int(asked) < len(now.topics.assigned):
        return int(asked)
    st.info("The document of this address is not one of these.")
    return None


def document_part(now: Opened, place: int) -> None:
    """Draw the page of the document at `place`."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        back = f"Back to {plain(now.artifact.title)}"
        st.button(back, icon=":material/arrow_back:", type="tertiary", on_click=go_back)
        aside = st.container(width="content")
    if now.rows is None:
        st.info("The dataset of these topics is not here any more, so neither is this text.")
        return
    document = read(str(now.rows), str(now.source or ""), (place,))[0]
    if document.link:
        aside.link_button("Open its page", document.link, icon=":material/open_in_new:")
    st.title(plain(document.title), anchor=False)
    st.caption(plain(facts_of(now, document)))
    if not now.topics.found or now.vectors is None:
        show(document.text)
        st.info("Without topics and vectors there is nothing to compare this text with.")
        return
    own, found = _own(now, place), None
    with boundary():
        found = _reasons(now.key, place, now)
        st.markdown(_why(now, own, found))
    nav.link(
        "explain", "Why this topic? Word by word", view="topics", topics=now.artifact.key,
        document=str(place),
    )  # fmt: skip
    left, right = st.columns([3, 2], gap="large")
    with left:
        st.subheader("Topic by passage", anchor=False)
        of_text = passages_view(now, own, document)
    if found is None:
        return
    with right:
        st.subheader("What speaks for each topic", anchor=False)
        _evidence(now, own, found, of_text)
        with boundary():
            _words(now, place, own, found)
    st.subheader("Nearest documents", anchor=False)
    with boundary():
        _near(now, found)


def _own(now: Opened, place: int) -> int:
    """Place of the document's topic in `found`, -1 for none."""
    number = int(now.topics.assigned[place])
    return next((n for n, t in enumerate(now.topics.found) if t.id == number), -1)


def _why(now: Opened, own: int, found: Reasons) -> str:
    """The reasons in a sentence or two."""
    names = [topic.name for topic in now.topics.found]
    order = np.argsort(-found.cosines, kind="stable").tolist()
    first = order[0]
    leader = int(found.votes.argmax())
    if own < 0:
        return (
            f"It is in no topic. **{plain(names[first])}** is the nearest, with a cosine of "
            f"{found.cosines[first]:.2f}; {int(found.votes.sum())} of its {len(found.near)} "
            "nearest documents are in a topic."
        )
    mine, second, digits = float(found.cosines[own]), "", 2
    if rest := [n for n in order if n != own]:
        other = float(found.cosines[rest[0]])
        digits = 2 if abs(mine - other) > 0.01 else 3  # two that look the same say nothing
        second = f"; **{plain(names[rest[0]])}** is the next with {other:.{digits}f}"
    sentence = (
        f"It is in **{plain(names[own])}**: the cosine to the topic's centre is "
        f"{mine:.{digits}f}{second}. {int(found.votes[own])} of its "
        f"{len(found.near)} nearest documents are in the same topic."
    )
    ahead = [("centres", first)] if first != own else []
    if found.votes[leader] > found.votes[own]:
        ahead.append(("neighbours", leader))
    if ahead:
        said = " and ".join(f"by the {sign} **{plain(names[n])}**" for sign, n in ahead)
        sentence += f" Not all signs agree: {said} would be likelier."
    return sentence


def _evidence(now: Opened, own: int, found: Reasons, of_text: dict[int, float]) -> None:
    """The topics that anything speaks for, the document's own first."""
    by_centre = np.argsort(-found.cosines, kind="stable")[:_TOPICS].tolist()
    voted = np.flatnonzero(found.votes).tolist()
    shown = sorted(
        {*by_centre[:3], *voted, *of_text, *([own] if own >= 0 else [])},
        key=lambda n: (n != own, -found.votes[n], -found.cosines[n]),
    )[:_TOPICS]
    st.dataframe(
        {
            "Topic": [("● " if n == own else "") + now.topics.found[n].name for n in shown],
            "Centre": [float(found.cosines[n]) for n in shown],
            "Neighbours": [int(found.votes[n]) for n in shown],
            "Words": [float(found.by_words[n]) for n in shown],
            "Text": [of_text.get(n, 0.0) for n in shown],
        },
        hide_index=True,
        column_config={
            "Topic": st.column_config.TextColumn(width="medium", help="● is the document's own."),
            "Centre": st.column_config.NumberColumn(
                format="%.2f", help="Cosine of the document's vector and the topic's centre."
            ),
            "Neighbours": st.column_config.NumberColumn(
                help=f"How many of the {len(found.near)} documents nearest to it are in the topic."
            ),
            "Words": st.column_config.NumberColumn(
                format="%.2f", help="Cosine of its words and the topic's (c-TF-IDF)."
            ),
            "Text": st.column_config.NumberColumn(
                format="percent", help="Share of the text whose passages are nearest to the topic."
            ),
        },
    )


def _words(now: Opened, place: int, own: int, found: Reasons) -> None:
    topic = own if own >= 0 else int(found.cosines.argmax())
    words = context_of(now.artifact.key).words
    used = words_used(place, topic, words, _weights(now.key, now))
    name = plain(now.topics.found[topic].name)
    st.markdown(f"**Its words that say {name}**")
    if not used:
        st.caption("None: it uses no word that tells this topic from the others.")
        return
    st.dataframe(
        {
            "Word": [one.word for one in used],
            "Times": [one.times for one in used],
            "Weight": [one.weight for one in used],
        },
        hide_index=True,
        height=min(38 + 35 * len(used), 320),
        column_config={
            "Weight": st.column_config.ProgressColumn(
                format="%.2f", min_value=0, max_value=1, help="How much the word says of the "
                "topic (c-TF-IDF) times how often it is here; 1 for the strongest.",
            )
        },
    )  # fmt: skip


def _near(now: Opened, found: Reasons) -> None:
    names = {NO_TOPIC: "In no topic", **now.names()}
    places = found.near.tolist()
    if not places:
        st.caption("There is no other document.")
        return
    rows = read(str(now.rows), str(now.source or ""), tuple(places))
    table: dict[str, list[Any]] = {
        "Title": [row.title for row in rows],
        "Topic": [names.get(int(now.topics.assigned[row.place]), "") for row in rows],
        "Likeness": found.near_cosines.tolist(),
        "Label": [row.label for row in rows],
        "Date": [row.date for row in rows],
    }
    event = st.dataframe(
        {k: v for k, v in table.items() if any(one is not None for one in v)},
        hide_index=True,
        height=38 + 35 * len(rows),
        on_select="rerun",
        selection_mode="single-row",
        key=f"near-{now.key}-{places[0]}-{places[-1]}",
        column_config={
            "Title": st.column_config.TextColumn(width="large"),
            "Likeness": st.column_config.ProgressColumn(
                format="%.2f", min_value=0, max_value=1, width="small",
                help="Cosine of the two vectors.",
            ),
            "Date": st.column_config.DateColumn(width="small"),
        },
    )  # fmt: skip
    picked = [n for n in event["selection"]["rows"] if n < len(rows)]
    if picked:
        name_place(rows[picked[0]].place)
        st.rerun()
    st.caption("Choose a row to open its page.")


@st.cache_resource(max_entries=20, show_spinner="Looking for what is near")
def _reasons(key: str, place: int, _now: Opened) -> Reasons:
    if _now.vectors is None:
        raise InputError("The vectors of these topics are not here any more.")
    return reasons(
        place, _now.topics, vectors_of(str(_now.vectors.path)),
        context_of(_now.artifact.key).words, _weights(key, _now),
    )  # fmt: skip


@st.cache_resource(max_entries=2, show_spinner="Weighing the words of the topics")
def _weights(key: str, _now: Opened) -> Any:
    words = context_of(_now.artifact.key).words
    return weights_of(words, _now.topics.assigned, _now.topics.ids)
