"""How good every number of topics is in, two curves with the chosen one marked out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from engine.figures.base import BLUE, GREY, ORANGE, calm

if TYPE_CHECKING:
    from plotly.graph_objects import Figure


def levels_figure(
    topics: Sequence[int],
    silhouettes: Sequence[float],
    smallest: Sequence[int],
    *,
    chosen: int | None = None,
) -> Figure:
    """Number of topics against silhouette (above) and documents in the smallest topic (below).

    Args:
        topics: Of each level, fewest first.
        silhouettes: Of each level, -1 to 1.
        smallest: Documents in the smallest topic of each level.
        chosen: The number of topics to mark.
    """
    from plotly.subplots import make_subplots

    figure = make_subplots(rows=2, cols=1, shared_xaxes=True, vertical_spacing=0.08)
    parts = ((1, silhouettes, BLUE, ".3f", "silhouette"),
             (2, smallest, GREY, ",", "documents in the smallest"))  # fmt: skip
    for row, values, colour, shown, name in parts:
        figure.add_scatter(
            x=list(topics), y=list(values), mode="lines", line={"color": colour, "width": 2},
            hovertemplate=f"%{{x}} topics: {name} %{{y:{shown}}}<extra></extra>",
            row=row, col=1,
        )  # fmt: skip
        if chosen is not None and chosen in topics:
            at = list(topics).index(chosen)
            figure.add_scatter(
                x=[chosen], y=[values[at]], mode="markers", name="chosen",
                marker={"color": ORANGE, "size": 11},
                hovertemplate=f"{chosen} topics, chosen: %{{y:{shown}}}<extra></extra>",
                row=row, col=1,
            )  # fmt: skip
    figure.update_yaxes(title_text="Silhouette", row=1, col=1)
    figure.update_yaxes(title_text="Smallest topic", type="log", dtick=1, row=2, col=1)
    figure.update_xaxes(title_text="Topics", row=2, col=1)
    figure.update_layout(showlegend=False)
    return calm(figure, height=380)
