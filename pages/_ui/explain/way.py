"""A classifier and a text in, the way to its explanation out."""

from __future__ import annotations

import streamlit as st

from engine.store import Artifact
from pages._ui import nav

BOX = "explain-text"
MOST_IN_ADDRESS = 1_500
"""Characters of a text that an address may hold."""
_LABEL = "How far can this be believed?"


def believe(found: Artifact, text: str) -> None:
    """A link to the Explain page with this text in its box."""
    if len(text) <= MOST_IN_ADDRESS:
        nav.link("explain", _LABEL, model=found.key, text=text)
    # A long text goes by the session, for it is too much for an address.
    elif st.button(
        _LABEL, key=f"believe-{found.key}", type="tertiary", icon=":material/lightbulb:"
    ):
        st.session_state[BOX] = text
        nav.go("explain", model=found.key)
