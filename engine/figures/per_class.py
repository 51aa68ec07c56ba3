"""Scores of each category in, a dot chart of them out: precision, recall and F1 with intervals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from engine.figures.base import BLUE, GREEN, ORANGE, calm, short

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

_MEASURES = (
    ("precision", "precision", ORANGE, "triangle-up", -0.22),
    ("recall", "recall", GREEN, "square", 0.0),
    ("f1", "F1", BLUE, "circle", 0.22),
)


def per_class_figure(per_class: Mapping[str, Mapping[str, Any]]) -> Figure:
    """One line a category, in the order given; bars are the 95% bootstrap intervals.

    Args:
        per_class: category to precision, recall, f1 (0 to 1), their ``*_interval`` and support.
    """
    import plotly.graph_objects as go

    labels = list(per_class)
    places = range(len(labels))
    figure = go.Figure()
    for measure, name, colour, symbol, shift in _MEASURES:
        values = [per_class[label][measure] for label in labels]
        low, high = zip(*(per_class[label][f"{measure}_interval"] for label in labels), strict=True)
        figure.add_scatter(
            x=values,
            y=[place + shift for place in places],
            name=name,
            mode="markers",
            marker={"color": colour, "symbol": symbol, "size": 10},
            error_x={
                "type": "data", "symmetric": False, "thickness": 2, "width": 0, "color": colour,
                "array": [max(0.0, h - v) for h, v in zip(high, values, strict=True)],
                "arrayminus": [max(0.0, v - w) for w, v in zip(low, values, strict=True)],
            },
            hovertext=[
                f"{short(label)}: {name} {value:.3f}<br>95%: {a:.3f} to {b:.3f}"
                for label, value, a, b in zip(labels, values, low, high, strict=True)
            ],
            hoverinfo="text",
        )  # fmt: skip
    lowest = min((one[f"{m}_interval"][0] for one in per_class.values() for m, *_ in _MEASURES),
                 default=0.0)  # fmt: skip
    figure.update_xaxes(range=[max(0.0, lowest - 0.03), 1.01], tickformat=".0%", zeroline=False)
    figure.update_yaxes(
        tickvals=list(places), ticktext=[short(label) for label in labels],
        range=[len(labels) - 0.5, -0.5], showgrid=False, zeroline=False,
    )  # fmt: skip
    for place in list(places)[1:]:
        figure.add_hline(y=place - 0.5, line={"width": 1, "color": "rgba(128,138,146,0.25)"})
    figure.update_layout(legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"})
    return calm(figure, height=84 + 56 * len(labels)).update_layout(margin_t=36)
