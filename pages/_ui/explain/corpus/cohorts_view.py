"""A run in, the words that do more in a cohort than elsewhere out: what differs, its texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from pages._ui.explain.corpus.chart import chart, chosen_row
from pages._ui.explain.corpus.cohorts_of import choices
from pages._ui.explain.corpus.drivers_view import category_box, small_words
from pages._ui.explain.corpus.opened import Run
from pages._ui.explain.corpus.word_texts import word_texts
from pages._ui.format import count
from pages._ui.texts import plain

if TYPE_CHECKING:
    from engine.explain.corpus.differences import Difference

_MOST_DOTS, _MOST_ROWS = 16, 200


def cohorts_view(run: Run) -> None:
    """Draw it."""
    offered = choices(run)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        by = st.selectbox(
            "Group the texts by", list(offered), key=f"explain-by-{run.found.key}", width=260,
            help="As the report of a classifier groups them; right and wrong first, where texts "
            "have labels.",
        )  # fmt: skip
        groups = offered[str(by)]()
        held = [n for n in range(len(groups.names)) if (groups.codes == n).any()]
        if len(held) < 2:
            st.caption("All texts are in one group.")
            return
        place = st.selectbox(
            "Cohort", held, key=f"explain-cohort-{run.found.key}-{by}", width=260,
            format_func=lambda n: f"{groups.names[n]} ({count((groups.codes == n).sum())})",
            help="Compared with all other texts.",
        )  # fmt: skip
        category = category_box(run, "cohort", every="Every category")
    cohort = groups.codes == place
    found = run.attributions
    among = np.ones(len(found), dtype=bool) if category < 0 else found.explained == category
    _differences(run, cohort, among, str(groups.names[place]), category, f"{by}-{place}")


def _differences(
    run: Run, cohort: NDArray[np.bool_], among: NDArray[np.bool_], name: str, category: int, of: str
) -> None:
    from engine.explain.corpus.differences import differences

    inside, outside = int((cohort & among).sum()), int((~cohort & among).sum())
    listed = differences(run.attributions, cohort, among=among)
    if not small_words("cohorts"):
        listed = [one for one in listed if not one.small]
    if not listed:
        st.info(
            plain(
                f"{count(inside, 'text')} in the cohort and {count(outside, 'text')} outside are "
                "too few to compare words; choose another cohort, or weigh more texts."
            )
        )
        return
    _told(listed, name, inside, outside)
    key = f"cohort-{run.found.key}-{of}-{category}"
    shown = listed[:_MOST_ROWS]
    left, right = st.columns(2, gap="large")
    with left:
        _chart(run, shown[:_MOST_DOTS], category, key)
    with right:
        _table(shown, key)
    picked = chosen_row(key, len(shown))
    if picked is None:
        st.caption("Click a dot or choose a word to open the cohort's texts with it.")
        return
    word_texts(run, shown[picked].word, category, key=key, among=cohort & among)


def _told(listed: list[Difference], name: str, inside: int, outside: int) -> None:
    out = [one for one in listed if one.sure]
    sizes = f"{count(inside, 'text')} against {count(outside, 'other')}"
    if not out:
        st.markdown(
            plain(f"No word surely does more or less in “{name}” than elsewhere ({sizes}): what "
                  "differs below is within chance.")
        )  # fmt: skip
        return
    more = [f"“{one.word}”" for one in out if one.sure > 0][:4]
    less = [f"“{one.word}”" for one in out if one.sure < 0][:4]
    said = [f"do more for the answer: {', '.join(more)}"] if more else []
    said += [f"do less: {', '.join(less)}"] if less else []
    st.markdown(plain(f"In “{name}” these words {'; these '.join(said)} ({sizes})."))


def _chart(run: Run, shown: list[Difference], category: int, key: str) -> None:
    from engine.figures.driving_words import Dot

    dots = [
        Dot(
            one.word, one.gap, one.interval,
            f"{one.inside:+.3f} a text of the cohort, {one.outside:+.3f} elsewhere<br>"
            f"in {count(one.texts_inside)} and {count(one.texts_outside, 'text')}",
        )
        for one in shown
    ]  # fmt: skip
    label = run.labels[max(category, 0)]
    chart(
        dots, label, run.labels, axis="log-odds of the answer a text, more than elsewhere", key=key
    )


def _table(shown: list[Difference], key: str) -> None:
    columns: dict[str, list[Any]] = {
        "Word": [one.word for one in shown],
        "Cohort": [one.inside for one in shown],
        "Elsewhere": [one.outside for one in shown],
        "Differs": [f"{one.gap:+.3f}{' ◆' if one.sure else ''}" for one in shown],
        "Texts": [f"{one.texts_inside} + {one.texts_outside}" for one in shown],
    }
    st.dataframe(
        columns,
        column_config={
            "Cohort": st.column_config.NumberColumn(
                format="%+.3f", help="What it adds to the answer a text of the cohort, 0 where it "
                "is missing."
            ),
            "Elsewhere": st.column_config.NumberColumn(format="%+.3f"),
            "Differs": st.column_config.TextColumn(
                help="◆ marks what is beyond chance, though as many words were looked at."
            ),
            "Texts": st.column_config.TextColumn(help="That hold it: of the cohort + elsewhere."),
        },
        hide_index=True, height=min(38 + 35 * len(shown), 460), key=key, on_select="rerun",
        selection_mode="single-row",
    )  # fmt: skip
