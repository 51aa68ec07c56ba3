"""Attention weights by layer and word, or by word and word, in; a quiet heat map out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from engine.figures.base import calm, fade, short

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

_INK_RGB = (120, 110, 150)
"""A colour of neither side: attention speaks for nothing."""

Floats = NDArray[np.floating]


def attention_map(weights: Floats, rows: Sequence[str], words: Sequence[str]) -> Figure:
    """A row a layer (or a looking word), a column a word that is looked at.

    Args:
        weights: (rows, words) shares of attention.
        rows: What each row is called.
        words: In the text's order.
    """
    import plotly.graph_objects as go

    shown = [short(word, 16) for word in words]
    hover = [
        [
            f"{short(row, 40)}<br>{word}: {weight:.1%}"
            for word, weight in zip(shown, line, strict=True)
        ]
        for row, line in zip(rows, weights, strict=True)
    ]
    figure = go.Figure(
        go.Heatmap(
            z=weights, zmin=0, colorscale=fade(_INK_RGB, 0.95), showscale=False, xgap=1, ygap=1,
            x=list(range(len(words))), y=list(range(len(rows))), hovertext=hover, hoverinfo="text",
        )
    )  # fmt: skip
    axis = {"showgrid": False, "zeroline": False, "ticks": ""}
    figure.update_xaxes(
        tickvals=list(range(len(words))), ticktext=shown, tickangle=-60, side="top", **axis
    )
    figure.update_yaxes(
        tickvals=list(range(len(rows))), ticktext=[short(row, 18) for row in rows],
        range=[len(rows) - 0.5, -0.5], **axis,
    )  # fmt: skip
    return calm(figure, height=130 + 22 * max(len(rows), 2))
