"""A text and what became of it in, the answer before and after, and the new colours, out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from pages._ui.explain.loaded import turn
from pages._ui.explain.text.explained import Explained
from pages._ui.explain.text.words_part import coloured
from pages._ui.explain.what_if.changing import remembered
from pages._ui.texts import plain

if TYPE_CHECKING:
    from engine.explain.attribution import Attribution
    from engine.explain.reading import Reading
    from engine.explain.subject import Subject
    from engine.explain.what_if.answers import Said


def said_of(subject: Subject, reading: Reading) -> Said:
    """What the classifier says of a text, as it was read."""
    from engine.explain.what_if.answers import said

    def ask() -> Said:
        with turn(subject):
            return said(subject, subject.answers([reading.ids]))[0]

    return remembered(ask, subject.key, reading.text, "said")


def moved(subject: Subject, explained: Explained, reading: Reading, *, same: bool) -> None:
    """Draw it; `same` says that nothing was changed yet."""
    from engine.figures.share_change import share_change

    if same:
        st.caption("Nothing is changed yet. The answer before and after, and the new colours, will "
                   "stand here.")  # fmt: skip
        return
    before, after = said_of(subject, explained.reading), said_of(subject, reading)
    left, right = st.columns(2, gap="large")
    with left:
        _headline(before, after)
        st.html(share_change(dict(before.shares), dict(after.shares), subject.names))
    with right:
        st.markdown("**Which words carry it now**")
        method = explained.attribution.method

        def explain() -> Attribution:
            from engine.explain.methods.methods import explain as by_method

            with turn(subject):
                return by_method(
                    subject, reading, explained.target, method=method, baseline=explained.baseline
                )

        with st.spinner("Weighing the words of the new text", show_time=False):
            made = remembered(
                explain, subject.key, reading.text, method, explained.target.of,
                explained.target.against, explained.baseline, "attribution",
            )  # fmt: skip
        names = subject.names
        coloured(
            subject,
            made,
            note=f"By {method} and for {plain(names[explained.target.of])}, as above.",
        )


def _headline(before: Said, after: Said) -> None:
    from engine.figures.probabilities import percent
    from engine.figures.share_change import change

    if after.name != before.name:
        st.markdown(
            f":material/published_with_changes: **It flips: {plain(before.name)} → "
            f"{plain(after.name)}**, {plain(percent(after.share))} sure"
        )
    else:
        told = change(before.share, after.share)
        st.markdown(
            f"**Still {plain(after.name)}**, {plain(percent(after.share))} sure ({plain(told)})"
        )
