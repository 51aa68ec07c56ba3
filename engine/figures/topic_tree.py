"""The tree of topics in, its branches drawn from the names on the left out; each merge can be
clicked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from engine.figures.base import GREY, ORANGE, STAYS, calm, short

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

_NAMED = 4


def tree_figure(
    merges: NDArray[np.float64],
    order: NDArray[np.int64],
    names: Sequence[str],
    sizes: Sequence[int],
    *,
    branches: Sequence[Sequence[int]],
    cut: float,
    tones: Sequence[str],
    unlike: str,
    chosen: int | None = None,
) -> Figure:
    """A dendrogram: two lines meet where two branches merge, farther right the less they are alike.

    Args:
        merges: (k - 1, 4) as in SciPy's linkage.
        order: (k,) places of the topics from top to bottom.
        names: Of the k topics.
        sizes: Documents in each.
        branches: Places of topics in each branch that the cut leaves.
        cut: Where it cuts.
        tones: "#RRGGBB" of the branches that join something, by turns.
        unlike: What the heights are.
        chosen: The merge to mark.
    """
    import plotly.graph_objects as go

    k = len(order)
    tone_of = _tones(branches, tones)
    at, inside = _places(merges, order)
    parts: dict[str, tuple[list[float | None], list[float | None]]] = {}
    for step, (one, other, height) in enumerate(_merges(merges)):
        mine = {tone_of[topic] for topic in inside[k + step]}
        colour = mine.pop() if height <= cut and len(mine) == 1 else GREY
        x, y = parts.setdefault(colour, ([], []))
        x += [at[one][0], height, height, at[other][0], None]
        y += [at[one][1], at[one][1], at[other][1], at[other][1], None]
    figure = go.Figure()
    figure.add_scatter(
        x=[at[k + step][0] for step in range(len(merges))],
        y=[at[k + step][1] for step in range(len(merges))],
        mode="markers",
        marker={
            "size": [15 if step == chosen else 8 for step in range(len(merges))],
            "color": [
                ORANGE if step == chosen else GREY for step in range(len(merges))
            ],
        },
        hovertext=[_told(inside[k + step], names, sizes) for step in range(len(merges))],
        hoverinfo="text",
        zorder=2,
        **STAYS,
    )  # fmt: skip
    for colour, (x, y) in parts.items():
        figure.add_scatter(
            x=x, y=y, mode="lines", line={"color": colour, "width": 1.6}, hoverinfo="skip"
        )
    figure.add_vline(x=cut, line={"width": 1.5, "dash": "dot", "color": ORANGE})
    top = float(merges[:, 2].max(initial=0)) or 1.0
    figure.update_xaxes(
        title=unlike, range=[-0.01 * top, max(1.05 * top, cut)], zeroline=False, side="bottom"
    )
    figure.update_yaxes(
        tickvals=list(range(k)), ticktext=[short(names[n], 26) for n in order],
        range=[k - 0.5, -0.5], showgrid=False, zeroline=False,
    )  # fmt: skip
    figure.update_layout(showlegend=False, hovermode="closest", clickmode="event+select")
    return calm(figure, height=70 + max(16, 26 - k // 8) * k)


def clicked(points: Sequence[Mapping[str, Any]]) -> int | None:
    """The merge that was clicked last; None for none."""
    for point in reversed(points):
        if point.get("curve_number") == 0 and isinstance(point.get("point_index"), int):
            return int(point["point_index"])
    return None


def _merges(merges: NDArray[np.float64]) -> list[tuple[int, int, float]]:
    return [(int(one), int(other), float(height)) for one, other, height, _ in merges]


def _places(
    merges: NDArray[np.float64], order: NDArray[np.int64]
) -> tuple[list[tuple[float, float]], list[list[int]]]:
    """(height, line) of each topic and each merge, and the topics inside."""
    k = len(order)
    rank = np.argsort(order)
    at = [(0.0, float(rank[n])) for n in range(k)]
    inside = [[n] for n in range(k)]
    for one, other, height in _merges(merges):
        at.append((height, (at[one][1] + at[other][1]) / 2))
        inside.append(inside[one] + inside[other])
    return at, inside


def _tones(branches: Sequence[Sequence[int]], tones: Sequence[str]) -> dict[int, str]:
    """Each topic's colour: that of its branch where it joins another one."""
    found: dict[int, str] = {}
    turn = 0
    for branch in branches:
        colour = GREY
        if len(branch) > 1:
            colour, turn = tones[turn % len(tones)], turn + 1
        found |= dict.fromkeys(branch, colour)
    return found


def _told(topics: Sequence[int], names: Sequence[str], sizes: Sequence[int]) -> str:
    largest = sorted(topics, key=lambda n: -sizes[n])
    more = len(topics) - _NAMED
    lines = [short(names[n], 40) for n in largest[:_NAMED]]
    lines += [f"and {more} more"] if more > 0 else []
    documents = sum(sizes[n] for n in topics)
    return f"{len(topics)} topics, {documents:,} documents<br>" + "<br>".join(lines)
