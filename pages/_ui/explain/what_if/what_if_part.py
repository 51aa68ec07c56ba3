"""An explained text in, what would change its answer out: by words, by training texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from engine.store import Artifact
from pages._ui.boundary import boundary
from pages._ui.explain.loaded import turn
from pages._ui.explain.text.explained import Explained
from pages._ui.explain.what_if import changing
from pages._ui.explain.what_if.behind_part import behind_part
from pages._ui.explain.what_if.flip_part import flip_part
from pages._ui.explain.what_if.keep_text import keep_text
from pages._ui.explain.what_if.moved import moved, said_of
from pages._ui.explain.what_if.where import dataset_for
from pages._ui.explain.what_if.words_row import words_row
from pages._ui.versions_view import dataset_of

if TYPE_CHECKING:
    from engine.explain.reading import Reading
    from engine.explain.subject import Subject


def what_if_part(found: Artifact, subject: Subject, explained: Explained) -> None:
    """Draw it, as a part of the page that runs by itself: the explanation above stays as it is."""
    st.fragment(_part)(found, subject, explained)


def _part(found: Artifact, subject: Subject, explained: Explained) -> None:
    with boundary():
        changing.begin(found.key, explained.text)
        st.caption(
            "Take a word out, hide it or put another in its place, here or by typing: the answer "
            "and the colours move together."
        )
        _words_and_answer(found, subject, explained)


def _words_and_answer(found: Artifact, subject: Subject, explained: Explained) -> None:
    chips = st.container()
    text = changing.box()
    reading = None
    with boundary():
        reading = _read(subject, text)
    if reading is None:
        st.button("Undo", key="what-if-undo", icon=":material/undo:", on_click=changing.undo)
        return
    with chips:
        words_row(subject, reading)
    moved(subject, explained, reading, same=reading.text == explained.reading.text)
    flip_part(subject, dataset_of(found), explained, reading)
    with boundary():
        _back(found, subject, explained, text, said_of(subject, reading).name)


def _back(found: Artifact, subject: Subject, explained: Explained, text: str, said: str) -> None:
    """From the answer to the texts that taught it, and from a changed text into them."""
    if dataset := dataset_for(found):
        behind_part(found, dataset, subject, explained)
        keep_text(found, dataset, text, said)


def _read(subject: Subject, text: str) -> Reading:
    from engine.explain.reading import read

    def ask() -> Reading:
        with turn(subject):
            return read(subject, text)

    return changing.remembered(ask, subject.key, text, "reading")
