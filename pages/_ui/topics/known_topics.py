"""Topics a person knows of, as typed, in; names and seed words for the engine out; what became."""

from __future__ import annotations

from typing import Any

import streamlit as st

from engine.topics.spec import TopicsSpec
from pages._ui.format import count
from pages._ui.forms import spec_form
from pages._ui.texts import plain
from pages._ui.topics.opened import Opened

_SHOWN = "Robotics\nearthquake, seismic, fault"


def known_topics(*, key: str) -> dict[str, Any]:
    """Draw the box; the fields `names`, `seeds` and `likeness` of the spec."""
    with st.expander("I know some topics", icon=":material/lightbulb:"):
        st.markdown(
            "One topic a line: a **name**, or **words** its documents use, with commas between "
            "them. Documents about it become that topic; all others get theirs as usual."
        )
        typed = st.text_area(
            "Topics you know of", key=f"{key}-known", placeholder=_SHOWN, height=120,
            label_visibility="collapsed",
        )  # fmt: skip
        names, seeds = read_topics(typed)
        if not names and not seeds:
            return {}
        st.caption(plain(_understood(names, seeds)))
        label = {"likeness": "How much they must be like it (less takes in more)"}
        return {
            "names": names,
            "seeds": seeds,
            **spec_form(TopicsSpec, ["likeness"], key=key, labels=label),
        }


def read_topics(typed: str) -> tuple[list[str], list[list[str]]]:
    """Names and lists of seed words, one a line: a line with a comma holds words."""
    names: list[str] = []
    seeds: list[list[str]] = []
    for line in typed.splitlines():
        words = [word.strip() for word in line.split(",") if word.strip()]
        if words and "," in line:
            seeds.append(words)
        elif words:
            names.append(words[0])
    return names, seeds


def what_became(now: Opened) -> None:
    """Tell how many documents each topic took that was asked for; nothing where none was."""
    known = now.artifact.facts.get("known") or []
    there = [one for one in known if one["documents"]]
    if there:
        said = [f"{one['asked']} ({count(one['documents'])})" for one in there]
        st.caption(plain("Asked for, with the documents found for it: " + " · ".join(said)))


def _understood(names: list[str], seeds: list[list[str]]) -> str:
    """What was read, in a sentence."""
    parts = [count(len(names), "name")] if names else []
    parts += [f"{count(len(seeds), 'topic')} by words"] if seeds else []
    return (
        f"{' and '.join(parts)}. A name stays the topic's name; words give it a name made of them."
    )
