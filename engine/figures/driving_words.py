"""Words with what they do and how surely in, a dot chart of them out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.figures.base import CHOSEN, GREY, STAYS, calm, short
from engine.figures.sides import Sides

if TYPE_CHECKING:
    from plotly.graph_objects import Figure


@dataclass(frozen=True)
class Dot:
    """A word, what it does, the 95 % interval of that, and what the pointer learns."""

    word: str
    value: float
    interval: tuple[float, float]
    told: str


def driving_words_figure(
    dots: Sequence[Dot], sides: Sides, *, axis: str, chosen: int | None = None
) -> Figure:
    """One line a word, in the order given; words for it are filled discs, those against are rings.

    A dot's y is its word's place among `dots`.

    Args:
        dots: The words.
        sides: Colours of the two sides.
        axis: What the numbers are, in words.
        chosen: Place of the word to mark.
    """
    import plotly.graph_objects as go

    figure = go.Figure()
    for against in (False, True):
        mine = [n for n, one in enumerate(dots) if (one.value < 0) == against]
        if not mine:
            continue
        colour = sides.other if against else sides.colour
        group = [dots[n] for n in mine]
        figure.add_scatter(
            x=[one.value for one in group],
            y=mine,
            mode="markers",
            marker={"color": colour, "size": 10, "line": {"width": 2, "color": colour},
                    "symbol": "circle-open" if against else "circle"},
            error_x={
                "type": "data", "symmetric": False, "thickness": 2, "width": 0, "color": colour,
                "array": [one.interval[1] - one.value for one in group],
                "arrayminus": [one.value - one.interval[0] for one in group],
            },
            hovertext=[f"{short(one.word, 40)}<br>{one.told}" for one in group],
            hoverinfo="text",
            showlegend=False,
            **STAYS,
        )  # fmt: skip
    if chosen is not None:
        figure.add_hrect(y0=chosen - 0.5, y1=chosen + 0.5, fillcolor=CHOSEN, line_width=0,
                         layer="below")  # fmt: skip
    figure.add_vline(x=0, line={"width": 1, "color": GREY})
    figure.update_xaxes(title=axis, zeroline=False, nticks=6)
    figure.update_yaxes(
        tickvals=list(range(len(dots))), ticktext=[short(one.word, 20) for one in dots],
        range=[len(dots) - 0.5, -0.5], showgrid=False, zeroline=False, ticks="",
    )  # fmt: skip
    figure.update_layout(hovermode="closest", clickmode="event+select")
    return calm(figure, height=70 + 25 * max(len(dots), 3))
