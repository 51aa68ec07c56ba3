"""Topics over time in, a line for each with its interval out; a click tells topic and period."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from engine.figures.base import CHOSEN, GREY, STAYS, calm, short

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

_BANDS = 5
"""Up to so many lines show their intervals; those of more would hide each other."""
_SYMBOLS = ("circle", "square", "diamond", "triangle-up", "cross", "x", "star", "triangle-down")
_MARKED = 60


@dataclass(frozen=True, eq=False)
class Line:
    """A topic over b periods. tone: "#RRGGBB". values, low, high: (b,), nan where there is none."""

    name: str
    tone: str
    values: NDArray[np.floating]
    low: NDArray[np.floating]
    high: NDArray[np.floating]


def trends_figure(
    lines: Sequence[Line],
    periods: Sequence[str],
    totals: NDArray[np.int64],
    *,
    few: int,
    shares: bool = True,
    chosen: tuple[int, int] | None = None,
) -> Figure:
    """Shares of each period's documents, or counts; grey where a period has few.

    Args:
        lines: The topics.
        periods: b names.
        totals: (b,) documents of each period.
        few: A period with fewer documents is grey.
        shares: Whether values are shares; intervals are drawn then.
        chosen: Place of the line and of the period to mark.
    """
    import plotly.graph_objects as go

    figure = go.Figure()
    names = list(periods)
    for place, line in enumerate(lines):
        figure.add_scatter(
            x=names,
            y=_listed(line.values),
            mode="lines+markers" if len(names) <= _MARKED else "lines",
            name=short(line.name, 34),
            zorder=2,
            line={"color": line.tone, "width": 2.5},
            marker={
                "symbol": _SYMBOLS[place % len(_SYMBOLS)],
                "size": [_size(place, b, chosen) for b in range(len(names))],
            },
            hovertext=[_told(line, b, names[b], int(totals[b]), shares) for b in range(len(names))],
            hoverinfo="text",
            **STAYS,
        )
    enough = totals >= few
    for line in lines if shares and len(lines) <= _BANDS else ():
        for part in _runs(np.isfinite(line.values) & enough):
            figure.add_scatter(**_band(line, names, part))
    for part in _runs(~enough):
        figure.add_vrect(
            x0=part[0] - 0.5, x1=part[-1] + 0.5, fillcolor=CHOSEN, line_width=0, layer="below"
        )
    figure.update_xaxes(type="category", showgrid=False, nticks=12, range=[-0.5, len(names) - 0.5])
    # Shares of a few documents jump: they may leave the chart, for the others to be seen.
    top = _highest(lines, enough) or _highest(lines, ~enough)
    figure.update_yaxes(
        title="Share of the documents" if shares else "Documents",
        tickformat=".0%" if shares and top > 0.04 else ".1%" if shares else ",",
        range=[0, (1.15 * top) or 1],
        zerolinecolor=GREY,
    )
    figure.update_layout(
        hovermode="closest",
        clickmode="event+select",
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
    )
    return calm(figure, height=400).update_layout(margin_t=30)


def clicked(
    points: Sequence[Mapping[str, Any]], lines: int, periods: int
) -> tuple[int, int] | None:
    """(line, period) of the point that was clicked last; None for no point of a line."""
    for point in reversed(points):
        line, place = point.get("curve_number"), point.get("point_index")
        if isinstance(line, int) and isinstance(place, int) and line < lines and place < periods:
            return line, place
    return None


def _told(line: Line, b: int, period: str, total: int, shares: bool) -> str:
    if not np.isfinite(line.values[b]):
        return f"{period}: no document"
    value = float(line.values[b])
    if not shares:
        return f"{short(line.name, 40)}<br>{period}: {value:,.0f} of {total:,} documents"
    return (
        f"{short(line.name, 40)}<br>{period}: {value:.1%} of {total:,} documents"
        f"<br>95%: {line.low[b]:.1%} to {line.high[b]:.1%}"
    )


def _band(line: Line, names: Sequence[str], part: list[int]) -> dict[str, Any]:
    there = [names[b] for b in part]
    return {
        "x": [*there, *reversed(there)],
        "y": [*line.high[part].tolist(), *line.low[part][::-1].tolist()],
        "mode": "lines",  # Plotly would mark the few corners of the band
        "fill": "toself",
        "fillcolor": f"rgba{(*_rgb(line.tone), 0.09)}",
        "line": {"width": 0},
        "hoverinfo": "skip",
        "showlegend": False,
        "zorder": 1,
    }


def _size(line: int, period: int, chosen: tuple[int, int] | None) -> int:
    return 15 if (line, period) == chosen else 7


def _highest(lines: Sequence[Line], where: NDArray[np.bool_]) -> float:
    found = [line.values[where & np.isfinite(line.values)] for line in lines]
    return max((float(values.max()) for values in found if len(values)), default=0.0)


def _listed(values: NDArray[np.floating]) -> list[float | None]:
    return [float(v) if np.isfinite(v) else None for v in values]


def _runs(where: NDArray[np.bool_]) -> list[list[int]]:
    """The places where it is true, those in a row together."""
    places = np.flatnonzero(where)
    parts = np.split(places, np.flatnonzero(np.diff(places) > 1) + 1)
    return [part.tolist() for part in parts if len(part)]


def _rgb(digits: str) -> tuple[int, int, int]:
    return int(digits[1:3], 16), int(digits[3:5], 16), int(digits[5:7], 16)
