"""Trials of a search in, one line for each across an axis per setting out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.figures.base import BLUE, GREY, ORANGE, calm, short

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

_DIGITS = 3
_APART = 0.045
_BESIDE: dict[str, Any] = {"xanchor": "left", "xshift": 8}
_ABOVE: dict[str, Any] = {"yanchor": "bottom", "yshift": 12}
_BELOW: dict[str, Any] = {"yanchor": "top", "yshift": -12}


def parallel_figure(
    settings: Sequence[Mapping[str, Any]],
    scores: Sequence[float],
    *,
    names: Mapping[str, str],
    score_name: str,
    whole: Sequence[bool],
    best: int,
) -> Figure:
    """Each trial as a line from its settings to its score; the best one stands out.

    The nearer a score to the best, the stronger its line, and the top of the last axis is the best
    end. Where several trials share one of a few values, their lines part a little, so that each
    can be followed.

    Args:
        settings: Field to value, of every trial.
        scores: Of every trial.
        names: Field to what people call it; its order is that of the axes.
        score_name: What people call the score, the last axis.
        whole: Whether each trial was carried to its end.
        best: Which trial is the best.
    """
    import plotly.graph_objects as go

    columns: list[list[Any]] = [[trial.get(name) for trial in settings] for name in names]
    near = _nearness(scores, best)
    axes = [_axis(column) for column in columns]
    axes = [(_parted(heights, near), ticks) for heights, ticks in axes]
    heights, ticks = _axis(list(scores))
    if scores[best] < max(scores):  # of a loss less is better
        heights, ticks = [1 - h for h in heights], [(1 - h, text) for h, text in ticks]
    axes.append((heights, ticks))
    columns.append(list(scores))
    titles = [*names.values(), score_name]
    figure = go.Figure()
    order = sorted(range(len(scores)), key=lambda n: (n == best, whole[n], near[n]))
    for n in order:
        told = [f"{short(title)}: {_said(column[n])}" for title, column in
                zip(titles, columns, strict=True)]  # fmt: skip
        colour, width = (ORANGE, 4) if n == best else (BLUE, 2) if whole[n] else (GREY, 1.5)
        figure.add_scatter(
            x=list(range(len(axes))),
            y=[axis[0][n] for axis in axes],
            mode="lines+markers",
            line={"color": colour, "width": width, "dash": "solid" if whole[n] else "dot"},
            marker={"size": 8 if n == best else 5},
            opacity=1 if n == best else 0.3 + 0.6 * near[n] if whole[n] else 0.7,
            name=f"trial {n + 1}",
            hovertemplate="<br>".join(told) + f"<extra>trial {n + 1}</extra>",
            showlegend=False,
        )
    for place, (_, ticks) in enumerate(axes):
        figure.add_shape(
            type="line", x0=place, x1=place, y0=-_APART, y1=1 + _APART, layer="below",
            line={"width": 1, "color": "rgba(128,138,146,0.6)"},
        )  # fmt: skip
        for height, text in ticks:
            # The ends stand beyond the lines, where none crosses them.
            where = _BESIDE if 0 < height < 1 else _ABOVE if height else _BELOW
            figure.add_annotation(
                x=place, y=height, text=short(text, 14).replace(" ", "<br>"), showarrow=False,
                font={"size": 11}, **where,
            )  # fmt: skip
    figure.update_xaxes(
        tickvals=list(range(len(axes))), tickangle=0,
        ticktext=[short(title, 18).replace(" ", "<br>") for title in titles],
        range=[-0.4, len(axes) - 0.6], showgrid=False, side="top", zeroline=False,
    )  # fmt: skip
    figure.update_yaxes(visible=False, range=[-0.2, 1.16])
    return calm(figure, height=400).update_layout(margin_t=44)


def _nearness(scores: Sequence[float], best: int) -> list[float]:
    """How near each score is to the best: 1 is as good, 0 the farthest."""
    away = np.abs(np.asarray(scores, dtype=float) - scores[best])
    near: list[float] = (1 - away / max(float(away.max()), 1e-12)).tolist()
    return near


def _parted(heights: list[float], near: list[float]) -> list[float]:
    """Heights with those that are equal drawn a little apart, the best on top."""
    apart = list(heights)
    for value in set(heights):
        mine = sorted((n for n, h in enumerate(heights) if h == value), key=lambda n: near[n])
        wide = min(_APART, 0.012 * (len(mine) - 1))
        for n, shift in zip(mine, np.linspace(-wide, wide, len(mine)), strict=True):
            apart[n] = value + (float(shift) if len(mine) > 1 else 0.0)
    return apart


def _axis(values: list[Any]) -> tuple[list[float], list[tuple[float, str]]]:
    """Height of each value between 0 and 1, and (height, text) of its ticks.

    Few values, and all that are no numbers, have a place each; others lie by their size, by its
    logarithm where they span more than a decade.
    """
    several = sorted(set(values), key=lambda v: (isinstance(v, str), v))
    if len(several) <= 5 or any(isinstance(v, (str, bool)) for v in several):
        step = {v: n / max(1, len(several) - 1) if len(several) > 1 else 0.5
                for n, v in enumerate(several)}  # fmt: skip
        return [step[v] for v in values], [(step[v], _said(v)) for v in several]
    numbers = np.array(values, dtype=float)
    low, high = numbers.min(), numbers.max()
    if low > 0 and high / low > 10:
        numbers, low, high = np.log(numbers), np.log(low), np.log(high)
    heights = (numbers - low) / (high - low)
    return heights.tolist(), [(0.0, _said(several[0])), (1.0, _said(several[-1]))]


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.{_DIGITS}g}" if isinstance(value, float) else str(value).replace("_", " ")
