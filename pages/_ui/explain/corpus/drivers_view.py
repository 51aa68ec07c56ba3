"""A run in, the words that drive a category out: chart, table, and the texts of each word."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from pages._ui.explain.corpus.chart import chart, chosen_row
from pages._ui.explain.corpus.opened import Run
from pages._ui.explain.corpus.word_texts import word_texts
from pages._ui.format import count
from pages._ui.texts import plain

if TYPE_CHECKING:
    from engine.explain.corpus.drivers import Driver

_MEASURES = {"mean": "Where it stands", "total": "In all"}
_ONLY = {
    "": "All words",
    "against": "Against it",
    "kind": "Names, dates, numbers, sources",
    "frequent but unused": "Frequent but unused",
    "rare but decisive": "Rare but decisive",
}
_MOST_DOTS, _MOST_ROWS = 18, 400


def drivers_view(run: Run) -> None:
    """Draw it."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        category = category_box(run, "drivers")
        measure = st.segmented_control(
            "How much a word does", list(_MEASURES), default="mean", required=True,
            key="drivers-measure", format_func=_MEASURES.__getitem__,
            help="Where it stands: what it adds in a text that holds it. In all: over all texts of "
            "the category, so that a word of few texts counts little.",
        )  # fmt: skip
    listed = run.drivers(category)
    if not listed:
        _too_few(run, category)
        return
    only, small = _only(listed)
    listed = [one for one in listed if small or not one.small]
    shown = _ordered([one for one in listed if _is(one, only)], str(measure), only)[:_MOST_ROWS]
    key = f"drivers-{run.found.key}-{category}-{measure}-{only}-{small}"
    if not shown:
        st.caption("No word is like that.")
        return
    _told(run, category, listed)
    left, right = st.columns(2, gap="large")
    with left:
        _chart(run, category, shown[:_MOST_DOTS], str(measure), key)
    with right:
        _table(shown, str(measure), key)
    picked = chosen_row(key, len(shown))
    if picked is None:
        st.caption("Click a dot or choose a word to open its texts.")
        return
    word_texts(run, shown[picked].word, category, key=key)


def category_box(run: Run, key: str, *, every: str = "") -> int:
    """The place of the category to look at; -1 for all of them, where `every` names that."""
    explained = run.found.facts["explained"]
    offered = [*([-1] if every else []), *(n for n, texts in enumerate(explained) if texts)]

    def named(place: int) -> str:
        return every if place < 0 else f"{run.labels[place]} ({count(explained[place])})"

    widget = f"{key}-category-{run.found.key}"
    if len(offered) <= 6:
        picked = st.segmented_control(
            "Category", offered, default=offered[0], required=True, key=widget,
            format_func=named, wrap=True, help="With how many texts are explained as it.",
        )  # fmt: skip
        return int(offered[0] if picked is None else picked)
    return int(
        st.selectbox(
            "Category", offered, key=widget, format_func=named, width=320,
            help="With how many texts are explained as it.",
        )
    )  # fmt: skip


def _too_few(run: Run, category: int) -> None:
    from engine.explain.corpus.drivers import SUPPORT

    texts = run.found.facts["explained"][category]
    st.info(
        plain(
            f"No word stands in {SUPPORT} of the {count(texts, 'text')} explained as "
            f"{run.labels[category]}; weigh more texts."
        )
    )


def _only(listed: list[Driver]) -> tuple[str, bool]:
    """What to show of the words, and whether small ones too; what none is like is not offered."""
    offered = [name for name in _ONLY if any(_is(one, name) for one in listed if not one.small)]
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        picked = st.pills(
            "Which words", offered or [""], default="", required=True, width="content",
            key=f"drivers-only-{'-'.join(offered)}", format_func=_ONLY.__getitem__,
            label_visibility="collapsed",
        )  # fmt: skip
        small = small_words("drivers")
    return picked or "", small


def small_words(key: str) -> bool:
    """Whether words that only hold sentences together are shown as well."""
    return st.toggle(
        "With small words", key=f"{key}-small", help="Function words (the, of) and marks. They "
        "stand for the bare fact that there is a text: compared with one that says nothing, they "
        "add a little to any answer.",
    )  # fmt: skip


