"""Rows of each category and split in, stacked bars of them out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from engine.figures.base import BLUE, GREY, ORANGE, calm, short

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

_PARTS = (("train", BLUE), ("validation", GREY), ("test", ORANGE))


def balance_figure(counts: Mapping[str, Mapping[str, int]], *, most: int = 12) -> Figure:
    """One bar a category, the largest first; beyond `most` the rest is one bar.

    Args:
        counts: category to train, validation, test, to rows.
        most: Bars at most.
    """
    import plotly.graph_objects as go

    ordered = sorted(counts, key=lambda label: -sum(counts[label].values()))
    rest = ordered[most:]
    figure = go.Figure()
    names = [short(label) for label in ordered[:most]] + ([f"{len(rest):,} others"] if rest else [])
    for part, colour in _PARTS:
        rows = [counts[label].get(part, 0) for label in ordered[:most]]
        rows += [sum(counts[label].get(part, 0) for label in rest)] if rest else []
        figure.add_bar(
            x=rows, y=list(range(len(rows))), name=part, orientation="h", marker_color=colour,
            hovertext=[f"{n}: {r:,} {part}" for n, r in zip(names, rows, strict=True)],
            hoverinfo="text",
        )  # fmt: skip
    figure.update_yaxes(
        tickvals=list(range(len(names))), ticktext=names, autorange="reversed", showgrid=False
    )
    figure.update_layout(
        barmode="stack",
        bargap=0.35,
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "traceorder": "normal"},
    )
    return calm(figure, height=96 + 34 * len(names)).update_layout(margin_t=32)
