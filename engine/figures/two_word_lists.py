"""Two rankings of a topic's words in, a chart with both side by side and what they share out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from engine.figures.base import BLUE, GREY, ORANGE, calm, short

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

_ROW = 25


def two_word_lists_figure(
    left: Sequence[str],
    right: Sequence[str],
    *,
    left_title: str,
    right_title: str,
    shown: int = 15,
) -> Figure:
    """A line joins a word that is in both; one that is in one list only has its colour and a mark.

    Args:
        left: Words, the first on top.
        right: The same, by another ranking.
        left_title: Above them.
        right_title: Above those.
        shown: Words of each that are drawn; one further down in the other list is in both.
    """
    import plotly.graph_objects as go

    figure = go.Figure()
    for row, word in enumerate(left[:shown]):
        if word in right[:shown]:
            figure.add_scatter(
                x=[0, 1], y=[row, right.index(word)], mode="lines", hoverinfo="skip",
                line={"color": GREY, "width": 1.5}, opacity=0.7,
            )  # fmt: skip
    sides = ((left, right, 0, "middle left", BLUE, "circle"),
             (right, left, 1, "middle right", ORANGE, "diamond"))  # fmt: skip
    for mine, other, x, where, colour, symbol in sides:
        top = mine[:shown]
        alone = [word not in other for word in top]
        figure.add_scatter(
            x=[x] * len(top), y=list(range(len(top))), mode="markers+text",
            text=[f"<b>{short(w, 24)}</b>" if a else short(w, 24)
                  for w, a in zip(top, alone, strict=True)],
            textposition=where, cliponaxis=False,
            textfont={"size": 13},
            marker={"size": [10 if a else 6 for a in alone], "symbol": symbol,
                    "color": [colour if a else GREY for a in alone]},
            hovertext=[_told(w, n, other) for n, w in enumerate(top)], hoverinfo="text",
        )  # fmt: skip
    for x, title, where in ((0, left_title, "right"), (1, right_title, "left")):
        figure.add_annotation(
            x=x, y=-1.1, text=f"<b>{short(title, 40)}</b>", showarrow=False, xanchor=where,
            font={"size": 13},
        )  # fmt: skip
    rows = min(max(len(left), len(right), 1), shown)
    figure.update_xaxes(visible=False, range=[-0.95, 1.95])
    figure.update_yaxes(visible=False, range=[rows - 0.4, -1.6])
    figure.update_layout(showlegend=False, hovermode="closest")
    return calm(figure, height=60 + _ROW * rows)


def _told(word: str, place: int, other: Sequence[str]) -> str:
    there = f"{other.index(word) + 1} in the other list" if word in other else "not in the other"
    return f"{short(word, 40)}: {place + 1} here, {there}"
