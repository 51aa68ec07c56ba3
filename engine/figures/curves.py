"""Points of a training in, its curves out: losses, and the score on the validation texts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from engine.figures.base import BLUE, GREEN, GREY, ORANGE, calm

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

Points = Sequence[dict[str, float]]


def loss_figure(points: Points, *, best_step: float | None = None) -> Figure:
    """Training and validation loss (nats) over optimizer steps."""
    lines = (("train_loss", "training", ORANGE, "dot"), ("validation_loss", "validation", BLUE, ""))
    return _figure(points, lines, "Loss", best_step)


def score_figure(points: Points, *, best_step: float | None = None) -> Figure:
    """Macro-F1 and accuracy on the validation texts over optimizer steps."""
    lines = (
        ("validation_macro_f1", "macro-F1", GREEN, ""),
        ("validation_accuracy", "accuracy", GREY, "dot"),
    )
    return _figure(points, lines, "Score", best_step)


def best_of(points: Points) -> float | None:
    """The step with the highest validation macro-F1, which is the one that is kept."""
    scored = [p for p in points if "validation_macro_f1" in p]
    return max(scored, key=lambda p: p["validation_macro_f1"])["step"] if scored else None


def _figure(
    points: Points,
    lines: Sequence[tuple[str, str, str, str]],
    title: str,
    best_step: float | None,
) -> Figure:
    import plotly.graph_objects as go

    figure = go.Figure()
    for name, label, colour, dash in lines:
        known = [p for p in points if name in p]
        figure.add_scatter(
            x=[p["step"] for p in known],
            y=[p[name] for p in known],
            name=label,
            mode="lines+markers",
            line={"color": colour, "width": 2.5, "dash": dash or "solid"},
            marker={"size": 6},
            hovertemplate=f"step %{{x}}: %{{y:.3f}}<extra>{label}</extra>",
        )
    if best_step is not None:
        figure.add_vline(
            x=best_step, line={"width": 1, "dash": "dash", "color": "rgba(128,138,146,0.9)"},
            annotation={"text": "best", "yref": "paper", "y": 1, "showarrow": False},
        )  # fmt: skip
    figure.update_layout(
        showlegend=len(lines) > 1,
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
    )
    figure.update_xaxes(title="Step", rangemode="tozero", showgrid=False)
    figure.update_yaxes(title=title)
    return calm(figure, height=280).update_layout(margin_t=32)
