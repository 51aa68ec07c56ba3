"""Reliability bins in, a chart of accuracy against confidence out: on the diagonal is honest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from engine.classify.evaluation.calibration import Bin
from engine.figures.base import BLUE, GREY, ORANGE, calm

if TYPE_CHECKING:
    from plotly.graph_objects import Figure


def reliability_figure(bins: Sequence[Bin], *, before: Sequence[Bin] = ()) -> Figure:
    """Share right of each bin at its mean confidence, with intervals; the bins are the last trace.

    Args:
        bins: As the classifier answers.
        before: The same rows as they would be without temperature, drawn beside.
    """
    import plotly.graph_objects as go

    figure = go.Figure()
    figure.add_shape(
        type="line", x0=0, y0=0, x1=1, y1=1, line={"width": 1.5, "dash": "dot", "color": GREY}
    )
    if before:
        figure.add_scatter(
            x=[b.confidence for b in before],
            y=[b.accuracy for b in before],
            name="without temperature",
            mode="lines+markers",
            line={"color": ORANGE, "width": 1.5, "dash": "dot"},
            marker={"color": ORANGE, "size": 7, "symbol": "diamond-open"},
            hoverinfo="skip",  # it lies about the other's dots, and would take their clicks
        )
    most = max((b.rows for b in bins), default=1)
    figure.add_scatter(
        x=[b.confidence for b in bins],
        y=[b.accuracy for b in bins],
        name="as it answers",
        mode="lines+markers",
        line={"color": BLUE, "width": 2.5},
        marker={"color": BLUE, "size": [8 + 14 * (b.rows / most) ** 0.5 for b in bins]},
        # A click must not make the others fade.
        selected={"marker": {"opacity": 1}},
        unselected={"marker": {"opacity": 1}},
        error_y={
            "type": "data", "symmetric": False, "thickness": 2, "width": 0, "color": BLUE,
            "array": [max(0.0, b.interval[1] - b.accuracy) for b in bins],
            "arrayminus": [max(0.0, b.accuracy - b.interval[0]) for b in bins],
        },
        hovertext=[
            f"{b.rows:,} texts it is {b.low:.0%} to {b.high:.0%} sure of<br>mean {b.confidence:.1%}"
            f", right {b.accuracy:.1%}<br>95%: {b.interval[0]:.1%} to {b.interval[1]:.1%}"
            for b in bins
        ],
        hoverinfo="text",
    )  # fmt: skip
    low = min((min(b.confidence, b.interval[0]) for b in [*bins, *before]), default=0.0)
    ends = [max(0.0, low - 0.05), 1.02]
    figure.update_xaxes(
        title="How sure it is", range=ends, tickformat=".0%", showgrid=False, zeroline=False
    )
    figure.update_yaxes(title="Share right", range=ends, tickformat=".0%", zeroline=False)
    figure.update_layout(
        showlegend=bool(before),
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
        hovermode="closest",
        clickmode="event+select",
    )
    return calm(figure, height=380).update_layout(margin_t=34)
