"""A trained model in, how good it is out: headline figures, mistakes, categories, its making."""

from __future__ import annotations

from typing import Any

import streamlit as st

from engine.store import Artifact
from pages._ui import nav
from pages._ui.artifacts import lineage
from pages._ui.boundary import boundary
from pages._ui.confusion_view import confusion_view
from pages._ui.empty import empty
from pages._ui.format import ago, count, duration, percent
from pages._ui.loaders import payload_json, store
from pages._ui.notes import notes
from pages._ui.texts import plain

ROUTES = {"quick": "Quick", "finetune": "Fine-tuned", "lora": "Adapter (LoRA)"}
_MOST_CATEGORIES = 20


def report_title(found: Artifact) -> None:
    """Its name, and in one line what it is."""
    facts = found.facts
    dataset = next((a for a in store().inputs(found) if a.kind == "dataset"), None)
    parts = [
        f"{ROUTES.get(facts.get('route', ''), '')} classifier".strip(),
        f"learnt from {count(facts.get('train_rows', 0), 'text')}"
        + (f" of {dataset.title}" if dataset else ""),
        ago(found.manifest.created),
        f"took {duration(found.manifest.seconds)}",
    ]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.title(plain(found.title), anchor=False, width="stretch")
        if nav.exists("predict") and st.button(
            "Try it on a text", type="primary", icon=nav.PLACES["predict"].icon
        ):
            nav.go("predict", model=found.key)
    st.caption(plain(" · ".join(parts)))


def report(found: Artifact) -> None:
    """Draw it, without its title."""
    from engine.classify.remarks import remarks

    scores = payload_json(found, "scores.json")
    if not scores:
        empty("The scores cannot be read", "Remove the classifier on the Runs page; train again.")
        return
    _figures(scores)
    notes(remarks(scores, found.facts))
    st.subheader("Where it is wrong", anchor=False)
    with boundary():
        confusion_view(found, scores)
    st.subheader("Each category", anchor=False)
    with boundary():
        _categories(scores)
    if len(points := payload_json(found, "points.json") or []) > 1:
        st.subheader("How it learnt", anchor=False)
        curves(points, f"curves-{found.key}", final=True)
    _making(found)


def _figures(scores: dict[str, Any]) -> None:
    where = {"test": "test texts it never saw", "validation": "validation texts"}
    with st.grid(4, min_column_width=170):
        _interval(
            "Accuracy",
            scores,
            "accuracy",
            "Share of the texts whose category it got right. Below, the 95 % interval: where the "
            "figure would mostly lie were the test repeated with other texts like these.",
        )
        _interval(
            "Macro-F1",
            scores,
            "macro_f1",
            "F1 joins precision (of those it named so, how many are) and recall (of those that "
            "are, how many it named). Macro: the mean over categories, rare ones counting the "
            "same.",
        )
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
    st.caption(f"Scored on {count(scores['rows'])} {where.get(scores['split'], scores['split'])}.")


def _interval(label: str, scores: dict[str, Any], name: str, about: str) -> None:
    low, high = scores[f"{name}_interval"]
    st.metric(
        label,
        f"{scores[name] * 100:.1f} %",
        delta=f"95 %: {low * 100:.1f} to {high * 100:.1f}",
        delta_color="off",
        delta_arrow="off",
        help=about,
    )


def _categories(scores: dict[str, Any]) -> None:
    from engine.figures.base import CONFIG
    from engine.figures.per_class import per_class_figure

    per_class = scores["per_class"]
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


def _with_interval(one: dict[str, Any], measure: str) -> str:
    low, high = one[f"{measure}_interval"]
    told = f"{one[measure] * 100:.1f} %"
    return f"{told} ({low * 100:.0f} to {high * 100:.0f})" if low < high else told


def curves(points: list[dict[str, float]], key: str, *, final: bool = False) -> None:
    """Loss and macro-F1 so far, side by side; with `final` the step that was kept is marked."""
    if len(points) < 2:
        st.caption("The curves begin with the next look at the validation texts.")
        return
    from engine.figures.base import CONFIG
    from engine.figures.curves import best_of, loss_figure, score_figure

    best = best_of(points) if final else None
    left, right = st.columns(2, gap="large")
    with left:
        st.caption("Loss: how surprised it is by the right answer. Lower is better.")
        st.plotly_chart(
            loss_figure(points, best_step=best), key=f"{key}-loss", config=CONFIG,
            alt="Training and validation loss over steps",
        )  # fmt: skip
    with right:
        st.caption("Macro-F1 on the validation texts. Higher is better; the best step is kept.")
        st.plotly_chart(
            score_figure(points, best_step=best), key=f"{key}-score", config=CONFIG,
            alt="Validation macro-F1 over steps",
        )  # fmt: skip


def _making(found: Artifact) -> None:
    facts = found.facts
    with st.expander("How it was made", icon=":material/account_tree:"):
        st.code(found.manifest.command, language="bash", wrap_lines=True)
        told = [f"encoder {facts.get('encoder')}", f"attention {facts.get('kernel')}"]
        told.append(f"on {facts.get('device')}")
        if "steps" in facts:
            told.append(f"{count(facts['steps'], 'step')}, best at {count(facts['best_step'])}")
        st.caption(plain(" · ".join(told)))
        st.mermaid_chart(lineage(found))
        nav.link("runs", "All of it on the Runs page", artifact=found.key, tab="Artifacts")
