"""Somebody's text in, that very text on the screen out: never read as markdown or HTML."""

from __future__ import annotations

import re

import streamlit as st

_MARKS = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$&^])")
# Streamlit replaces :smile: after markdown is read, so a backslash is no help. Addresses stay
# whole: a person may want to copy one.
_COLON = re.compile(r":(?=[^\s/])")
# Only a whole address of harmless signs, so that nothing after it is read as part of it.
_ADDRESS = re.compile(r"(?<!\S)(https?://[A-Za-z0-9./?=%_-]*[A-Za-z0-9/])(?=[.,;]?(?:\s|$))")
_UNSEEN = "\u2060"


def plain(text: object) -> str:
    """`text` for a place that reads markdown (labels, errors, tooltips), shown as it is."""
    # An address becomes a link whatever is done, and a backslash in it would break that link.
    parts = _ADDRESS.split(str(text))
    return "".join(part if i % 2 else _escaped(part) for i, part in enumerate(parts))


def _escaped(text: str) -> str:
    return _COLON.sub(f":{_UNSEEN}", _MARKS.sub(r"\\\1", text))


def short(text: object, characters: int = 200) -> str:
    """The beginning of `text` on one line."""
    line = " ".join(str(text).split())
    return line if len(line) <= characters else line[: characters - 1].rstrip() + "…"


def show(text: object, *, characters: int = 20_000) -> None:
    """The text itself, wrapped; a very long one is cut and says so."""
    whole = str(text)
    st.text(whole[:characters], width="stretch")
    if len(whole) > characters:
        st.caption(f"The first {characters:,} of {len(whole):,} characters.")
