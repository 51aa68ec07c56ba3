"""Texts that only one of two classifiers has right in, bars of them by category out, to click."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from engine.figures.base import BLUE, CHOSEN, GREY, ORANGE, STAYS, calm, short

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

Flips = tuple[str, int, int]
"""A category, how many of its texts only the first has right, and how many only the second."""


def flips_figure(
    flips: Sequence[Flips], names: tuple[str, str], *, chosen: int | None = None
) -> Figure:
    """One line a category: to the right what only the first has right, to the left the second.

    Args:
        flips: The categories, in the order drawn.
        names: Of the two classifiers.
        chosen: Place of the category to mark.
    """
    import plotly.graph_objects as go

    figure = go.Figure()
    most = max((max(one, other) for _, one, other in flips), default=1) or 1
    for side, colour, name in ((1, BLUE, names[0]), (-1, ORANGE, names[1])):
        counts = [one if side > 0 else other for _, one, other in flips]
        figure.add_bar(
            x=[side * n for n in counts],
            y=list(range(len(flips))),
            orientation="h",
            name=f"only {short(name)} is right",
            marker_color=colour,
            text=[f"{n:,}" if n else "" for n in counts],
            textposition="outside",
            cliponaxis=False,
            hovertext=[
                f"{short(label)}: {n:,} that only {short(name)} has right"
                for (label, *_), n in zip(flips, counts, strict=True)
            ],
            hoverinfo="text",
            **STAYS,
        )
    if chosen is not None:
        figure.add_hrect(y0=chosen - 0.5, y1=chosen + 0.5, fillcolor=CHOSEN, line_width=0,
                         layer="below")  # fmt: skip
    figure.add_vline(x=0, line={"width": 1.5, "color": GREY})
    figure.update_xaxes(
        range=[-most * 1.25, most * 1.25], showticklabels=False, showgrid=False, zeroline=False
    )
    figure.update_yaxes(
        tickvals=list(range(len(flips))), ticktext=[short(label) for label, *_ in flips],
        range=[len(flips) - 0.5, -0.5], showgrid=False, zeroline=False,
    )  # fmt: skip
    figure.update_layout(
        barmode="overlay",
        bargap=0.4,
        clickmode="event+select",
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "traceorder": "normal"},
    )
    return calm(figure, height=72 + 36 * len(flips)).update_layout(margin_t=36)


def clicked(points: Sequence[dict[str, Any]]) -> tuple[int, bool] | None:
    """(place of the category, whether it is the first's side) of the bar that was clicked."""
    if not points:
        return None
    return int(points[-1]["y"]), points[-1]["curve_number"] == 0
