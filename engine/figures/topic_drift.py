"""Shares of topics before and among new documents in, bars side by side out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.figures.base import BLUE, GREY, ORANGE, calm, short

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

_A_TOPIC = 44


@dataclass(frozen=True)
class Bar:
    """One topic: its name, its shares (0 to 1), the documents behind them, and whether the change
    is beyond chance."""

    name: str
    before: float
    after: float
    counts: tuple[int, int]
    changed: bool


def drift_figure(bars: Sequence[Bar], *, most: int = 15) -> Figure:
    """Two bars a topic: before in grey, now in blue, or in orange where it has really changed.

    Args:
        bars: The topics; the `most` of the largest shares are drawn, the changed ones first among
            equals.
        most: Topics at most.
    """
    import plotly.graph_objects as go

    ordered = sorted(bars, key=lambda bar: (-max(bar.before, bar.after), not bar.changed))[:most]
    rows = list(range(len(ordered)))
    figure = go.Figure()
    figure.add_bar(
        x=[bar.after for bar in ordered], y=rows, orientation="h", name="New documents",
        offsetgroup="after", showlegend=False,
        marker_color=[ORANGE if bar.changed else BLUE for bar in ordered],
        hovertext=[f"{short(bar.name, 60)}: {bar.after:.1%} of the new, {bar.counts[1]:,}"
                   for bar in ordered],
        hoverinfo="text",
    )  # fmt: skip
    figure.add_bar(
        x=[bar.before for bar in ordered], y=rows, orientation="h", name="Before",
        offsetgroup="before", marker_color=GREY, opacity=0.6,
        hovertext=[f"{short(bar.name, 60)}: {bar.before:.1%} before" for bar in ordered],
        hoverinfo="text",
    )  # fmt: skip
    for name, colour in (("New", BLUE), ("New, changed beyond chance", ORANGE)):
        figure.add_bar(x=[None], y=[None], name=name, marker_color=colour, orientation="h")
    widest = max((max(bar.before, bar.after) for bar in ordered), default=0.0) or 1.0
    for row, bar in enumerate(ordered):
        gap = (bar.after - bar.before) * 100
        figure.add_annotation(
            x=max(bar.before, bar.after), y=row, xanchor="left", xshift=6, showarrow=False,
            text=f"{bar.after:.1%} ({gap:+.1f})",
        )  # fmt: skip
    figure.update_xaxes(range=[0, widest * 1.55], showgrid=False, showticklabels=False,
                        zeroline=False)  # fmt: skip
    figure.update_yaxes(
        tickvals=rows,
        ticktext=[short(bar.name, 34) for bar in ordered],
        autorange="reversed",
        showgrid=False,
    )
    figure.update_layout(
        barmode="group",
        bargap=0.3,
        bargroupgap=0.05,
        legend={"orientation": "h", "x": 0, "y": 1.0, "yanchor": "bottom", "traceorder": "normal"},
    )
    return calm(figure, height=80 + _A_TOPIC * max(len(ordered), 2)).update_layout(margin_t=36)
