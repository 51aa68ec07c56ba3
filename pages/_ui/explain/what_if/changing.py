"""A text that is explained in, the text as a person has changed it since out, step by step."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

import streamlit as st

BOX = "what-if-text"
CHOSEN = "what-if-words"
_OF, _BEFORE, _FOUND = "what-if-of", "what-if-before", "what-if-found"
_MOST_STEPS, _MOST_FOUND, _MOST = 100, 40, 200_000

Made = TypeVar("Made")


def begin(of: str, text: str) -> str:
    """The text as it stands; begun anew where `of` (a classifier and a text) is another one."""
    state = st.session_state
    if state.get(_OF) != (of, text) or BOX not in state:
        state[_OF], state[_BEFORE], state[BOX] = (of, text), [], text
        state.pop(CHOSEN, None)
    return str(state[BOX])


def box() -> str:
    """Draw the box with the text; typing in it is a step like any other."""
    state = st.session_state
    state["what-if-last"] = state[BOX]
    found = st.text_area(
        "The text, changed", key=BOX, height=118, max_chars=_MOST, on_change=_typed,
        help="Type here as well: the answer and the colours follow when you leave the box or press "
        "Ctrl+Enter.",
    )  # fmt: skip
    return found or ""


def put(text: str) -> None:
    """Take a step to `text`; for a button's ``on_click``."""
    _step(st.session_state[BOX])
    st.session_state[BOX] = text
    st.session_state[CHOSEN] = []


def undo() -> None:
    """Take the last step back."""
    if steps := st.session_state.get(_BEFORE):
        st.session_state[BOX] = steps.pop()
        st.session_state[CHOSEN] = []


def reset() -> None:
    """Back to the text that is explained."""
    put(st.session_state[_OF][1])


def steps() -> int:
    """How many steps can be taken back."""
    return len(st.session_state.get(_BEFORE, ()))


def remembered(make: Callable[[], Made], *key: Hashable) -> Made:
    """What `make` gives, made once for `key` and kept in this session while it is of the last."""
    found: dict[Any, Made] = st.session_state.setdefault(_FOUND, {})
    if key not in found:
        made = make()
        while len(found) >= _MOST_FOUND:
            del found[next(iter(found))]
        found[key] = made
    return found[key]


def _typed() -> None:
    _step(st.session_state.get("what-if-last", ""))
    st.session_state[CHOSEN] = []


def _step(text: str) -> None:
    steps = st.session_state.setdefault(_BEFORE, [])
    steps.append(text)
    del steps[:-_MOST_STEPS]
