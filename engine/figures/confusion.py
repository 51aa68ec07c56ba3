"""A confusion matrix in, a chart of it out: hits in blue, mistakes in orange, cells to click."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from engine.figures import cells
from engine.figures.base import (
    INK_ON_DARK,
    INK_ON_LIGHT,
    RIGHT_RGB,
    WHITE,
    WRONG_RGB,
    calm,
    fade,
    short,
)

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

_MOST_WRONG = 0.75
_WHITE_FROM = 0.82
_TEXT_UP_TO = 14


def confusion_figure(
    matrix: Sequence[Sequence[int]],
    labels: Sequence[str],
    *,
    shares: bool = False,
    chosen: tuple[int, int] | None = None,
    dark: bool = False,
) -> Figure:
    """Rows are the true category, columns the predicted one; colour is the share of the row.

    Plotly tells no clicks on heat maps to Streamlit, so the last trace is one unseen marker a cell,
    row by row: :func:`clicked` turns a click on it back into a cell.

    Args:
        matrix: (n, n) counts.
        labels: n names.
        shares: Write the share of the row, rather than the count, into the cells.
        chosen: The cell (true, predicted) to frame.
        dark: Whether it stands on a dark background.
    """
    import plotly.graph_objects as go

    counts = np.asarray(matrix, dtype=np.int64)
    n = len(labels)
    part = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    hit = np.eye(n, dtype=bool)
    figure = go.Figure(
        [
            _layer(part, hit, 1.0, fade(RIGHT_RGB, 1.0)),
            _layer(part, ~hit, _scale(part[~hit]), fade(WRONG_RGB, _MOST_WRONG)),
        ]
    )
    ink = INK_ON_DARK if dark else INK_ON_LIGHT
    if n <= _TEXT_UP_TO:
        written = [[_cell(counts[i, j], part[i, j], shares) for j in range(n)] for i in range(n)]
        strong = hit & (part >= _WHITE_FROM)
        figure.add_traces([_texts(written, ~strong, ink), _texts(written, strong, WHITE)])
    figure.add_trace(_targets(counts, part, labels))
    if chosen is not None:
        i, j = chosen
        figure.add_shape(
            type="rect", x0=j - 0.5, x1=j + 0.5, y0=i - 0.5, y1=i + 0.5,
            line={"width": 3, "color": f"rgb{WRONG_RGB}" if i != j else f"rgb{RIGHT_RGB}"},
        )  # fmt: skip
    names = [short(label, 16 if n > 6 else 22) for label in labels]
    ticks: dict[str, Any] = {
        "tickvals": list(range(n)), "ticktext": names, "showgrid": False, "zeroline": False,
    }  # fmt: skip
    figure.update_xaxes(title="What the classifier said", range=[-0.5, n - 0.5], **ticks)
    figure.update_yaxes(title="What it is", range=[n - 0.5, -0.5], **ticks)
    figure.update_layout(
        showlegend=False, hovermode="closest", hoverdistance=-1, clickmode="event+select"
    )
    return calm(figure, height=max(320, min(150 + 62 * n, 720)))


def clicked(points: Sequence[Mapping[str, Any]], n: int) -> tuple[int, int] | None:
    """The cell (true, predicted) of a click, from the points Plotly tells; None for no cell."""
    return cells.clicked(points, n, n)


def _layer(
    part: NDArray[np.float64],
    where: NDArray[np.bool_],
    most: float,
    scale: list[tuple[float, str]],
) -> Any:
    import plotly.graph_objects as go

    shown = np.where(where, part, np.nan)
    return go.Heatmap(
        z=shown, zmin=0, zmax=most, colorscale=scale, showscale=False, xgap=3, ygap=3,
        hoverinfo="skip",
    )  # fmt: skip


def _texts(written: list[list[str]], where: NDArray[np.bool_], ink: str) -> Any:
    import plotly.graph_objects as go

    i, j = np.nonzero(where)
    return go.Scatter(
        x=j.tolist(), y=i.tolist(), text=[written[a][b] for a, b in zip(i, j, strict=True)],
        mode="text", textfont={"size": 15, "color": ink}, hoverinfo="skip",
    )  # fmt: skip


def _targets(counts: NDArray[np.int64], part: NDArray[np.float64], labels: Sequence[str]) -> Any:
    """One unseen marker a cell, row by row: what a click finds."""
    import plotly.graph_objects as go

    n = len(labels)
    told = [
        f"{counts[i, j]:,} of {counts[i].sum():,} {short(labels[i])}<br>taken for "
        f"{short(labels[j])} ({part[i, j]:.1%})"
        for i in range(n)
        for j in range(n)
    ]
    return go.Scatter(
        x=[j for _ in range(n) for j in range(n)],
        y=[i for i in range(n) for _ in range(n)],
        mode="markers",
        marker={"size": 26, "symbol": "square", "opacity": 0},
        # A click must not make the others fade: the frame around the cell shows the choice.
        selected={"marker": {"opacity": 0}},
        unselected={"marker": {"opacity": 0}},
        hovertext=told,
        hoverinfo="text",
    )


def _scale(wrong: NDArray[np.float64]) -> float:
    """The share that gets the full colour: the largest mistake, but never a trifle."""
    return max(float(wrong.max(initial=0.0)), 0.2)


def _cell(count: int, part: float, shares: bool) -> str:
    if not shares:
        return f"{count:,}"
    return "0" if not count else "<1 %" if part < 0.01 else f"{part * 100:.0f} %"
