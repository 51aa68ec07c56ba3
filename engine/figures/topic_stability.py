"""How surely each topic is found again in, a chart of them with their spread out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.figures.base import BLUE, GREY, ORANGE, calm, short
from engine.topics.stability.score import FOUND, STABLE

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

_KINDS = (
    ("stable", BLUE, "circle"),
    ("doubtful", GREY, "square"),
    ("comes and goes", ORANGE, "diamond"),
)


@dataclass(frozen=True)
class Line:
    """One topic: its name, the mean, least and most Jaccard, and what else to say of it."""

    name: str
    jaccard: float
    low: float
    high: float
    told: str


def kind_of(jaccard: float) -> str:
    """'stable' from 0.75 on, 'doubtful' from 0.5 on, else 'comes and goes' (Hennig 2007)."""
    return _KINDS[(jaccard < STABLE) + (jaccard < FOUND)][0]


def stability_figure(lines: Sequence[Line]) -> Figure:
    """One line a topic, in the order given: a mark for the mean, a bar from the least to the most.

    Args:
        lines: The topics.
    """
    import plotly.graph_objects as go

    figure = go.Figure()
    for kind, colour, symbol in _KINDS:
        mine = [n for n, line in enumerate(lines) if kind_of(line.jaccard) == kind]
        group = [lines[n] for n in mine]
        if not mine:
            continue
        figure.add_scatter(
            x=[line.jaccard for line in group],
            y=mine,
            name=kind,
            mode="markers",
            marker={"color": colour, "size": 11, "symbol": symbol},
            error_x={
                "type": "data", "symmetric": False, "thickness": 2, "width": 0, "color": colour,
                "array": [line.high - line.jaccard for line in group],
                "arrayminus": [line.jaccard - line.low for line in group],
            },
            hovertext=[
                f"<b>{short(line.name, 60)}</b><br>mean {line.jaccard:.2f}, from {line.low:.2f} "
                f"to {line.high:.2f}<br>{short(line.told, 90)}"
                for line in group
            ],
            hoverinfo="text",
        )  # fmt: skip
    for limit in (FOUND, STABLE):
        figure.add_vline(x=limit, line={"width": 1, "dash": "dot", "color": GREY}, layer="below")
    figure.update_xaxes(
        title="Documents in common (Jaccard)", range=[-0.02, 1.02],
        tickvals=[0, 0.25, 0.5, 0.75, 1], tickformat=".2~f", zeroline=False, showgrid=False,
    )  # fmt: skip
    figure.update_yaxes(
        tickvals=list(range(len(lines))), ticktext=[short(line.name, 26) for line in lines],
        range=[len(lines) - 0.4, -0.6], showgrid=False, zeroline=False,
    )  # fmt: skip
    figure.update_layout(
        hovermode="closest",
        showlegend=True,
        legend={"orientation": "h", "x": 0, "y": 1, "yanchor": "bottom", "itemclick": False,
                "itemdoubleclick": False},
    )  # fmt: skip
    return calm(figure, height=110 + 28 * len(lines)).update_layout(margin_t=36)
