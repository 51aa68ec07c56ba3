"""A table of numbers in, a heat map of it whose cells can be clicked out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from engine.figures.base import (
    INK_ON_DARK,
    INK_ON_LIGHT,
    RIGHT_RGB,
    WHITE,
    WRONG_RGB,
    calm,
    short,
)

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

_WRITTEN = 150
"""Most cells that hold their number too."""
_WIDE = 12
_LEVEL = 32
"""Characters that column names may have together to stand level."""
_STRONG = 0.7


def cells_figure(
    values: NDArray[np.floating],
    rows: Sequence[str],
    columns: Sequence[str],
    *,
    told: Callable[[int, int], str],
    written: Callable[[float], str],
    most: float | None = None,
    both_ways: bool = False,
    chosen: tuple[int, int] | None = None,
    dark: bool = False,
) -> Figure:
    """The stronger the colour, the larger the value; blue above 0, orange below.

    Plotly tells no clicks on heat maps to Streamlit, so the last trace is one unseen marker a cell,
    row by row: :func:`clicked` turns a click on it back into a cell.

    Args:
        values: (r, c).
        rows: r names.
        columns: c names.
        told: Row and column in, what the pointer tells of the cell out.
        written: A value in, as it stands in a cell out.
        most: The value of the strongest colour; None takes the largest.
        both_ways: Whether values below 0 have a colour.
        chosen: The cell to frame.
        dark: Whether it stands on a dark background.
    """
    import plotly.graph_objects as go

    r, c = values.shape
    top = most or max(float(np.abs(values).max(initial=0)), 1e-9)
    figure = go.Figure(
        go.Heatmap(
            z=values, zmin=-top if both_ways else 0, zmax=top, colorscale=_scale(both_ways),
            showscale=False, xgap=2 if c <= 30 else 0, ygap=2 if r <= 40 else 0, hoverinfo="skip",
        )
    )  # fmt: skip
    if r * c <= _WRITTEN and c <= _WIDE:
        strong = values >= _STRONG * top
        ink = INK_ON_DARK if dark else INK_ON_LIGHT
        figure.add_traces([_texts(values, written, ~strong, ink),
                           _texts(values, written, strong, WHITE)])  # fmt: skip
    figure.add_scatter(
        x=np.tile(np.arange(c), r).tolist(),
        y=np.repeat(np.arange(r), c).tolist(),
        mode="markers",
        marker={"size": 22, "symbol": "square", "opacity": 0},
        selected={"marker": {"opacity": 0}},
        unselected={"marker": {"opacity": 0}},
        hovertext=[told(i, j) for i in range(r) for j in range(c)],
        hoverinfo="text",
    )
    if chosen is not None:
        i, j = chosen
        figure.add_shape(
            type="rect", x0=j - 0.5, x1=j + 0.5, y0=i - 0.5, y1=i + 0.5,
            line={"width": 3, "color": f"rgb{WRONG_RGB}"},
        )  # fmt: skip
    ticks: dict[str, Any] = {"showgrid": False, "zeroline": False}
    figure.update_xaxes(
        tickvals=list(range(c)), ticktext=[short(name, 14) for name in columns],
        range=[-0.5, c - 0.5], side="top",
        tickangle=0 if c * max(map(len, columns), default=0) <= _LEVEL else -60,
        tickfont={"size": 11}, **ticks,
    )  # fmt: skip
    figure.update_yaxes(
        tickvals=list(range(r)), ticktext=[short(name, 26) for name in rows],
        range=[r - 0.5, -0.5], **ticks,
    )  # fmt: skip
    figure.update_layout(
        showlegend=False, hovermode="closest", hoverdistance=-1, clickmode="event+select"
    )
    return calm(figure, height=110 + max(20, 30 - r // 4) * r)


def clicked(points: Sequence[Mapping[str, Any]], rows: int, columns: int) -> tuple[int, int] | None:
    """The cell (row, column) of a click; None for no cell."""
    for point in reversed(points):
        place = point.get("point_index", point.get("point_number"))
        if isinstance(place, int) and 0 <= place < rows * columns:
            return place // columns, place % columns
    return None


def _scale(both_ways: bool) -> list[tuple[float, str]]:
    """Weak shares grow faster than strong ones, for most are far from the strongest."""
    steps = [n / 8 for n in range(9)]

    def side(rgb: tuple[int, int, int], power: float) -> list[str]:
        return ["rgba({},{},{},{:.3f})".format(*rgb, 0.03 + 0.97 * s**power) for s in steps]

    if not both_ways:
        return list(zip(steps, side(RIGHT_RGB, 0.65), strict=True))
    below, above = side(WRONG_RGB, 1.2), side(RIGHT_RGB, 1.2)
    return [
        *((0.5 - s / 2, one) for s, one in zip(reversed(steps), reversed(below), strict=True)),
        *((0.5 + s / 2, one) for s, one in zip(steps, above, strict=True)),
    ]


def _texts(
    values: NDArray[np.floating],
    written: Callable[[float], str],
    where: NDArray[np.bool_],
    ink: str,
) -> Any:
    import plotly.graph_objects as go

    i, j = np.nonzero(where)
    return go.Scatter(
        x=j.tolist(), y=i.tolist(), mode="text", textfont={"size": 12, "color": ink},
        text=[written(float(values[a, b])) for a, b in zip(i, j, strict=True)], hoverinfo="skip",
    )  # fmt: skip
