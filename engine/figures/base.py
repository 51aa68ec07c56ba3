"""A bare figure in, a calm one out: the colours and margins every chart here shares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

# Of the Okabe-Ito family, which stays apart for every kind of colour vision, in tones that can be
# read on white and on near-black alike.
BLUE = "#2F87C2"
ORANGE = "#E08E0B"
GREEN = "#1FA37C"
GREY = "#8A929A"
RIGHT_RGB = (0, 114, 178)
WRONG_RGB = (213, 94, 0)
WHITE = "#FFFFFF"
CHOSEN = "rgba(128,138,146,0.18)"
"""Behind what was clicked, on white and on near-black."""
STAYS: dict[str, Any] = {
    "selected": {"marker": {"opacity": 1}},
    "unselected": {"marker": {"opacity": 1}},
}
"""For a trace that can be clicked: the others do not fade."""
INK_ON_LIGHT = "#1B2328"
INK_ON_DARK = "#E5EAED"

CONFIG: dict[str, Any] = {"displayModeBar": False, "scrollZoom": False}
"""For whoever shows a figure: no tool bar, no zoom by the wheel while the page scrolls."""


def calm(figure: Figure, *, height: int) -> Figure:
    """`figure` with no background of its own, small margins and fixed axes; `height` in pixels."""
    figure.update_layout(
        height=height,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        dragmode=False,
        hoverlabel={"align": "left", "bgcolor": INK_ON_LIGHT, "font": {"color": WHITE}},
    )
    figure.update_xaxes(fixedrange=True, automargin=True)
    figure.update_yaxes(fixedrange=True, automargin=True)
    return figure


def one_point(points: Sequence[Mapping[str, Any]], axis: str) -> Any:
    """Where on `axis` ("x" or "y") the point lies that was clicked last; None where none was."""
    return points[-1].get(axis) if points else None


def fade(rgb: tuple[int, int, int], most: float) -> list[tuple[float, str]]:
    """A colour scale from nearly nothing to `most` (0 to 1) of a colour, for any background."""
    red, green, blue = rgb
    return [
        (share, f"rgba({red},{green},{blue},{0.04 + (most - 0.04) * share:.3f})")
        for share in (0.0, 1.0)
    ]


def short(label: str, characters: int = 22) -> str:
    """Both ends of a label, safe for a chart: Plotly reads some HTML in labels.

    Of a long one the end stays too, for "category number 7" and "8" differ only there.
    """
    line = " ".join(label.split())
    if len(line) > characters:
        end = characters // 3
        line = f"{line[: characters - 1 - end].rstrip()}…{line[-end:].lstrip()}"
    return line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
