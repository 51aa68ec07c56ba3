"""Points of a training in, its curves out, while it runs and after."""

from __future__ import annotations

import streamlit as st


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
