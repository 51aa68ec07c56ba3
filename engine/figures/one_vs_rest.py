"""Curves of categories against the rest in, a ROC and a precision-recall chart out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from engine.classify.evaluation.curves import Curve
from engine.figures.base import BLUE, GREEN, GREY, ORANGE, calm, short

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

LINES = ((BLUE, "solid"), (ORANGE, "solid"), (GREEN, "solid"), (GREY, "solid"),
         (BLUE, "dash"), (ORANGE, "dash"), (GREEN, "dash"), (GREY, "dash"))  # fmt: skip
"""Colour and dash of each line; a chart holds no more lines than these."""


def roc_figure(curves: Sequence[Curve]) -> Figure:
    """True- against false-positive rate, up to eight categories; the diagonal is guessing."""
    figure = _figure(
        [(c.label, c.fpr.tolist(), c.tpr.tolist(), f"AUC {c.auc:.3f}") for c in curves],
        "false-positive rate",
        "true-positive rate",
    )
    figure.add_shape(
        type="line", x0=0, y0=0, x1=1, y1=1, line={"width": 1, "dash": "dot", "color": GREY}
    )
    return figure


def precision_recall_figure(curves: Sequence[Curve]) -> Figure:
    """Precision against recall, up to eight categories."""
    return _figure(
        [
            (c.label, c.recall.tolist(), c.precision.tolist(), f"AP {c.average_precision:.3f}")
            for c in curves
        ],
        "recall",
        "precision",
    )


def _figure(
    lines: Sequence[tuple[str, list[float], list[float], str]], across: str, up: str
) -> Figure:
    import plotly.graph_objects as go

    figure = go.Figure()
    for (label, x, y, area), (colour, dash) in zip(lines, LINES, strict=False):
        figure.add_scatter(
            x=x,
            y=y,
            name=f"{short(label, 18)} ({area})",
            mode="lines",
            line={"color": colour, "width": 2.5, "dash": dash},
            hovertemplate=f"{short(label)}<br>{across} %{{x:.1%}}, {up} %{{y:.1%}}<extra></extra>",
        )
    figure.update_xaxes(
        title=across.capitalize(), range=[-0.01, 1.03], tickformat=".0%", zeroline=False,
        showgrid=False,
    )  # fmt: skip
    figure.update_yaxes(title=up.capitalize(), range=[0, 1.02], tickformat=".0%", zeroline=False)
    figure.update_layout(
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"}, hovermode="closest"
    )
    rows = -(-len(lines) // 3)
    return calm(figure, height=330 + 22 * rows).update_layout(
        margin_t=12 + 22 * rows, showlegend=True
    )
