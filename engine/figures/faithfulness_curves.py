"""What is left of an answer as words go in, both curves against chance out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.explain.trust.report import Curve
from engine.figures.base import BLUE, GREY, calm, short

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

_CHANCE_FILL = "rgba(128,138,146,0.14)"


def faithfulness_curves(
    taken_out: Curve, left_in: Curve, of: str, *, shares: bool = True
) -> Figure:
    """Two charts side by side; the wider apart the lines, the more the explanation is worth.

    Args:
        taken_out: The answer as the words that count most are taken out.
        left_in: The answer as only they are left.
        of: What is explained.
        shares: Whether the answer is a probability; a cosine otherwise.
    """
    from plotly.subplots import make_subplots

    figure = make_subplots(
        rows=1, cols=2, shared_yaxes=True, horizontal_spacing=0.06,
        subplot_titles=("Strongest words taken out", "Only the strongest left"),
    )  # fmt: skip
    for column, curve in ((1, taken_out), (2, left_in)):
        x = [share * 100 for share in curve.shares]
        told = "%{y:.0%}" if shares else "%{y:.2f}"
        lines = (
            ("random words", curve.chance, GREY, "dash", "square-open", 1.75),
            ("this explanation", curve.values, BLUE, "solid", "circle", 2.75),
        )
        for name, values, colour, dash, symbol, width in lines:
            figure.add_scatter(
                x=x, y=list(values), name=name, mode="lines+markers", row=1, col=column,
                line={"color": colour, "dash": dash, "width": width},
                marker={"symbol": symbol, "size": 6}, legendgroup=name, showlegend=column == 1,
                cliponaxis=False, fill="tonexty" if colour == BLUE else None,
                fillcolor=_CHANCE_FILL,
                hovertemplate=f"%{{x:.0f}} % of the words: {told}<extra>{name}</extra>",
            )  # fmt: skip
    every = [v for c in (taken_out, left_in) for v in (*c.values, *c.chance)]
    if shares:
        figure.update_yaxes(range=[-0.02, 1.02], tickformat=".0%", tickvals=[0, 0.25, 0.5, 0.75, 1])
    elif every:
        edge = 0.05 * (max(every) - min(every)) or 0.05
        figure.update_yaxes(range=[min(every) - edge, max(every) + edge], nticks=5)
    figure.update_xaxes(ticksuffix=" %", nticks=5, showgrid=False, zeroline=False)
    figure.update_yaxes(zeroline=False)
    figure.update_yaxes(title=short(of, 28), row=1, col=1)
    figure.update_annotations(font_size=13)
    figure.update_layout(legend={"orientation": "h", "x": 0, "y": -0.2, "yanchor": "top"})
    return calm(figure, height=270).update_layout(margin_t=28)
