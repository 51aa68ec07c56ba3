"""How near a document is to its topic as its words go in, a chart of that against chance out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from engine.figures.base import GREY, calm, short
from engine.figures.sides import Sides

if TYPE_CHECKING:
    from plotly.graph_objects import Figure


def moved_document_figure(
    gone: Sequence[int],
    values: Sequence[float],
    chance: Sequence[float],
    low: Sequence[float],
    high: Sequence[float],
    *,
    sides: Sides,
) -> Figure:
    """The explained number over words that are gone; below 0 the other topic is nearer.

    Args:
        gone: (s,) words that are gone.
        values: (s,) cosines, or differences of two, as the strongest words go.
        chance: (s,) the mean of random orders; `low` and `high` (s,) their extremes.
        sides: The topic and the one it is compared with.
    """
    import plotly.graph_objects as go

    figure = go.Figure()
    band = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip", "showlegend": False}
    figure.add_scatter(x=list(gone), y=list(high), **band)
    figure.add_scatter(
        x=list(gone), y=list(low), fill="tonexty", fillcolor="rgba(138,146,154,0.2)", **band
    )
    lines = (
        (chance, "Random words", GREY, "dot", "circle-open"),
        (values, "The words that count most", sides.colour, "solid", "circle"),
    )
    for line, name, colour, dash, symbol in lines:
        figure.add_scatter(
            x=list(gone), y=list(line), name=name, mode="lines+markers", cliponaxis=False,
            line={"color": colour, "width": 2.5, "dash": dash},
            marker={"size": 7, "symbol": symbol, "color": colour},
            hovertemplate=f"%{{x}} out: %{{y:+.3f}}<extra>{name}</extra>",
        )  # fmt: skip
    title = f"Cosine to {short(sides.of, 24)}"
    if sides.against:
        figure.add_hline(
            y=0, line={"width": 1.5, "dash": "dash", "color": "rgba(128,138,146,0.9)"},
            annotation_text=f"below: nearer to {short(sides.against, 26)}",
            annotation_position="bottom right", annotation_font_size=12,
        )  # fmt: skip
        title = "Nearer by (cosine)"
    figure.update_layout(
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "itemclick": False},
    )
    figure.update_xaxes(title="Words taken out", showgrid=False, zeroline=False)
    figure.update_yaxes(title=title, zeroline=False)
    return calm(figure, height=320).update_layout(margin_t=32)
