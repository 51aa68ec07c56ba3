"""Thresholds with what they cover in, a chart of accuracy against coverage out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.classify.evaluation.thresholds import Coverage
from engine.figures.base import BLUE, ORANGE, calm

if TYPE_CHECKING:
    from plotly.graph_objects import Figure


def coverage_figure(found: Coverage, *, chosen: tuple[float, float] | None = None) -> Figure:
    """The share right of the answered, over the share answered, with its interval as a band.

    Args:
        found: The thresholds.
        chosen: (coverage, accuracy) of the threshold to mark.
    """
    import plotly.graph_objects as go

    x = found.coverage.tolist()
    figure = go.Figure()
    figure.add_scatter(
        x=[*x, *reversed(x)],
        y=[*found.high.tolist(), *reversed(found.low.tolist())],
        mode="lines",  # Plotly would mark the few corners of the band
        fill="toself",
        fillcolor="rgba(47,135,194,0.16)",
        line={"width": 0},
        hoverinfo="skip",
        showlegend=False,
    )
    figure.add_scatter(
        x=x,
        y=found.accuracy.tolist(),
        mode="lines",
        line={"color": BLUE, "width": 2.5},
        hovertext=[
            f"answers from {t:.1%} sure on<br>{c:.1%} answered, {a:.1%} of those right"
            for t, c, a in zip(found.thresholds, found.coverage, found.accuracy, strict=True)
        ],
        hoverinfo="text",
        showlegend=False,
    )
    if chosen is not None:
        figure.add_scatter(
            x=[chosen[0]], y=[chosen[1]], mode="markers", hoverinfo="skip", showlegend=False,
            marker={"color": ORANGE, "size": 14, "line": {"width": 2, "color": "white"}},
        )  # fmt: skip
    # At a handful of answers the band fills the chart; what matters begins where it narrows.
    wide = found.coverage >= 0.05
    low = float(found.low[wide].min()) if wide.any() else 0.0
    figure.update_xaxes(
        title="Texts answered", range=[0, 1.02], tickformat=".0%", showgrid=False, zeroline=False
    )
    figure.update_yaxes(
        title="Of those right", range=[max(0.0, low - 0.02), 1.01], tickformat=".0%", zeroline=False
    )
    figure.update_layout(hovermode="closest")
    return calm(figure, height=330)
