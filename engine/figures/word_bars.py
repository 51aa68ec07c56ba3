"""The words of a text and their signed scores in, bars of the strongest out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from engine.figures.base import calm, short
from engine.figures.sides import Sides

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

MOST = 16
"""Most words that get a bar."""
_FADED = "#8A929A"


def word_bars(
    words: Sequence[str],
    scores: Sequence[float],
    sides: Sides,
    *,
    most: int = MOST,
    faded: bool = False,
) -> Figure:
    """The strongest first; those against lie to the left and are hatched.

    Args:
        words: Of the text, in its order; one that comes again is numbered.
        scores: One a word, in log-odds or as a difference of cosines.
        sides: Colours and words of the two sides.
        most: How many words.
        faded: In grey: for scores that cannot be believed.
    """
    import plotly.graph_objects as go

    order = sorted(range(len(words)), key=lambda i: -abs(float(scores[i])))[:most]
    names = [short(name, 18) for name in numbered(words)]
    values = [float(scores[i]) for i in order]
    figure = go.Figure(
        go.Bar(
            x=values,
            y=list(range(len(order))),
            orientation="h",
            marker={
                "color": [_FADED if faded else sides.tone(value) for value in values],
                "pattern": {
                    "shape": ["/" if value < 0 else "" for value in values],
                    "solidity": 0.25,
                    "size": 6,
                },
                "line": {"width": 0},
            },
            hovertext=[
                f"{names[i]}<br>{short(sides.said(float(scores[i])), 40)}: "
                f"{float(scores[i]):+.3f} {sides.unit}"
                for i in order
            ],
            hoverinfo="text",
        )
    )
    figure.add_vline(x=0, line={"width": 1, "color": "rgba(128,138,146,0.7)"})
    figure.update_xaxes(title=_axis(sides), zeroline=False, nticks=6)
    figure.update_yaxes(
        tickvals=list(range(len(order))), ticktext=[names[i] for i in order],
        range=[len(order) - 0.5, -0.5], showgrid=False, ticks="",
    )  # fmt: skip
    figure.update_layout(bargap=0.25, showlegend=False)
    return calm(figure, height=64 + 24 * max(len(order), 2))


def _axis(sides: Sides) -> str:
    """What lies left, and what right."""
    right, left = (short(said.removeprefix("speaks "), 18) for said in sides.told)
    return (
        f"\u2190 {left} \u00b7 {sides.unit} \u00b7 {right} \u2192" if sides.signed else sides.unit
    )


def numbered(words: Sequence[str]) -> list[str]:
    """The words, those that come again with how many times they have: "not", "not (2)"."""
    seen: dict[str, int] = {}
    found = []
    for word in words:
        seen[word] = seen.get(word, 0) + 1
        found.append(word if seen[word] == 1 else f"{word} ({seen[word]})")
    return found
