"""Points of a training in, its curves out: losses, and the score on the validation texts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from engine.figures.base import BLUE, GREEN, GREY, ORANGE, calm

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

Points = Sequence[dict[str, float]]


SHOWN = {"macro_f1": "macro-F1", "accuracy": "accuracy", "balanced_accuracy": "balanced accuracy"}


def loss_figure(points: Points, *, kept: float | None = None) -> Figure:
    """Training and validation loss (nats) over optimizer steps.

    Args:
        points: step and, where they are known, train_loss and validation_loss.
        kept: The step whose weights were kept.
    """
    lines = (("train_loss", "training", ORANGE, "dot"), ("validation_loss", "validation", BLUE, ""))
    return _figure(points, lines, "Loss", kept)


def score_figure(points: Points, *, kept: float | None = None, metric: str = "macro_f1") -> Figure:
    """Scores on the validation texts over optimizer steps: what was judged by, solid, and others.

    Args:
        points: step and, where they are known, validation_macro_f1 and so on.
        kept: The step whose weights were kept.
        metric: What the looks were judged by; loss is in the other figure.
    """
    names = {metric, "macro_f1", "accuracy"} & set(SHOWN)
    first = metric if metric in SHOWN else "macro_f1"
    order = sorted(names, key=lambda name: (name != first, name))
    tones = ((GREEN, ""), (GREY, "dot"), (ORANGE, "dash"))
    lines = [
        (f"validation_{name}", SHOWN[name], *tone) for name, tone in zip(order, tones, strict=False)
    ]
    return _figure(points, lines, "Score", kept)


def _figure(
    points: Points,
    lines: Sequence[tuple[str, str, str, str]],
    title: str,
    kept: float | None,
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
            cliponaxis=False,
            hovertemplate=f"step %{{x}}: %{{y:.3f}}<extra>{label}</extra>",
        )
    if kept is not None:
        figure.add_vline(
            x=kept, line={"width": 1.5, "dash": "dash", "color": "rgba(128,138,146,0.9)"},
            name=f"kept: step {kept:,.0f}", showlegend=True,
        )  # fmt: skip
    figure.update_layout(
        showlegend=len(lines) > 1,
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
    )
    figure.update_xaxes(title="Step", rangemode="tozero", showgrid=False)
    figure.update_yaxes(title=title)
    return calm(figure, height=280).update_layout(margin_t=32)
