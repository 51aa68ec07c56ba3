"""Opened topics in, how good they are in one line, for the head of every view, out."""

from __future__ import annotations

import streamlit as st

from pages._ui.topics.opened import Opened
from pages._ui.topics.quality.numbers import against_labels, by_words, scored

_HELP = (
    "**Coherence** (NPMI): how much a topic's words are in the same documents; 0 is chance, 1 "
    "always. **Diversity**: share of the "
    "topics' words that differ. **Labels** (NMI): 1 where topics and labels tell the same, 0 where "
    "nothing. **Found again**: how often the topics come back when they are looked for with other "
    "seeds and without some documents. More of each in Quality."
)


def quality_strip(now: Opened) -> None:
    """Draw it, where anything is known; what is reckoned for it is kept until the next edit."""
    if said := numbers(now):
        st.caption(" · ".join(said), help=_HELP)


def numbers(now: Opened) -> list[str]:
    """The numbers there are, each with its name."""
    said = []
    words = by_words(now)
    if words.npmi is not None:
        said.append(f"Coherence **{words.npmi:.2f}**")
    if words.diversity is not None:
        said.append(f"Diversity **{words.diversity:.2f}**")
    if agreed := against_labels(now):
        said.append(f"Labels **{agreed.nmi:.2f}**")
    if measured := scored(now):
        said.append(f"Found again **{measured.survival:.0%}**")
    return said
