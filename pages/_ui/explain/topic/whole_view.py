"""Opened topics in; the words that drive a whole topic beside those counted in it, out."""

from __future__ import annotations

import streamlit as st

from engine.explain.topics.driving import load_driving
from engine.explain.topics.spec import ExplainTopicsSpec
from engine.store import Artifact
from engine.topics.topics import Topic
from pages._ui.explain.topic.driving_job import following, weigh
from pages._ui.explain.topic.driving_view import driving_view
from pages._ui.format import count
from pages._ui.forms import command_line
from pages._ui.loaders import store
from pages._ui.topics.opened import Opened

_TOPIC = "topic"
_AGAINST = {"rest": "all other documents", "next": "the topic most like it"}


def whole_view(now: Opened) -> None:
    """Draw it."""
    if following():
        return
    topic, against = _pick(now)
    spec = _spec(now, topic.id, against)
    found = _made(now, spec)
    if found is None:
        _offer(now, topic, spec, spec.model_copy(update={"topic": -1}))
        return
    driving_view(now, next(d for d in load_driving(found.path) if d.id == topic.id))
    known = ExplainTopicsSpec.parse(found.manifest.spec)
    command_line(known.model_copy(update={"topics": now.artifact.name or now.artifact.key}))


def _made(now: Opened, spec: ExplainTopicsSpec) -> Artifact | None:
    """The newest run that explained this topic, however many documents it read."""
    mine = f"topics/{now.artifact.key}"
    for one in store().artifacts("driving-words"):
        said = one.manifest.spec
        same = (said["edits"], said["against"], said["places"]) == (spec.edits, spec.against, [])
        if same and said["topic"] in (-1, spec.topic) and mine in one.manifest.inputs.values():
            return one
    return None


def _pick(now: Opened) -> tuple[Topic, str]:
    found = now.topics.found
    numbers = [topic.id for topic in found]
    asked = st.query_params.get(_TOPIC, "")
    first = int(asked) if asked.isdecimal() and int(asked) in numbers else numbers[0]
    widget = f"explain-topic-{now.artifact.key}"
    st.session_state[widget] = first

    def keep() -> None:
        st.query_params[_TOPIC] = str(st.session_state[widget])

    left, right = st.columns([3, 2], vertical_alignment="bottom")
    number = left.selectbox(
        "Topic", numbers, key=widget, on_change=keep,
        format_func=lambda n: _described(now.topics.topic(n)),
    )  # fmt: skip
    ways = list(_AGAINST) if len(found) > 1 else ["rest"]
    against = right.selectbox(
        "Compared with", ways, format_func=lambda way: _AGAINST[way].capitalize(),
        key=f"explain-topic-against-{now.artifact.key}",
    )  # fmt: skip
    return now.topics.topic(int(number)), str(against)


def _described(topic: Topic) -> str:
    return f"{topic.name} · {count(topic.size, 'document')}"


def _spec(now: Opened, topic: int, against: str) -> ExplainTopicsSpec:
    spec: ExplainTopicsSpec = ExplainTopicsSpec.parse(
        {
            "topics": now.artifact.key,
            "edits": now.version,
            "topic": topic,
            "against": against,
        }
    )
    return spec


def _offer(now: Opened, topic: Topic, spec: ExplainTopicsSpec, whole: ExplainTopicsSpec) -> None:
    st.markdown(
        "Some of its documents, half of them the nearest to its centre, are explained word by "
        f"word, against {_AGAINST[spec.against]}. What drives the topic **through the encoder** "
        "then stands beside the words that are merely **counted** in it (c-TF-IDF)."
    )
    every = sum(min(spec.documents, t.size) for t in now.topics.found)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        weigh(now, spec, min(spec.documents, topic.size), "Weigh this topic's words")
        if len(now.topics.found) > 1:
            weigh(now, whole, every, f"All {len(now.topics.found)} topics", first=False)
    command_line(spec.model_copy(update={"topics": now.artifact.name or now.artifact.key}))