def _is(one: Driver, only: str) -> bool:
    if only in ("", "kind"):
        return not only or bool(one.kind)
    return one.sure < 0 if only == "against" else one.standing == only


def _ordered(listed: list[Driver], measure: str, only: str) -> list[Driver]:
    """By the sure end of the interval; by what counting says first, where that is the point."""
    if only == "frequent but unused":
        return sorted(listed, key=lambda one: -one.counted)
    sign = -1 if only == "against" else 1
    if measure == "mean":
        return sorted(listed, key=lambda one: -sign * one.sure)
    end = 1 if only == "against" else 0
    return sorted(listed, key=lambda one: -sign * one.total_interval[end])


def _chart(run: Run, category: int, shown: list[Driver], measure: str, key: str) -> None:
    from engine.figures.base import short
    from engine.figures.driving_words import Dot

    dots = [
        Dot(
            one.word,
            one.mean if measure == "mean" else one.total,
            one.mean_interval if measure == "mean" else one.total_interval,
            f"{one.mean:+.2f} log-odds in each of {count(one.texts, 'text')}<br>"
            f"95 %: {one.mean_interval[0]:+.2f} to {one.mean_interval[1]:+.2f}",
        )
        for one in shown
    ]
    label = run.labels[category]
    axis = "in a text that holds it" if measure == "mean" else "a text of the category"
    chart(dots, label, run.labels, axis=f"log-odds of {short(label)}, {axis}", key=key)


def _table(shown: list[Driver], measure: str, key: str) -> None:
    from engine.explain.corpus.shapes import TOLD

    columns: dict[str, list[Any]] = {
        "Word": [one.word for one in shown],
        "Adds": [one.mean if measure == "mean" else one.total for one in shown],
        "Texts": [one.texts for one in shown],
        "Of them": [one.share * 100 for one in shown],
        "Counting": [one.counted for one in shown],
    }
    if any(one.standing for one in shown):
        columns["Against counting"] = [one.standing for one in shown]
    if any(one.kind for one in shown):
        columns["Kind"] = [TOLD.get(one.kind, "") for one in shown]
    st.dataframe(
        columns,
        column_config={
            "Word": st.column_config.TextColumn(width="small"),
            "Adds": st.column_config.NumberColumn(
                format="%+.2f", width=64, help="Log-odds of the category; below 0 it speaks "
                "against it. First comes what is surely large: the order goes by the near end of "
                "the 95 % interval."
            ),
            "Texts": st.column_config.NumberColumn(
                width=56, help="Texts of the category that hold it."
            ),
            "Of them": st.column_config.NumberColumn(
                format="%.0f %%", width=64, help="Share of the category's texts that hold it."
            ),
            "Counting": st.column_config.NumberColumn(
                format="%+.1f", width=72, help="How far counting alone ties the word to the "
                "category, in standard errors (log odds ratio): above 3 is sure."
            ),
            "Against counting": st.column_config.TextColumn(
                width="small", help="Frequent but unused: counting would name it, the classifier "
                "does not go by it. Rare but decisive: the other way round."
            ),
            "Kind": st.column_config.TextColumn(width="small"),
        },
        hide_index=True, height=min(38 + 35 * len(shown), 520), key=key,
        on_select="rerun", selection_mode="single-row",
    )  # fmt: skip


def _told(run: Run, category: int, listed: list[Driver]) -> None:
    """What stands out, in a sentence or two."""
    label = plain(run.labels[category])
    top = [f"“{plain(one.word)}”" for one in listed[:3] if one.sure > 0]
    unused = [one for one in listed if one.standing == "frequent but unused"]
    said = [f"{' and '.join([', '.join(top[:-1]), top[-1]] if len(top) > 1 else top)} "
            f"drive{'s' if len(top) == 1 else ''} {label} most."] if top else []  # fmt: skip
    if unused:
        most = max(unused, key=lambda one: one.counted)
        said.append(
            f"“{plain(most.word)}” is often in its texts ({most.share:.0%}), yet the classifier "
            "hardly goes by it."
        )
    if said:
        st.markdown(" ".join(said))
