"""A text longer than the classifier reads in, its parts and the one to explain out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from pages._ui.explain.loaded import turn
from pages._ui.explain.text.asked import Asked, found
from pages._ui.explain.text.understood import parts_of, shares_of
from pages._ui.format import count
from pages._ui.texts import short

if TYPE_CHECKING:
    from engine.explain.subject import Subject

_MOST = 24
"""Parts that are asked for the strip."""


def chosen_part(subject: Subject, asked: Asked) -> tuple[Asked, tuple[str, ...]]:
    """The question about the part a person chose, drawn where there are several; and all parts.

    Raises:
        InputError: nothing to read in the text.
    """
    parts = found(asked.of_text_only(), "parts", lambda: _parts(subject, asked.text))
    if len(parts) == 1:
        return asked, parts
    with st.container(border=True):
        st.markdown(
            f":material/content_cut: **This text is longer than the {count(subject.max_length)} "
            "tokens the classifier reads.** Its answer comes from the first part alone; what comes "
            f"after did not count. All {count(len(parts), 'part')} can be explained here, each "
            "as a text of its own."
        )
        at = st.pagination(len(parts), key=f"explain-part-{hash(asked.text)}")
    return replace(asked, text=parts[at - 1]), parts


def parts_strip(subject: Subject, asked: Asked, parts: tuple[str, ...]) -> None:
    """What each part alone would be taken for, where there are several."""
    if len(parts) == 1:
        return
    folded = st.expander(
        "What each part would be taken for alone",
        icon=":material/view_week:",
        key="explain-strip",
        on_change="rerun",  # so that the parts are only asked for who looks
    )
    if not folded.open:
        return
    from engine.figures.sentence_strip import sentence_strip

    with folded:
        told = found(asked.of_text_only(), "strip", lambda: _told(subject, parts[:_MOST]))
        st.html(sentence_strip(told, subject.names))
        if len(parts) > _MOST:
            st.caption(f"The first {_MOST} of {count(len(parts), 'part')}.")


def _parts(subject: Subject, text: str) -> tuple[str, ...]:
    with turn(subject):
        return parts_of(subject, text)


def _told(subject: Subject, parts: tuple[str, ...]) -> list[tuple[str, str, float]]:
    from engine.explain.reading import read

    with turn(subject):
        shares = shares_of(subject, [read(subject, part) for part in parts])
    return [
        (f"{n}. {short(part, 90)}", subject.names[int(share.argmax())], float(share.max()))
        for n, (part, share) in enumerate(zip(parts, shares, strict=True), start=1)
    ]
