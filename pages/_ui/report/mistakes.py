"""A confusion matrix in, the chart, the chosen cell and its texts out."""

from __future__ import annotations

import numpy as np
import streamlit as st

from pages._ui.format import count
from pages._ui.report.subject import Subject, answers, open_texts
from pages._ui.texts import plain

_MOST_SHOWN = 30


def mistakes(about: Subject) -> None:
    """The matrix, two boxes that name a cell, and the texts in it, surest first."""
    from engine.classify.remarks import worst_cell

    labels, matrix = about.labels, about.scores["confusion"]
    keys = true_key, said_key = f"cell-true-{about.found.key}", f"cell-said-{about.found.key}"
    worst = worst_cell(matrix)
    for key, place in zip(keys, worst, strict=True):
        if st.session_state.get(key) not in labels:
            st.session_state[key] = labels[place]
    chart, texts = st.columns(2, gap="large")
    with chart:
        _matrix(about, true_key, said_key)
    with texts:
        left, right = st.columns(2)
        true = left.selectbox(
            "It is", labels, key=true_key, help="The true category: a row of the matrix."
        )
        said = right.selectbox(
            "The classifier said",
            labels,
            key=said_key,
            help="The category it chose: a column of the matrix.",
        )
        _cell(about, true, said)


def _matrix(about: Subject, true_key: str, said_key: str) -> None:
    from engine.classify.remarks import hardest
    from engine.figures.base import CONFIG
    from engine.figures.confusion import clicked, confusion_figure

    labels, matrix = about.labels, about.scores["confusion"]
    unit = st.segmented_control(
        "Cells show",
        ["Counts", "Row shares"],
        default="Counts",
        required=True,
        key=f"cells-{about.found.key}",
        label_visibility="collapsed",
        help="Counts of texts, or their share among all texts of the true category.",
    )
    shown = hardest(matrix, _MOST_SHOWN)
    at = (st.session_state[true_key], st.session_state[said_key])
    cell = tuple(shown.index(p) for p in map(labels.index, at) if p in shown)
    chart = f"confusion-{about.found.key}"

    def choose() -> None:
        points = st.session_state[chart]["selection"]["points"]
        if place := clicked(points, len(shown)):
            st.session_state[true_key] = labels[shown[place[0]]]
            st.session_state[said_key] = labels[shown[place[1]]]

    # The frame is part of the figure, so each choice makes a chart that nothing is selected in:
    # Streamlit knows a selectable Plotly chart by its whole content, and the choice is kept here.
    st.plotly_chart(
        confusion_figure(
            [[matrix[i][j] for j in shown] for i in shown],
            [labels[i] for i in shown],
            shares=unit == "Row shares",
            chosen=cell if len(cell) == 2 else None,  # type: ignore[arg-type]
            dark=st.context.theme.type == "dark",
        ),
        key=chart,
        on_select=choose,
        selection_mode="points",
        config=CONFIG,
        alt="Confusion matrix: how many texts of each category were taken for which. The two "
        "boxes choose a cell as a click does.",
    )
    if len(shown) < len(labels):
        st.caption(
            f"The {len(shown)} categories with most mistakes, of {count(len(labels))}; the boxes "
            "have them all."
        )
    st.caption("Blue is right, orange wrong; the stronger, the larger the share of its row.")


def _cell(about: Subject, true: str, said: str) -> None:
    i, j = about.labels.index(true), about.labels.index(said)
    total = about.scores["confusion"][i][j]
    what = (
        f"{count(total, 'text')} of {true}, and rightly seen as such"
        if true == said
        else f"{count(total, 'text')} of {true} taken for {said}"
    )
    st.markdown(f"**{plain(what)}**")
    if not total:
        st.caption("No text is in this cell; choose another.")
        return
    given = answers(about)
    inside = (given.targets == i) & (given.chosen == j)
    open_texts(about, given.errors_first(np.asarray(inside)), f"cell-{i}-{j}")
