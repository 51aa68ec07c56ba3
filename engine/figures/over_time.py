"""Periods with their accuracy in, a line over time with its interval as a band out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from engine.classify.evaluation.cohorts import Cohort
from engine.figures.base import BLUE, CHOSEN, GREY, ORANGE, STAYS, calm

if TYPE_CHECKING:
    from plotly.graph_objects import Figure


def over_time_figure(
    periods: Sequence[Cohort], *, overall: float, chosen: int | None = None
) -> Figure:
    """Accuracy of each period in the order given; the dotted line is the whole.

    A dot's x is its period's name.

    Args:
        periods: Groups of rows that follow on one another.
        overall: Accuracy of all rows.
        chosen: Place of the period to mark.
    """
    import plotly.graph_objects as go

    names = [one.name for one in periods]
    figure = go.Figure()
    figure.add_scatter(
        x=[*names, *reversed(names)],
        y=[
            *(one.accuracy_interval[1] for one in periods),
            *(one.accuracy_interval[0] for one in reversed(periods)),
        ],
        mode="lines",  # Plotly would mark the few corners of the band
        fill="toself",
        fillcolor="rgba(47,135,194,0.16)",
        line={"width": 0},
        hoverinfo="skip",
        showlegend=False,
    )
    figure.add_scatter(
        x=names,
        y=[one.accuracy for one in periods],
        mode="lines+markers",
        line={"color": BLUE, "width": 2.5},
        marker={
            "size": [11 if one.stands_out else 6 for one in periods],
            "color": [ORANGE if one.stands_out else BLUE for one in periods],
            "symbol": ["diamond" if one.stands_out else "circle" for one in periods],
        },
        hovertext=[
            f"{one.name}: {one.accuracy:.1%} of {one.rows:,} right<br>95%: "
            f"{one.accuracy_interval[0]:.1%} to {one.accuracy_interval[1]:.1%}"
            for one in periods
        ],
        hoverinfo="text",
        showlegend=False,
        **STAYS,
    )
    if chosen is not None:
        figure.add_vrect(
            x0=chosen - 0.5, x1=chosen + 0.5, fillcolor=CHOSEN, line_width=0, layer="below"
        )
    figure.add_hline(y=overall, line={"width": 1.5, "dash": "dot", "color": GREY})
    low = min((one.accuracy_interval[0] for one in periods), default=0.0)
    # Categories, not dates: a period without a text has no place on the line.
    figure.update_xaxes(type="category", showgrid=False, nticks=12)
    figure.update_yaxes(
        title="Accuracy", range=[max(0.0, low - 0.03), 1.02], tickformat=".0%", zeroline=False
    )
    figure.update_layout(hovermode="closest", clickmode="event+select")
    return calm(figure, height=330)
