"""What drives a topic, or a selection, in; its words two ways, on the page, out."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import streamlit as st

from engine.figures.base import CONFIG
from pages._ui.format import count
from pages._ui.texts import plain
from pages._ui.topics.document.document_card import document_card, read
from pages._ui.topics.opened import Opened

if TYPE_CHECKING:
    from engine.explain.topics.driving import Driving
    from engine.explain.topics.two_lists import TwoLists

_CARDS = 12


def driving_view(now: Opened, one: Driving) -> None:
    """Draw it."""
    from engine.figures.two_word_lists import two_word_lists_figure

    lists = one.lists
    st.markdown(_told(one.name, lists))
    left, right = st.columns([3, 2], gap="large")
    with left:
        st.plotly_chart(
            two_word_lists_figure(
                lists.driving, lists.counted,
                left_title="By the encoder", right_title="By counting",
            ),
            key="explain-two-lists", config=CONFIG,
            alt="The topic's words by the encoder on the left and by counting on the right, lines "
            "between those that are in both.",
        )  # fmt: skip
    with right:
        _figures(one)
    _documents(now, one.read, _table(one))


def _told(name: str, lists: TwoLists) -> str:
    parts = []
    if lists.only_driving:
        parts.append(f"Only the encoder goes by {_some(lists.only_driving)}.")
    if lists.only_counted:
        parts.append(f"Only counting names {_some(lists.only_counted)}.")
    if not parts:
        parts.append(f"Both ways name the same words for **{plain(name)}**.")
    if lists.uncounted:
        parts.append(
            f"It also leans on words that are left out of the counting: {_some(lists.uncounted)}."
        )
    return " ".join(parts)


def _some(words: tuple[str, ...], most: int = 6) -> str:
    said = [f"*{plain(word)}*" for word in words[:most]]
    return said[0] if len(said) == 1 else f"{', '.join(said[:-1])} and {said[-1]}"


def _figures(one: Driving) -> None:
    lists = one.lists
    with st.grid(2, min_column_width=130):
        st.metric(
            "In both first 10", f"{lists.jaccard_10:.0%}",
            help="Jaccard: words in both lists, over words in either.",
        )  # fmt: skip
        st.metric("In both first 20", f"{lists.jaccard_20:.0%}", help="The same of twenty words.")
        rank = lists.rank_correlation
        st.metric(
            "Same order", "–" if math.isnan(rank) else f"{rank:.2f}",
            help="Spearman's rank correlation over all words that were weighed both ways: 1 is the "
            "same order, 0 no likeness.",
        )  # fmt: skip
        st.metric("Documents read", f"{len(one.read):,} of {one.documents:,}")
    name, other = _within(one.name), _within(one.other)
    st.caption(
        plain(
            f"On average they are nearer to the centre of {name} than to that of {other} "
            f"by {one.value:.3f} (cosine); a text of empty tokens would be by {one.base:.3f}. The "
            "words make the difference between the two."
        )
    )


def _within(name: str) -> str:
    """As it is called within a sentence: what is no topic's name begins small."""
    from engine.explain.topics.asked import REST, SELECTION

    return name[:1].lower() + name[1:] if name in (REST, SELECTION) else name


def _table(one: Driving) -> str:
    """The word that was chosen, "" for none."""
    words = one.words
    with st.expander("Every word"):
        event = st.dataframe(
            {
                "Word": [row["word"] for row in words],
                "Adds": [row["score"] for row in words],
                "Documents": [row["documents"] for row in words],
                "Times": [row["times"] for row in words],
                "Counted": [row["counted"] for row in words],
            },
            hide_index=True,
            height=min(38 + 35 * len(words), 420),
            on_select="rerun",
            selection_mode="single-row",
            key=f"explain-driving-{one.id}-{one.other}-{len(words)}",
            column_config={
                "Adds": st.column_config.NumberColumn(
                    format="%+.4f",
                    help="To the mean difference of cosines; below 0 it speaks for the others.",
                ),
                "Documents": st.column_config.NumberColumn(help="That were read and hold it."),
                "Counted": st.column_config.NumberColumn(
                    format="%.3f", help="Its c-TF-IDF; 0 for words that are left out of it."
                ),
            },
        )
        st.caption("Choose a word to read the documents that hold it.")
    picked = [n for n in event["selection"]["rows"] if n < len(words)]
    return str(words[picked[0]]["word"]) if picked else ""


def _documents(now: Opened, places: tuple[int, ...], word: str) -> None:
    if word:
        places = _holding(now, places, word)
        said = f"The {count(len(places), 'document')} that hold {word}"
    else:
        said = f"The {count(len(places), 'document')} that were read"
    with st.expander(plain(said), expanded=bool(word)):
        for place in places[:_CARDS]:
            document_card(now, place, key="driving")
        if len(places) > _CARDS:
            st.caption(f"The first {_CARDS} of {len(places):,}.")


def _holding(now: Opened, places: tuple[int, ...], word: str) -> tuple[int, ...]:
    from engine.data.pieces import words

    found = read(str(now.rows), str(now.source or ""), places)
    return tuple(
        one.place
        for one in found
        if any(one.text[a:b].casefold() == word for a, b in words(one.text))
    )
