"""A run in, the words its classifier should not lean on out: ranked, with the evidence in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from pages._ui.explain.corpus.opened import Run
from pages._ui.explain.corpus.word_texts import word_texts
from pages._ui.explain.what_if.put_in_view import put_in_view
from pages._ui.format import count
from pages._ui.texts import plain

if TYPE_CHECKING:
    from engine.explain.corpus.leans import Lean

_SENTENCES = 4
_CARRIES = 0.1
"""Answers a word must carry to be told of in a sentence."""


def leans_view(run: Run) -> None:
    """Draw it."""
    from engine.explain.corpus.leans import suspects

    st.markdown(
        "Dates, numbers, names, sources, leftovers of web pages and words of one product or "
        "author that surely drive a category. Each was taken out of the texts that hold it, to see "
        "what becomes of the answers; as a control, another word of the same text went instead. "
        "Whether a word is an accident is for you to say: read its texts."
    )
    doubtful, tried = suspects(run.leans), run.leans
    if not tried:
        st.info("No word surely drives a category yet; weigh more texts.")
        return
    all_of_them = st.toggle(
        "All words that were tried", key="leans-all", value=not doubtful,
        help="The strongest words of each category too, of whatever kind: is it the product it "
        "goes by, where it should be what is said of it?",
    )  # fmt: skip
    if not doubtful and not all_of_them:
        st.success("No word of such a kind surely drives a category.", icon=":material/check:")
        return
    if not all_of_them:
        _sentences(doubtful)
    shown = sorted(tried, key=lambda one: -one.carries) if all_of_them else doubtful
    picked = _table(shown, f"leans-{run.found.key}-{len(shown)}")
    if picked is None:
        st.caption("Choose a word to read the evidence and its texts.")
        return
    one = shown[picked]
    st.markdown(plain(one.told()))
    if one.labelled:
        put_in_view(run.model, run.dataset, one)
    word_texts(run, one.word, run.labels.index(one.category), key=f"leans-{one.category}")


def _sentences(doubtful: list[Lean]) -> None:
    """Those that carry most, in words; or that none carries anything."""
    loud = [one for one in doubtful if one.carries >= _CARRIES][:_SENTENCES]
    if loud:
        st.markdown("\n".join(f"- {plain(one.told())}" for one in loud))
        return
    st.success(
        f"{count(len(doubtful), 'such word')} speak for a category, but the answers stay the same "
        "without them.", icon=":material/check:",
    )  # fmt: skip


def _table(shown: list[Lean], key: str) -> int | None:
    columns: dict[str, list[Any]] = {
        "Word": [one.word for one in shown],
        "Speaks for": [one.category for one in shown],
        "What it is": [one.what for one in shown],
        "Adds": [one.mean for one in shown],
        "Texts": [one.texts for one in shown],
    }
    if any(one.parts for one in shown):
        columns["Labelled so"] = [_share(one) for one in shown]
    columns["Answers change"] = [_changed(one, one.tried.changed) for one in shown]
    columns["By chance"] = [_changed(one, one.tried.changed_by_chance) for one in shown]
    event = st.dataframe(
        columns,
        column_config={
            "Adds": st.column_config.NumberColumn(
                format="%+.2f", width=64, help="Log-odds of the category in a text that holds it."
            ),
            "Texts": st.column_config.NumberColumn(
                width=56, help="Weighed texts of the category that hold it."
            ),
            "Labelled so": st.column_config.NumberColumn(
                format="%.0f %%", width=88, help="Of all labelled texts of the dataset that hold "
                "the word, those of this category."
            ),
            "Answers change": st.column_config.NumberColumn(
                format="%.0f %%", width=104, help="Of the texts it was taken out of (50 at most), "
                "those that are answered otherwise without it."
            ),
            "By chance": st.column_config.NumberColumn(
                format="%.0f %%", width=80, help="The same where another word went instead."
            ),
        },
        hide_index=True, height=min(38 + 35 * len(shown), 420), key=key, on_select="rerun",
        selection_mode="single-row",
    )  # fmt: skip
    rows = [n for n in event["selection"]["rows"] if n < len(shown)]
    return rows[0] if rows else None


def _share(one: Lean) -> float | None:
    share = one.labelled_so
    return None if share is None else 100 * share


def _changed(one: Lean, n: int) -> float | None:
    return 100 * n / one.tried.texts if one.tried.texts else None
