"""How like a topic documents in none are in, how many would join at every threshold out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from engine.figures.base import BLUE, GREEN, GREY, ORANGE, calm

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

_TONES = (BLUE, GREEN, ORANGE)
_STEPS = 101


def rescue_figure(
    scores: Mapping[str, NDArray[np.float32]], *, chosen: str, least: float
) -> Figure:
    """Documents that would move against the likeness they must have, a line for each measure.

    Args:
        scores: By the name of a way, how like its likeliest topic each document is, 0 to 1.
        chosen: The way that is drawn strong.
        least: The threshold, a line across.
    """
    import plotly.graph_objects as go

    grid = np.linspace(0, 1, _STEPS)
    figure = go.Figure()
    for (name, score), tone in zip(scores.items(), _TONES, strict=False):
        moved = len(score) - np.searchsorted(np.sort(score), grid.astype(score.dtype))
        figure.add_scatter(
            x=grid, y=moved, mode="lines", name=name,
            line={"color": tone, "width": 3 if name == chosen else 1.5},
            opacity=1 if name == chosen else 0.55,
            hovertemplate=f"{name}: %{{y:,}} join from %{{x:.2f}} on<extra></extra>",
        )  # fmt: skip
    figure.add_vline(x=least, line={"color": GREY, "width": 1.5, "dash": "dot"})
    figure.update_xaxes(
        title="At least this like its topic", range=[0, 1], showgrid=False, zeroline=False
    )
    figure.update_yaxes(title="Documents that join", rangemode="tozero", zeroline=False)
    figure.update_layout(
        hovermode="x unified",
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "title": None},
    )
    return calm(figure, height=280)
