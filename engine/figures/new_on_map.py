"""A map and the documents nearest to a new one in, the map with its place marked out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from engine.figures.base import BLUE, GREY, ORANGE, calm, short

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

_SHOWN = 4000


def new_on_map_figure(
    points: NDArray[np.uint16],
    mine: NDArray[np.bool_],
    near: NDArray[np.int64],
    weights: NDArray[np.floating],
    *,
    name: str,
) -> Figure:
    """Some of the documents, those of the topic in blue, the nearest ringed, the new one a star.

    Args:
        points: (n, 2) on the map.
        mine: (n,) whether a document is of the topic; empty where there is none.
        near: (c,) places of the nearest documents.
        weights: (c,) how near; the star lies in the middle of them.
        name: The topic's.
    """
    import plotly.graph_objects as go

    some = np.arange(len(points))
    if len(points) > _SHOWN:
        some = np.sort(np.random.default_rng(0).permutation(len(points))[:_SHOWN])
    inside = mine[some] if len(mine) else np.zeros(len(some), dtype=bool)
    figure = go.Figure()
    groups = ((some[~inside], GREY, 0.25, "Documents"), (some[inside], BLUE, 0.6, short(name, 30)))
    for places, colour, opacity, called in groups:
        if len(places):
            figure.add_scattergl(
                x=points[places, 0].tolist(), y=points[places, 1].tolist(), mode="markers",
                marker={"size": 3, "color": colour, "opacity": opacity}, hoverinfo="skip",
                name=called,
            )  # fmt: skip
    figure.add_scattergl(
        x=points[near, 0].tolist(), y=points[near, 1].tolist(), mode="markers",
        marker={"size": 9, "color": "rgba(0,0,0,0)", "line": {"color": ORANGE, "width": 2}},
        hoverinfo="skip", name="Nearest",
    )  # fmt: skip
    x, y = middle(points[near], weights)
    figure.add_scattergl(
        x=[x], y=[y], mode="markers", hoverinfo="skip", name="The new text",
        marker={"size": 17, "color": ORANGE, "symbol": "star",
                "line": {"color": "#1B2328", "width": 1}},
    )  # fmt: skip
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False, scaleanchor="x")
    figure.update_layout(
        legend={
            "orientation": "h",
            "x": 0,
            "y": 0,
            "yanchor": "top",
            "itemclick": False,
            "itemsizing": "constant",
        }
    )
    return calm(figure, height=330)


def middle(points: NDArray[np.uint16], weights: NDArray[np.floating]) -> tuple[float, float]:
    """The one of (c, 2) points that lies nearest to all others, each as heavy as it is near.

    A mean would lie between two groups, where nothing is.
    """
    places = points.astype(float)
    heavy = np.maximum(np.asarray(weights, dtype=float), 0) + 1e-9
    far = np.sqrt(((places[:, None] - places[None]) ** 2).sum(axis=2)) @ heavy
    x, y = places[int(np.argmin(far))].tolist()
    return x, y
