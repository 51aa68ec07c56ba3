"""A sweep over least sizes of a topic in; topics, outliers and agreement as one picture out."""

from __future__ import annotations

from collections.abc import Sequence
from math import log10
from typing import TYPE_CHECKING, Any

from engine.figures.base import BLUE, GREEN, GREY, ORANGE, calm
from engine.topics.sweep.plateau import Plateau
from engine.topics.sweep.sweep import Row

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

_SAFE = "rgba(31,163,124,0.14)"
_CLIFF = "rgba(224,142,11,0.30)"


def sweep_figure(
    rows: Sequence[Row],
    *,
    safe: Plateau | None = None,
    cliffs: Sequence[tuple[int, int]] = (),
    present: int = 0,
    topics_now: int = 0,
) -> Figure:
    """Three charts over the least size: topics (log), share in no topic, and agreement.

    Args:
        rows: Of the sweep, the smallest size first.
        safe: The range to shade in green.
        cliffs: Pairs of neighbouring sizes to shade in orange between.
        present: The least size in use; 0 for none.
        topics_now: How many topics there are now; 0 for no line.
    """
    from plotly.subplots import make_subplots

    figure = make_subplots(
        rows=3, cols=1, shared_xaxes=True, vertical_spacing=0.05, row_heights=[0.4, 0.25, 0.35]
    )
    sizes = [row.size for row in rows]
    _line(figure, 1, sizes, [row.topics or None for row in rows], BLUE, "solid",
          "%{y:,} topics", "topics")  # fmt: skip
    _line(figure, 2, sizes, [row.outlier_share for row in rows], GREY, "solid",
          "%{y:.0%} in no topic", "in no topic")  # fmt: skip
    agreements: tuple[tuple[str, Any, str, str], ...] = (
        ("with another seed", lambda row: row.seeds, GREEN, "solid"),
        ("with the next size", lambda row: row.next, BLUE, "dot"),
        ("with the topics here", lambda row: row.fit, ORANGE, "dash"),
    )
    for name, of, colour, dash in agreements:
        values = [None if of(row) != of(row) else of(row) for row in rows]
        _line(figure, 3, sizes, values, colour, dash, f"{name}: %{{y:.2f}}", name, legend=True)
    if safe:
        _shade(figure, safe.low, safe.high, _SAFE, "recommended")
    for before, after in cliffs:
        _shade(figure, before, after, _CLIFF, "cliff: topics more than halve")
    if present:
        line = {"width": 1.5, "dash": "dash", "color": GREY}
        figure.add_vline(x=present, line=line)
        figure.add_scatter(x=[None], y=[None], mode="lines", line=line, name=f"now {present:,}")
    if topics_now:
        _level(figure, sizes, topics_now)
    edges = [log10(sizes[0]) - 0.04, log10(sizes[-1]) + 0.04]
    figure.update_xaxes(
        type="log", range=edges, showgrid=False, zeroline=False, **_ticks(sizes[-1])
    )
    figure.update_xaxes(title_text="Documents a topic has at least", row=3, col=1)
    most = max([row.topics for row in rows] + [topics_now, 2])
    figure.update_yaxes(
        title_text="Topics", type="log", range=[log10(0.8), log10(most * 1.4)], row=1, col=1,
        **_ticks(most),
    )  # fmt: skip
    figure.update_yaxes(
        title_text="In no topic", range=[-0.03, 1.03], tickformat=".0%", dtick=0.5, row=2, col=1
    )
    figure.update_yaxes(title_text="Agreement", range=[-0.05, 1.05], dtick=0.5, row=3, col=1)
    figure.update_layout(
        hovermode="x unified",
        legend={"orientation": "h", "x": 0, "y": -0.14, "yanchor": "top", "itemclick": False,
                "itemdoubleclick": False},
    )  # fmt: skip
    return calm(figure, height=580)


def _ticks(most: int) -> dict[str, list[Any]]:
    """1, 2, 5, 10, 20 and so on, for a log axis up to `most`."""
    values = [many * 10**power for power in range(len(str(most))) for many in (1, 2, 5)]
    return {"tickvals": values, "ticktext": [f"{value:,}" for value in values]}


def _line(
    figure: Figure,
    row: int,
    x: Sequence[int],
    y: Sequence[float | None],
    colour: str,
    dash: str,
    hover: str,
    name: str,
    *,
    legend: bool = False,
) -> None:
    figure.add_scatter(
        x=list(x), y=list(y), name=name, mode="lines+markers", showlegend=legend,
        line={"color": colour, "width": 2, "dash": dash}, marker={"size": 5},
        hovertemplate=f"{hover}<extra></extra>", row=row, col=1,
    )  # fmt: skip


def _level(figure: Figure, sizes: Sequence[int], topics: int) -> None:
    """A line at the number of topics there are; as a trace, for shapes misread a log axis."""
    figure.add_scatter(
        x=[sizes[0], sizes[-1]], y=[topics, topics], mode="lines+text",
        text=["", f"now {topics:,}"], textposition="top left", textfont={"color": GREY},
        showlegend=False, hoverinfo="skip",
        line={"color": GREY, "width": 1, "dash": "dot"}, row=1, col=1,
    )  # fmt: skip


def _shade(figure: Figure, low: int, high: int, colour: str, name: str) -> None:
    shown = {one.name for one in figure.layout.shapes}
    figure.add_vrect(
        x0=low, x1=high, fillcolor=colour, line_width=0, layer="below", name=name, row="all", col=1
    )
    if name not in shown:  # said once in the legend, by a mark of the same colour
        figure.add_scatter(
            x=[None], y=[None], mode="markers", name=name, row=1, col=1,
            marker={"color": colour.replace("0.14", "0.6").replace("0.30", "0.8"), "size": 12,
                    "symbol": "square"},
        )  # fmt: skip
