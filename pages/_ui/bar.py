"""A bar on the page in, progress that an engine function can tell it out."""

from __future__ import annotations

import streamlit as st

from engine.progress import Progress
from pages._ui.texts import plain


class Bar(Progress):
    """Short work in the script's own run, drawn as it goes; a click elsewhere ends it there."""

    stop_requested = False

    def __init__(self, words: str, total: float) -> None:
        """A bar that says `words`, empty until the first of `total` units is done."""
        self._words, self._total, self._done = words, total, 0.0
        self._bar = st.progress(0.0, text=words)

    def advance(self, n: float = 1) -> None:
        """`n` more units are done."""
        self.at(self._done + n)

    def at(self, done: float) -> None:
        """`done` units are done so far."""
        self._done = done
        told = f"{self._words}: {done:,.0f} of {self._total:,.0f}"
        self._bar.progress(min(1.0, done / self._total), text=told)

    def stage(self, name: str, total: float | None = None, unit: str = "rows") -> None:
        """A bar has one stage."""

    def point(self, **values: float) -> None:
        """A bar has no curve."""

    def note(self, sentence: str) -> None:
        """Tell the person, below the bar."""
        st.caption(plain(sentence))

    def end(self) -> None:
        """Take it away."""
        self._bar.empty()
