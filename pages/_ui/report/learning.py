"""Points of a training in, its curves out, while it runs and after."""

from __future__ import annotations

import streamlit as st

_JUDGED = {
    "macro_f1": "Macro-F1 on the validation texts. Higher is better; the best look by it is kept.",
    "accuracy": "Accuracy on the validation texts. Higher is better; the best look by it is kept.",
    "balanced_accuracy": "Balanced accuracy on the validation texts. Higher is better; the best "
    "look by it is kept.",
    "loss": "Scores on the validation texts. Higher is better; the look with the least validation "
    "loss is kept.",
}


def curves(
    points: list[dict[str, float]],
    key: str,
    *,
    metric: str = "macro_f1",
    kept: float | None = None,
) -> None:
    """Loss and scores so far, side by side.

    Args:
        points: As the training tells them.
        key: Unique on the page.
        metric: What the looks are judged by.
        kept: The step whose weights were kept, once that is known.
    """
    if len(points) < 2:
        st.caption("The curves begin with the next look at the validation texts.")
        return
    from engine.figures.base import CONFIG
    from engine.figures.curves import loss_figure, score_figure

    left, right = st.columns(2, gap="large")
    with left:
        st.caption("Loss: how surprised it is by the right answer. Lower is better.")
        st.plotly_chart(
            loss_figure(points, kept=kept), key=f"{key}-loss", config=CONFIG,
            alt="Training and validation loss over steps",
        )  # fmt: skip
    with right:
        st.caption(_JUDGED.get(metric, _JUDGED["macro_f1"]))
        st.plotly_chart(
            score_figure(points, kept=kept, metric=metric), key=f"{key}-score", config=CONFIG,
            alt="Scores on the validation texts over steps",
        )  # fmt: skip
