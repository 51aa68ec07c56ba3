"""Scores in, the figures to remember out: with intervals, baselines, copies and cautions."""

from __future__ import annotations

from typing import Any

import streamlit as st

from engine.store import Artifact
from pages._ui.format import count, percent
from pages._ui.loaders import store
from pages._ui.notes import notes
from pages._ui.report.baseline import baseline, baseline_figure
from pages._ui.report.subject import Subject
from pages._ui.texts import plain


def headline(about: Subject) -> None:
    """The figures, what they were scored on, and what a careful colleague would add."""
    from engine.classify.remarks import remarks

    beaten = baseline(about)
    _figures(about, beaten)
    st.caption(plain(_scored_on(about)))
    notes(remarks(about.scores, about.found.facts, beaten.facts if beaten else None))


def _figures(about: Subject, beaten: Artifact | None) -> None:
    scores = about.scores
    with st.grid(5, min_column_width=165):
        with_interval(
            "Accuracy",
            scores,
            "accuracy",
            "Share of the texts whose category it got right. Below, the 95 % interval: where the "
            "figure would mostly lie were the test repeated with other texts like these.",
        )
        with_interval(
            "Macro-F1",
            scores,
            "macro_f1",
            "F1 joins precision (of those it named so, how many are) and recall (of those that "
            "are, how many it named). Macro: the mean over categories, rare ones counting the "
            "same.",
        )
        baseline_figure(about, beaten)
        st.metric(
            "Majority baseline",
            percent(scores["majority"]),
            delta="accuracy to beat",
            delta_color="off",
            delta_arrow="off",
            help="The accuracy of saying the most frequent category every time. A classifier is "
            "worth what it adds to this.",
        )
        st.metric(
            "Calibration error",
            percent(scores["ece"]),
            delta="0 % is perfect",
            delta_color="off",
            delta_arrow="off",
            help="How far its probabilities are from the truth: of the texts it is 80 % sure of, "
            "80 % should be right. The mean distance, over 15 bins (ECE).",
        )


def with_interval(label: str, scores: dict[str, Any], name: str, about: str) -> None:
    """A metric with its 95% interval below."""
    low, high = scores[f"{name}_interval"]
    st.metric(
        label,
        f"{scores[name] * 100:.1f} %",
        delta=f"95 %: {low * 100:.1f} to {high * 100:.1f}",
        delta_color="off",
        delta_arrow="off",
        help=about,
    )


def _scored_on(about: Subject) -> str:
    """What it was scored on, and the score without the texts that it has learnt from."""
    told = f"Scored on {count(about.scores['rows'])} {_where(about)}."
    if about.elsewhere and (left_out := about.found.facts.get("left_out")):
        told += f" {count(left_out, 'row')} of categories it does not know are left out."
    if about.model and "starter" in about.model.facts and not about.elsewhere:
        return f"{told} They did not come along, so none can be opened; score it on texts of yours."
    if about.model is None or about.dataset is None:
        return told
    if about.elsewhere and about.found.facts["seen"] is None:
        return f"{told} What it learnt from is not known here; copies of that may be among them."
    found = _without_copies(about)
    how = "exactly or nearly" if found["near"] else "word for word"
    if not found["near"]:
        told += " Near-duplicates were not looked for among so many texts."
    if not found["seen"]:
        return f"{told} None of them also occurs in training, {how}."
    if not found["rows"]:
        return f"{told} All of them also occur in training: this says nothing about new texts."
    low, high = (end * 100 for end in found["accuracy_interval"])
    those = "text that also occurs" if found["seen"] == 1 else "texts that also occur"
    return (
        f"{told} Without the {count(found['seen'])} {those} in training, {how}: "
        f"accuracy {found['accuracy'] * 100:.1f} % (95 %: {low:.1f} to {high:.1f}), macro-F1 "
        f"{found['macro_f1'] * 100:.1f} %."
    )


def _where(about: Subject) -> str:
    if not about.elsewhere:
        return "test texts it never saw" if about.split == "test" else "validation texts"
    part = "" if about.split == "all" else f"{about.split} "
    return f"{part}texts of {about.dataset.title if about.dataset else 'another dataset'}"


def _without_copies(about: Subject) -> dict[str, Any]:
    assert about.model is not None
    assert about.dataset is not None
    return _unseen(
        about.found.kind, about.found.key, about.model.key, about.dataset.key, about.split,
        tuple(about.labels),
    )  # fmt: skip


@st.cache_data(max_entries=200, show_spinner=False)
def _unseen(
    kind: str, key: str, model: str, dataset: str, split: str, labels: tuple[str, ...]
) -> dict[str, Any]:
    """Accuracy and macro-F1 of the scored rows that the model has not learnt from."""
    from engine.classify.evaluation.leakage import score_unseen

    return score_unseen(
        store().get(key, kind), store().get(model, "model"), store().get(dataset, "dataset"),
        labels=labels, split=split, store=store(),
    )  # fmt: skip
