"""Differences between two classifiers in, a chart of them with their intervals about zero out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from engine.figures.base import BLUE, GREY, STAYS, calm

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

Difference = tuple[str, float, tuple[float, float]]


def paired_figure(differences: Sequence[Difference]) -> Figure:
    """One line a measure; where a line crosses zero, chance alone explains the difference.

    Args:
        differences: (name, difference, (low, high)), shares of 1.
    """
    import plotly.graph_objects as go

    figure = go.Figure()
    figure.add_scatter(
        x=[value * 100 for _, value, _ in differences],
        y=list(range(len(differences))),
        mode="markers",
        marker={"color": BLUE, "size": 13},
        error_x={
            "type": "data", "symmetric": False, "thickness": 3, "width": 0, "color": BLUE,
            "array": [(high - value) * 100 for _, value, (_, high) in differences],
            "arrayminus": [(value - low) * 100 for _, value, (low, _) in differences],
        },
        hovertext=[
            f"{name}: {value * 100:+.1f} points<br>95%: {low * 100:+.1f} to {high * 100:+.1f}"
            for name, value, (low, high) in differences
        ],
        hoverinfo="text",
        showlegend=False,
        **STAYS,
    )  # fmt: skip
    figure.add_vline(x=0, line={"width": 1.5, "dash": "dot", "color": GREY})
    far = max((abs(end) * 100 for *_, ends in differences for end in ends), default=1.0)
    figure.update_xaxes(
        title="Points more", range=[-far * 1.15 - 0.1, far * 1.15 + 0.1], zeroline=False
    )
    figure.update_yaxes(
        tickvals=list(range(len(differences))), ticktext=[name for name, *_ in differences],
        range=[len(differences) - 0.5, -0.5], showgrid=False, zeroline=False,
    )  # fmt: skip
    figure.update_layout(hovermode="closest", clickmode="event+select")
    return calm(figure, height=100 + 44 * len(differences))
