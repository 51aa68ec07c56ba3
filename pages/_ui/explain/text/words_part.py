"""An attribution in, its words out three ways: coloured in the text, as bars, as a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from engine.figures.base import CONFIG
from pages._ui.format import count
from pages._ui.texts import plain

if TYPE_CHECKING:
    from engine.explain.attribution import Attribution
    from engine.explain.subject import Subject
    from engine.figures.sides import Sides


def sides_of(subject: Subject, made: Attribution) -> Sides:
    """The colours and words of an attribution's two sides."""
    from engine.explain.methods.known import METHODS
    from engine.figures.sides import sides

    goal, names = made.target, subject.names
    of, against = names[goal.of], "" if goal.against is None else names[goal.against]
    if not subject.odds:  # topics are many, and their tones few: the first is always the same
        names = (of, against)
    known = METHODS.get(made.method)
    return sides(of, against, names, odds=subject.odds, signed=known is None or known.signed)


def coloured(
    subject: Subject,
    made: Attribution,
    *,
    faded: bool = False,
    told: str = "",
    note: str = "Point at a word for its score. The stronger the colour, the more it does.",
) -> None:
    """The text with its words in colour, what the colours mean, and a sentence and a note below."""
    from engine.figures.signed_text import signed_text

    reading = made.reading
    st.html(
        signed_text(
            reading.text, reading.spans, made.scores.tolist(), sides_of(subject, made), faded=faded
        )
    )
    if told:
        st.markdown(told)
    st.caption(note)


def summary(made: Attribution, side: Sides) -> str:
    """The words that say most, in a sentence; "" where no word stands out."""
    from engine.explain.take_away.told import loudest

    for_it, against = loudest(made)
    told = [
        f"{_listed(words)} {said.replace('speaks', 'speak') if len(words) > 1 else said}"
        for words, said in zip((for_it, against), side.told, strict=True)
        if words and (side.signed or words is for_it)
    ]
    return f"{'; '.join(told)}." if told else ""


def _listed(words: Sequence[str]) -> str:
    bold = [f"**{plain(word)}**" for word in words]
    return " and ".join([", ".join(bold[:-1]), bold[-1]] if len(bold) > 1 else bold)


def bars_and_table(subject: Subject, made: Attribution, *, faded: bool) -> None:
    """The strongest words as bars, or every word in a table that can be sorted."""
    shown = st.segmented_control(
        "Words as", ["Bars", "Table"], default="Bars", required=True, key="explain-words-as",
        label_visibility="collapsed",
    )  # fmt: skip
    if shown == "Table":
        _table(subject, made)
    else:
        _bars(subject, made, faded)


def _bars(subject: Subject, made: Attribution, faded: bool) -> None:
    from engine.figures.word_bars import MOST, word_bars

    words = made.reading.words
    st.plotly_chart(
        word_bars(words, made.scores.tolist(), sides_of(subject, made), faded=faded),
        key="explain-bars",
        config=CONFIG,
        alt="Bars of the words with the largest scores; the table has the same numbers.",
    )
    if len(words) > MOST:
        st.caption(f"The {MOST} strongest of {count(len(words), 'word')}; the table has them all.")


def _table(subject: Subject, made: Attribution) -> None:
    from engine.explain.take_away.words import word_rows

    rows = word_rows(made)
    side = sides_of(subject, made)
    st.dataframe(
        {
            "Place": [row["place"] for row in rows],
            "Word": [row["word"] for row in rows],
            "Score": [row["score"] for row in rows],
            "Of all": [row["share"] for row in rows],
            "It": [side.said(row["score"]) for row in rows],
        },
        column_config={
            "Place": st.column_config.NumberColumn(width=60, help="Where in the text."),
            "Score": st.column_config.NumberColumn(
                format="%+.3f", width=80, help=plain(f"In {side.unit}; above 0 it {side.told[0]}.")
            ),
            "Of all": st.column_config.NumberColumn(
                format="percent", width=80, help="Its part of the sum of all scores' sizes."
            ),
        },
        hide_index=True,
        height=min(38 + 35 * len(rows), 420),
        key="explain-table",
    )
