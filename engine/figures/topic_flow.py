"""Documents that go from topics to topics in, a Sankey diagram of them out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from engine.figures.base import GREY, INK_ON_DARK, INK_ON_LIGHT, calm, short

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

_A_TOPIC, _A_LABEL = 24, 9
_TALLEST = 2400


def flow_figure(
    counts: NDArray[np.int64],
    names: tuple[Sequence[str], Sequence[str]],
    *,
    least: float,
    tones: Sequence[str],
    dark: bool = False,
) -> Figure:
    """Topics of the first on the left, of the second on the right; a band is documents of both.

    Args:
        counts: (k + 1, l + 1), the last row and column for documents in no topic.
        names: Of the k topics and of the l.
        least: Bands of less than this share of both of their ends are left out.
        tones: k colours, "#RRGGBB".
        dark: Whether it stands on a dark background.
    """
    import plotly.graph_objects as go

    k, length = (n - 1 for n in counts.shape)
    rows, columns = shown_flows(counts, least)
    left, right = _ordered(counts, rows, columns)
    at = {("left", n): i for i, n in enumerate(left)}
    at |= {("right", n): len(left) + i for i, n in enumerate(right)}
    colour = [*tones, GREY]
    source, target = (
        [at["left", int(i)] for i in rows],
        [at["right", int(j)] for j in columns],
    )
    labels = [_name(names[0], k, n) for n in left] + [_name(names[1], length, n) for n in right]
    sizes = [counts[left].sum(axis=1), counts[:, right].sum(axis=0)]
    height = min(_TALLEST, 60 + _A_TOPIC * max(len(left), len(right), 5))
    # A name that is higher than its bar would lie over its neighbours'.
    room = np.concatenate([height * one / max(int(one.sum()), 1) for one in sizes])
    main = [int(n) for n in counts[:, :-1].argmax(axis=0)] + [k]  # where most of each comes from
    told = [
        f"{_name(names[0], k, int(i))} → {_name(names[1], length, int(j))}<br>"
        f"{counts[i, j]:,} documents: {counts[i, j] / counts[i].sum():.0%} of the one, "
        f"{counts[i, j] / counts[:, j].sum():.0%} of the other"
        for i, j in zip(rows, columns, strict=True)
    ]
    figure = go.Figure(
        go.Sankey(
            arrangement="fixed",
            node={
                "label": [n if px >= _A_LABEL else "" for n, px in zip(labels, room, strict=True)],
                "customdata": labels,
                "x": [0.001] * len(left) + [0.999] * len(right),
                "y": _heights(sizes[0]) + _heights(sizes[1]),
                "color": [colour[n] for n in left] + [colour[main[n]] for n in right],
                "pad": 10,
                "thickness": 12,
                "line": {"width": 0},
                "hovertemplate": "%{customdata}: %{value:,} documents<extra></extra>",
            },
            link={
                "source": source,
                "target": target,
                "value": counts[rows, columns].tolist(),
                "color": [_pale(colour[int(i)], dark) for i in rows],
                "customdata": told,
                "hovertemplate": "%{customdata}<extra></extra>",
            },
            textfont={"color": INK_ON_DARK if dark else INK_ON_LIGHT, "size": 12,
                      "shadow": "none"},
        )
    )  # fmt: skip
    return calm(figure, height=height)


def shown_flows(
    counts: NDArray[np.int64], least: float
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows and columns of the cells that are at least that share of their row or of their column;
    documents that are in no topic both times are no flow."""
    of_row = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    of_column = counts / np.maximum(counts.sum(axis=0, keepdims=True), 1)
    kept = (counts > 0) & (np.maximum(of_row, of_column) >= least)
    kept[-1, -1] = False
    rows, columns = np.nonzero(kept)
    return rows.astype(np.int64), columns.astype(np.int64)


def _ordered(
    counts: NDArray[np.int64], rows: NDArray[np.int64], columns: NDArray[np.int64]
) -> tuple[list[int], list[int]]:
    """Left by size, right where most of it comes from; those in no topic last."""
    k, length = (n - 1 for n in counts.shape)
    left = sorted(set(rows.tolist()), key=lambda i: (i == k, -int(counts[i].sum())))
    rank = {i: n for n, i in enumerate(left)}
    right = sorted(
        set(columns.tolist()),
        key=lambda j: (j == length, rank.get(int(counts[:, j].argmax()), len(left)),
                       -int(counts[:, j].sum())),
    )  # fmt: skip
    return left, right


def _heights(sizes: NDArray[np.int64]) -> list[float]:
    """Middle of each bar from the top, 0 to 1."""
    share = sizes / max(int(sizes.sum()), 1)
    gap = 0.25 / max(len(sizes), 1)
    shrunk = share * (1 - gap * len(sizes))
    ends = np.cumsum(shrunk + gap)
    found: list[float] = np.clip(ends - gap - shrunk / 2, 0.001, 0.999).tolist()
    return found


def _name(names: Sequence[str], k: int, n: int) -> str:
    return short(names[n], 26) if n < k else "In no topic"


def _pale(colour: str, dark: bool) -> str:
    red, green, blue = int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
    return f"rgba({red},{green},{blue},{0.42 if dark else 0.3})"
