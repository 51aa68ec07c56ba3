"""Scores of each category in, charts and a table of them out: precision, recall, F1, curves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from pages._ui.format import count
from pages._ui.report.headline import with_interval
from pages._ui.report.subject import Subject, answers

if TYPE_CHECKING:
    from engine.classify.evaluation.curves import Curve

_MOST_CATEGORIES = 20
_LINES = 8
_SECOND = (
    (
        "balanced_accuracy",
        "Balanced accuracy",
        "The mean recall of the categories: accuracy as it would be, were all equally frequent.",
    ),
    (
        "weighted_f1",
        "Weighted F1",
        "The mean F1 of the categories, each counting as often as it occurs.",
    ),
)


def categories(about: Subject) -> None:
    """Each category's figures, then how well its probability tells it from the rest."""
    found = _found(str(about.found.path), about)
    _whole(about.scores, found)
    _figures(about.scores["per_class"])
    st.subheader("How well its probabilities sort", anchor=False)
    _curves(about, found)


def _whole(scores: dict[str, Any], found: list[Curve]) -> None:
    """What is said of all categories together, beside the headline's figures."""
    from engine.classify.evaluation.curves import macro

    auc, precision = macro(found)
    with st.grid(4, min_column_width=165):
        for name, label, told in _SECOND:
            if name in scores:  # an older version of Limn did not keep it
                with_interval(label, scores, name, told)
        if not found:
            return
        st.metric(
            "ROC AUC",
            f"{auc:.3f}",
            help="The chance that a text of a category is given a higher probability of it than "
            "one that is not; 0.5 is guessing. The mean over categories, each against the rest.",
        )
        st.metric(
            "Average precision",
            f"{precision:.3f}",
            help="The precision kept while more and more texts of a category are found; better "
            "than ROC for rare ones. The mean over categories, each against the rest.",
        )


def _figures(per_class: dict[str, Any]) -> None:
    from engine.figures.base import CONFIG
    from engine.figures.per_class import per_class_figure

    worst = sorted(per_class, key=lambda label: per_class[label]["f1"])[:_MOST_CATEGORIES]
    shown = {label: one for label, one in per_class.items() if label in worst}
    chart, table = st.columns(2, gap="large")
    with chart:
        st.plotly_chart(
            per_class_figure(shown),
            config=CONFIG,
            alt="Precision, recall and F1 of each category with 95% intervals; the table below has "
            "the figures.",
        )
        told = (
            f"The {len(shown)} weakest of {count(len(per_class))}. "
            if len(worst) < len(per_class)
            else ""
        )
        st.caption(
            f"{told}Lines are 95 % bootstrap intervals: long ones rest on few "
            "texts, and a dot without one only says that they all went the same way."
        )
    with table:
        st.dataframe(
            {
                "Category": list(per_class),
                **{
                    name: [_with_interval(one, measure) for one in per_class.values()]
                    for name, measure in (
                        ("Precision", "precision"),
                        ("Recall", "recall"),
                        ("F1", "f1"),
                    )
                },
                "Texts": [one["support"] for one in per_class.values()],
            },
            column_config={
                "Precision": st.column_config.TextColumn(
                    help="Of the texts it put here, how many belong here (95 % interval)."
                ),
                "Recall": st.column_config.TextColumn(
                    help="Of the texts that belong here, how many it put here (95 % interval)."
                ),
                "F1": st.column_config.TextColumn(help="Precision and recall in one figure."),
                "Texts": st.column_config.NumberColumn(
                    help="Texts of this category that were scored."
                ),
            },
            hide_index=True,
            height=min(38 + 35 * len(per_class), 460),
        )


def _curves(about: Subject, found: list[Curve]) -> None:
    from engine.figures.base import CONFIG
    from engine.figures.one_vs_rest import precision_recall_figure, roc_figure

    if not found:
        st.caption("All scored texts are of one category, so there is no rest to tell it from.")
        return
    names = [one.label for one in found]
    weak = sorted(found, key=lambda one: one.average_precision)[:_LINES]
    shown = names
    if len(names) > _LINES:
        shown = st.multiselect(
            "Categories drawn", names, default=[one.label for one in weak], max_selections=_LINES,
            key=f"curves-of-{about.found.key}",
            help=f"Up to {_LINES}; those with the least average precision are drawn at first.",
        )  # fmt: skip
    drawn = [one for one in found if one.label in shown]
    left, right = st.columns(2, gap="large")
    with left:
        st.caption("ROC: of a category's texts, how many are found, at what false alarms.")
        st.plotly_chart(roc_figure(drawn), config=CONFIG, key="roc",
                        alt="ROC curve of each category against the rest")  # fmt: skip
    with right:
        st.caption("Precision and recall: how clean what is found stays while more is found.")
        st.plotly_chart(precision_recall_figure(drawn), config=CONFIG, key="precision-recall",
                        alt="Precision-recall curve of each category against the rest")  # fmt: skip
    if len(names) < len(about.labels):
        st.caption(
            f"Of {count(len(about.labels))} categories, {count(len(names))} can be judged so: the "
            "most frequent of those with texts in this split."
        )


@st.cache_resource(max_entries=16, show_spinner=False)
def _found(folder: str, _about: Subject) -> list[Curve]:
    from engine.classify.evaluation.curves import curves

    return curves(answers(_about))


def _with_interval(one: dict[str, Any], measure: str) -> str:
    low, high = one[f"{measure}_interval"]
    told = f"{one[measure] * 100:.1f} %"
    return f"{told} ({low * 100:.0f} to {high * 100:.0f})" if low < high else told
