"""Answers in, the list of what was tried in this session out, and its CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from pages._ui.texts import short

_MOST = 200


@dataclass(frozen=True)
class Try:
    """One text, and what one model said of it."""

    model: str
    text: str
    label: str
    confidence: float


def remember(tried: Sequence[Try], new: Try) -> list[Try]:
    """`tried`, newest first, with `new` in front; a text still being typed replaces its beginning.

    The same text asked again of the same model moves to the front.
    """
    rest = list(tried)
    if rest and rest[0].model == new.model and _goes_on(rest[0].text, new.text):
        rest = rest[1:]
    return [new, *(t for t in rest if (t.model, t.text) != (new.model, new.text))][:_MOST]


def as_csv(tried: Sequence[Try]) -> bytes:
    """UTF-8 with the mark that spreadsheets want; a text cannot become a formula."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(["model", "text", "prediction", "confidence"])
    for one in tried:
        writer.writerow(
            [_tame(one.model), _tame(one.text), _tame(one.label), f"{one.confidence:.4f}"]
        )
    return out.getvalue().encode("utf-8-sig")


def history(tried: Sequence[Try]) -> bool:
    """Draw the list, folded away, and its download; whether the person wants it forgotten."""
    folded = st.expander(
        f"Tried in this session ({len(tried)})",
        icon=":material/history:",
        key="tried",
        on_change="rerun",  # so that the table is only made for who looks at it
    )
    if not folded.open:
        return False
    with folded:
        st.dataframe(
            {
                "Text": [short(one.text, 300) for one in tried],
                "Prediction": [one.label for one in tried],
                "Sure": [one.confidence for one in tried],
                "Classifier": [one.model for one in tried],
            },
            column_config={
                "Text": st.column_config.TextColumn(width="large"),
                "Sure": st.column_config.NumberColumn(format="percent"),
            },
            hide_index=True,
        )
        with st.container(horizontal=True):
            st.download_button(
                "Download as CSV",
                as_csv(tried),
                file_name="limn-tried.csv",
                mime="text/csv",
                icon=":material/download:",
                on_click="ignore",
            )
            return st.button(
                "Forget them", type="tertiary", help="Empties this list; nothing else."
            )


def _goes_on(before: str, after: str) -> bool:
    return after.startswith(before) or before.startswith(after)


def _tame(cell: str) -> str:
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
