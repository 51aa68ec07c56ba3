"""What was predicted of a file in, bars of its categories and of how sure it is out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from engine.figures.base import BLUE, GREY, calm, short

if TYPE_CHECKING:
    from plotly.graph_objects import Figure


def predicted_figure(
    counts: Mapping[str, int], unsure: Mapping[str, int], *, most: int = 10
) -> Figure:
    """One bar a category, the largest first, unsure rows in grey; beyond `most` the rest is one.

    Args:
        counts: category to rows.
        unsure: category to those of them that are unsure.
        most: Bars at most.
    """
    import plotly.graph_objects as go

    total = max(sum(counts.values()), 1)
    ordered = sorted(counts, key=lambda label: -counts[label])
    shown, rest = ordered[:most], ordered[most:]
    names = [short(label) for label in shown] + ([f"{len(rest):,} others"] if rest else [])
    groups = [[label] for label in shown] + ([rest] if rest else [])
    whole = [sum(counts[label] for label in group) for group in groups]
    doubtful = [sum(unsure.get(label, 0) for label in group) for group in groups]
    figure = go.Figure()
    parts = (("sure", [w - d for w, d in zip(whole, doubtful, strict=True)], BLUE),
             ("unsure", doubtful, GREY))  # fmt: skip
    for part, rows, colour in parts:
        figure.add_bar(
            x=rows, y=list(range(len(rows))), name=part, orientation="h", marker_color=colour,
            hovertext=[f"{n}: {r:,} {part}" for n, r in zip(names, rows, strict=True)],
            hoverinfo="text",
        )  # fmt: skip
    for place, bar in enumerate(whole):
        figure.add_annotation(
            x=bar, y=place, text=f"{bar:,} · {bar / total * 100:.0f} %", showarrow=False,
            xanchor="left", xshift=6,
        )  # fmt: skip
    figure.update_xaxes(range=[0, max(whole, default=1) * 1.35 or 1], showgrid=False,
                        showticklabels=False, zeroline=False)  # fmt: skip
    figure.update_yaxes(
        tickvals=list(range(len(names))), ticktext=names, autorange="reversed", showgrid=False
    )
    figure.update_layout(
        barmode="stack",
        bargap=0.35,
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "traceorder": "normal"},
    )
    return calm(figure, height=72 + 34 * max(len(names), 3)).update_layout(margin_t=32)


def confidence_figure(
    edges: Sequence[float], counts: Mapping[str, Sequence[int]], *, unsure: float
) -> Figure:
    """A histogram of the confidence of all rows, the unsure bins in grey.

    Args:
        edges: n + 1 edges from 0 to 1.
        counts: category to n counts.
        unsure: Below it a row is unsure.
    """
    import plotly.graph_objects as go

    bins = [sum(column) for column in zip(*counts.values(), strict=True)]
    first = next((n for n, rows in enumerate(bins) if rows), 0)
    low, high = edges[first:-1], edges[first + 1 :]
    figure = go.Figure()
    figure.add_bar(
        x=[(a + b) / 2 for a, b in zip(low, high, strict=True)],
        y=bins[first:],
        width=[(b - a) * 0.9 for a, b in zip(low, high, strict=True)],
        marker_color=[GREY if b <= unsure + 1e-9 else BLUE for b in high],
        hovertext=[
            f"{a:.0%} to {b:.0%} sure: {rows:,} rows"
            for a, b, rows in zip(low, high, bins[first:], strict=True)
        ],
        hoverinfo="text",
    )
    figure.update_xaxes(tickformat=".0%", title_text="How sure", range=[edges[first], 1.0])
    figure.update_yaxes(title_text="Rows", rangemode="tozero")
    return calm(figure, height=240)
