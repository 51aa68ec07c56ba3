"""Sentences worth knowing in, a quiet list of them out."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from pages._ui.texts import plain

_OPEN = 2


def notes(sentences: Sequence[str]) -> None:
    """The first two in sight, the rest folded away."""
    for sentence in sentences[:_OPEN]:
        st.caption(f":material/info: {plain(sentence)}")
    if rest := sentences[_OPEN:]:
        with st.expander(f"{len(rest)} more to know"):
            for sentence in rest:
                st.caption(plain(sentence))
