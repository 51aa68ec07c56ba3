"""A map and where a document lies on it as words are taken out in, the map with its way out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from engine.figures.base import GREY, INK_ON_LIGHT, WHITE, calm, short
from engine.figures.sides import Sides

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

_SHOWN = 4000


def moved_on_map_figure(
    points: NDArray[np.uint16],
    side: NDArray[np.int8],
    way: Sequence[tuple[float, float]],
    gone: Sequence[int],
    *,
    sides: Sides,
) -> Figure:
    """Some of the documents, those of the two topics in their colours, and the way of one.

    Args:
        points: (n, 2) on the map.
        side: (n,) 1 for documents of the topic, 2 for those of the other, 0 for all else.
        way: (s,) where it lies.
        gone: (s,) how many words are out of it there.
        sides: The two topics and their colours.
    """
    import plotly.graph_objects as go

    some = np.arange(len(points))
    if len(points) > _SHOWN:
        some = np.sort(np.random.default_rng(0).permutation(len(points))[:_SHOWN])
    figure = go.Figure()
    groups = (
        (0, GREY, 0.25, "Other documents", "circle"),
        (1, sides.colour, 0.75, short(sides.of, 30), "circle"),
        (2, sides.other, 0.75, short(sides.against, 30), "diamond"),
    )
    for number, colour, opacity, called, symbol in groups:
        mine = some[side[some] == number]
        if len(mine):
            figure.add_scattergl(
                x=points[mine, 0].tolist(), y=points[mine, 1].tolist(), mode="markers",
                marker={"size": 4, "color": colour, "opacity": opacity, "symbol": symbol},
                hoverinfo="skip", name=called,
            )  # fmt: skip
    edge = {"color": INK_ON_LIGHT, "width": 1}
    figure.add_scattergl(
        x=[x for x, _ in way], y=[y for _, y in way], mode="lines", name="Its way",
        line={"color": INK_ON_LIGHT, "width": 5}, hoverinfo="skip", showlegend=False,
    )  # fmt: skip
    figure.add_scattergl(
        x=[x for x, _ in way], y=[y for _, y in way], mode="lines+markers", showlegend=False,
        line={"color": WHITE, "width": 2.5}, marker={"size": 6, "color": WHITE, "line": edge},
        text=[f"{k} words out" for k in gone], hovertemplate="%{text}<extra></extra>",
    )  # fmt: skip
    ends = ((0, "star", "Whole"), (-1, "x", f"Without {gone[-1]} words"))
    for at, symbol, called in ends:
        figure.add_scattergl(
            x=[way[at][0]], y=[way[at][1]], mode="markers", name=called, hoverinfo="skip",
            marker={"size": 16, "symbol": symbol, "color": WHITE, "line": {**edge, "width": 1.5}},
        )  # fmt: skip
    (left, right), (low, high) = _window(points[side > 0], way)
    figure.update_xaxes(visible=False, range=[left, right])
    figure.update_yaxes(visible=False, scaleanchor="x", range=[low, high])
    figure.update_layout(
        legend={"orientation": "h", "x": 0, "y": 0, "yanchor": "top", "itemclick": False,
                "itemsizing": "constant"}
    )  # fmt: skip
    return calm(figure, height=360)


def _window(
    mine: NDArray[np.uint16], way: Sequence[tuple[float, float]]
) -> tuple[tuple[float, float], tuple[float, float]]:
    """The part of the map with nearly all of the two topics and all of the way, and some room."""
    low, high = np.array(way).min(axis=0), np.array(way).max(axis=0)
    if len(mine):
        most = np.quantile(mine, [0.02, 0.98], axis=0)
        low, high = np.minimum(low, most[0]), np.maximum(high, most[1])
    room = 0.15 * float((high - low).max()) + 300
    (left, under), (right, over) = (low - room).tolist(), (high + room).tolist()
    return (left, right), (under, over)
