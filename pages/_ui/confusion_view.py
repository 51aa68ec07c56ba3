"""A model's confusion matrix in, the chart, the chosen cell and its texts out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from engine.store import Artifact
from pages._ui.format import count
from pages._ui.loaders import store
from pages._ui.rows_view import one_row
from pages._ui.texts import plain

_MOST_SHOWN = 30
_MOST_TEXTS = 500


def confusion_view(found: Artifact, scores: dict[str, Any]) -> None:
    """The matrix, two boxes that name a cell, and the texts in it, surest mistakes first."""
    from engine.classify.remarks import worst_cell

    labels, matrix = scores["labels"], scores["confusion"]
    keys = true_key, said_key = f"cell-true-{found.key}", f"cell-said-{found.key}"
    worst = worst_cell(matrix)
    for key, place in zip(keys, worst, strict=True):
        if st.session_state.get(key) not in labels:
            st.session_state[key] = labels[place]
    chart, texts = st.columns(2, gap="large")
    with chart:
        _matrix(found, scores, true_key, said_key)
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
        _texts(found, scores, true, said, matrix[labels.index(true)][labels.index(said)])


def _matrix(found: Artifact, scores: dict[str, Any], true_key: str, said_key: str) -> None:
    from engine.classify.remarks import hardest
    from engine.figures.base import CONFIG
    from engine.figures.confusion import clicked, confusion_figure

    labels, matrix = scores["labels"], scores["confusion"]
    unit = st.segmented_control(
        "Cells show",
        ["Counts", "Row shares"],
        default="Counts",
        required=True,
        key=f"cells-{found.key}",
        label_visibility="collapsed",
        help="Counts of texts, or their share among all texts of the true category.",
    )
    shown = hardest(matrix, _MOST_SHOWN)
    at = (st.session_state[true_key], st.session_state[said_key])
    cell = tuple(shown.index(p) for p in map(labels.index, at) if p in shown)
    chart = f"confusion-{found.key}"

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


def _texts(found: Artifact, scores: dict[str, Any], true: str, said: str, total: int) -> None:
    what = (
        f"{count(total, 'text')} of {true}, and rightly seen as such"
        if true == said
        else f"{count(total, 'text')} of {true} taken for {said}"
    )
    st.markdown(f"**{plain(what)}**")
    if not total:
        st.caption("No text is in this cell; choose another.")
        return
    dataset = next((a for a in store().inputs(found) if a.kind == "dataset"), None)
    if dataset is None:
        st.info("The dataset is not kept any more, and its texts went with it.")
        return
    rows = cell_rows(
        str(found.path), str(dataset.path / "rows.parquet"), true, said, scores["split"]
    )
    event = st.dataframe(
        {
            "Sure": [row["confidence"] * 100 for row in rows],
            "Text": [" ".join(row["text"].split())[:400] for row in rows],
        },
        column_config={
            "Sure": st.column_config.NumberColumn(
                format="%.1f %%", width=80, help="How sure the classifier was of what it said."
            ),
            "Text": st.column_config.TextColumn(width="large"),
        },
        hide_index=True,
        height=min(38 + 35 * len(rows), 353),
        on_select="rerun",
        selection_mode="single-row",
        key=f"cell-{found.key}-{true}-{said}",
    )
    picked = [i for i in event["selection"]["rows"] if i < len(rows)]
    if picked:
        one_row(dataset, {**rows[picked[0]], "label": true, "split": scores["split"]})
        return
    more = f" The first {_MOST_TEXTS} are listed." if total > len(rows) else ""
    st.caption(f"The surest come first.{more} Choose a row to read it in full.")


@st.cache_data(max_size="64mb", show_spinner=False)
def cell_rows(model: str, rows: str, true: str, said: str, split: str) -> list[dict[str, Any]]:
    """Row, title, text and confidence of the texts in one cell."""
    from engine.classify.predictions import cell

    found = cell(
        Path(model), Path(rows), label=true, prediction=said, split=split, limit=_MOST_TEXTS
    )
    return list(found.to_pylist())
