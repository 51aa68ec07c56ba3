"""How alike each two topics are in, a heat map of it out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from engine.figures.base import ORANGE, RIGHT_RGB, calm, fade, short

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

_NAMED = 60
_TALLEST = 1100


def similarity_figure(
    alike: NDArray[np.floating], names: Sequence[str], *, chosen: tuple[int, int] | None = None
) -> Figure:
    """The more alike, the stronger the colour; a topic against itself is left empty.

    Args:
        alike: (k, k) cosines.
        names: Of the k topics.
        chosen: The pair to frame.
    """
    import plotly.graph_objects as go

    k = len(names)
    off = ~np.eye(k, dtype=bool)
    low, high = (float(v) for v in np.quantile(alike[off], [0.3, 1])) if k > 1 else (0.0, 1.0)
    shown = np.where(off, alike, np.nan)
    figure = go.Figure(
        go.Heatmap(
            z=shown, zmin=low, zmax=max(high, low + 1e-6), colorscale=fade(RIGHT_RGB, 1.0),
            xgap=1 if k <= _NAMED else 0, ygap=1 if k <= _NAMED else 0,
            hovertemplate="%{y}<br>%{x}<br>cosine %{z:.2f}<extra></extra>",
            colorbar={"orientation": "h", "thickness": 10, "len": 0.5, "x": 1, "xanchor": "right",
                      "y": 0, "yanchor": "top", "ypad": 12, "nticks": 5, "outlinewidth": 0},
        )
    )  # fmt: skip
    for i, j in (chosen, chosen[::-1]) if chosen else ():
        figure.add_shape(
            type="rect", x0=j - 0.5, x1=j + 0.5, y0=i - 0.5, y1=i + 0.5,
            line={"width": 2.5, "color": ORANGE},
        )  # fmt: skip
    told = {"tickvals": list(range(k)), "showgrid": False, "zeroline": False}
    figure.update_xaxes(
        ticktext=[short(name, 30) for name in names], showticklabels=False, ticks="",
        range=[-0.5, k - 0.5], **told,
    )  # fmt: skip
    figure.update_yaxes(
        ticktext=[short(name, 26) for name in names], range=[k - 0.5, -0.5],
        showticklabels=k <= _NAMED, ticks="", **told,
    )  # fmt: skip
    return calm(figure, height=min(_TALLEST, 90 + max(9, 26 - k // 5) * k))
