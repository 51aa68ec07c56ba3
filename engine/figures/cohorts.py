"""Groups of rows with their accuracy in, a dot chart of them against the whole out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from engine.classify.evaluation.cohorts import Cohort
from engine.figures.base import BLUE, CHOSEN, GREY, ORANGE, STAYS, calm, short

if TYPE_CHECKING:
    from plotly.graph_objects import Figure


def cohorts_figure(
    cohorts: Sequence[Cohort], *, overall: float, chosen: int | None = None
) -> Figure:
    """One line a group, in the order given; orange stands out from the rest, the line is the whole.

    A dot's y is its group's place among `cohorts`.

    Args:
        cohorts: The groups.
        overall: Accuracy of all rows.
        chosen: Place of the group to mark.
    """
    import plotly.graph_objects as go

    colours = [ORANGE if one.stands_out else BLUE for one in cohorts]
    figure = go.Figure()
    for colour, symbol in ((BLUE, "circle"), (ORANGE, "diamond")):
        mine = [n for n, one in enumerate(colours) if one == colour]
        if not mine:
            continue
        group = [cohorts[n] for n in mine]
        figure.add_scatter(
            x=[one.accuracy for one in group],
            y=mine,
            mode="markers",
            marker={"color": colour, "size": 11, "symbol": symbol},
            error_x={
                "type": "data", "symmetric": False, "thickness": 2, "width": 0, "color": colour,
                "array": [one.accuracy_interval[1] - one.accuracy for one in group],
                "arrayminus": [one.accuracy - one.accuracy_interval[0] for one in group],
            },
            hovertext=[
                f"{short(one.name, 40)}: {one.accuracy:.1%} of {one.rows:,} right<br>95%: "
                f"{one.accuracy_interval[0]:.1%} to {one.accuracy_interval[1]:.1%}"
                for one in group
            ],
            hoverinfo="text",
            showlegend=False,
            **STAYS,
        )  # fmt: skip
    if chosen is not None:
        figure.add_hrect(y0=chosen - 0.5, y1=chosen + 0.5, fillcolor=CHOSEN, line_width=0,
                         layer="below")  # fmt: skip
    figure.add_vline(x=overall, line={"width": 1.5, "dash": "dot", "color": GREY})
    low = min((one.accuracy_interval[0] for one in cohorts), default=0.0)
    figure.update_xaxes(
        title="Accuracy", range=[max(0.0, low - 0.03), 1.01], tickformat=".0%", zeroline=False
    )
    figure.update_yaxes(
        tickvals=list(range(len(cohorts))), ticktext=[short(one.name, 24) for one in cohorts],
        range=[len(cohorts) - 0.5, -0.5], showgrid=False, zeroline=False,
    )  # fmt: skip
    figure.update_layout(hovermode="closest", clickmode="event+select")
    return calm(figure, height=90 + 34 * len(cohorts))
