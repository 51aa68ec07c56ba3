"""Several methods' scores of one text in, where they agree out: words by methods, and ranks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from engine.figures.base import INK_ON_DARK, INK_ON_LIGHT, RIGHT_RGB, calm, fade, short
from engine.figures.sides import Sides
from engine.figures.word_bars import numbered

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

MOST = 24
"""Most words that get a row."""
_STRONG = 0.85

Floats = NDArray[np.floating]


def method_words_figure(
    words: Sequence[str],
    scores: Mapping[str, Floats],
    sides: Sides,
    *,
    most: int = MOST,
    dark: bool = False,
) -> Figure:
    """A row a word, in the text's order, a column a method; each column by its own strongest.

    Args:
        words: Of the text, in its order.
        scores: A method's title to (words,) signed scores.
        sides: Colours and words of the two sides.
        most: How many words: those that count most by the mean of all methods.
        dark: For a dark page.
    """
    import plotly.graph_objects as go

    table = np.stack([_scaled(np.asarray(one, dtype=np.float64)) for one in scores.values()], 1)
    rows = np.sort(np.argsort(-np.abs(table).mean(axis=1), kind="stable")[:most])
    names = [short(name, 18) for name in numbered(words)]
    raw = np.stack(list(scores.values()), 1)[rows]
    figure = go.Figure(
        go.Heatmap(
            z=table[rows], zmin=-1, zmax=1, colorscale=_two_sided(sides), showscale=False,
            x=list(range(len(scores))), y=list(range(len(rows))), xgap=2, ygap=2,
            text=[["+" if v > 0.5 else "\u2212" if v < -0.5 else "" for v in row]
                  for row in table[rows]], texttemplate="%{text}", textfont={"color": _ink(dark)},
            hovertext=[[f"{names[i]}<br>{short(method, 40)}: {raw[n, j]:+.3f}"
                        for j, method in enumerate(scores)] for n, i in enumerate(rows.tolist())],
            hoverinfo="text",
        )
    )  # fmt: skip
    figure.update_xaxes(
        tickvals=list(range(len(scores))), ticktext=[short(name, 24) for name in scores],
        side="top", tickangle=-45, showgrid=False, ticks="",
        zeroline=False,
    )  # fmt: skip
    figure.update_yaxes(
        tickvals=list(range(len(rows))), ticktext=[names[i] for i in rows.tolist()],
        range=[len(rows) - 0.5, -0.5], showgrid=False, ticks="", zeroline=False,
    )  # fmt: skip
    return calm(figure, height=110 + 22 * max(len(rows), 2))


def agreement_figure(ranks: Floats, names: Sequence[str], *, dark: bool = False) -> Figure:
    """How alike each two methods order the words.

    Args:
        ranks: (methods, methods) rank correlations (Spearman).
        names: Of the methods.
        dark: For a dark page.
    """
    import plotly.graph_objects as go

    k = len(names)
    shown = np.where(np.tri(k, k=-1, dtype=bool), ranks, np.nan)[1:, :-1]
    figure = go.Figure(
        go.Heatmap(
            z=shown, zmin=0, zmax=1, colorscale=fade(RIGHT_RGB, 0.75), showscale=False,
            xgap=2, ygap=2, texttemplate="%{z:.2f}", textfont={"color": _ink(dark)},
            hoverongaps=False, x=list(range(k - 1)), y=list(range(k - 1)),
            hovertext=[[f"{short(a, 40)}<br>{short(b, 40)}<br>rank correlation {shown[i, j]:.2f}"
                        for j, b in enumerate(names[:-1])] for i, a in enumerate(names[1:])],
            hoverinfo="text",
        )
    )  # fmt: skip
    axis = {"tickvals": list(range(k - 1)), "showgrid": False, "zeroline": False, "ticks": ""}
    figure.update_xaxes(ticktext=[short(name, 24) for name in names[:-1]], tickangle=-45, **axis)
    figure.update_yaxes(
        ticktext=[short(name, 24) for name in names[1:]], range=[k - 1.5, -0.5], **axis
    )
    return calm(figure, height=90 + 34 * k)


def _scaled(values: Floats) -> Floats:
    most = float(np.abs(values).max(initial=0.0))
    return values / most if most else values


def _two_sided(sides: Sides) -> list[tuple[float, str]]:
    """From the one colour over nothing to the other, for any background."""
    return [
        (0.0, _faint(sides.other, _STRONG)),
        (0.5, _faint(sides.other, 0.03)),
        (0.5, _faint(sides.colour, 0.03)),
        (1.0, _faint(sides.colour, _STRONG)),
    ]


def _faint(colour: str, much: float) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{much})"


def _ink(dark: bool) -> str:
    return INK_ON_DARK if dark else INK_ON_LIGHT
