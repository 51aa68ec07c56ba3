"""A text and its words' signed scores in, a picture of it (PNG) out: to put on a slide."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from engine.figures.base import INK_ON_DARK, INK_ON_LIGHT
from engine.figures.set_lines import families, set_lines
from engine.figures.sides import Sides
from engine.figures.signed_text import Spans, entries, marks_of

if TYPE_CHECKING:
    from engine.figures.marks import Mark

_WIDTH, _DPI = 8.0, 200
_SIZE, _LINE = 12.0, 0.30
"""Points of a letter, inches of a line."""
_MARGIN = 0.35
_MOST_LINES = 60
_BEHIND = {False: "#FDFDFC", True: "#12171B"}
_GREY = "#8A929A"


def explanation_picture(
    text: str,
    spans: Spans,
    scores: Sequence[float],
    sides: Sides,
    *,
    title: str,
    note: str = "",
    faded: bool = False,
    dark: bool = False,
) -> bytes:
    """PNG of the text, each word in the colour of its side; a very long text is cut and says so.

    Args:
        text, spans, scores, sides: As :func:`engine.figures.signed_text.signed_text` takes them.
        title: Above the text.
        note: Below it, small.
        faded: In grey: for scores that cannot be believed.
        dark: For a dark page.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    ink = INK_ON_DARK if dark else INK_ON_LIGHT
    marks = marks_of(spans, scores, sides)
    lines = set_lines(text, marks, room=_WIDTH - 2 * _MARGIN, family=families(), size=_SIZE)
    cut = len(lines) > _MOST_LINES
    lines = lines[:_MOST_LINES]
    below = [note] * bool(note) + ["The text goes on; the picture ends here."] * cut
    told = entries(scores, sides)
    height = 2 * _MARGIN + _LINE * (len(lines) + 1.6 + len(told) + 0.4 + 0.8 * len(below))
    figure = Figure(figsize=(_WIDTH, height), dpi=_DPI, facecolor=_BEHIND[dark])
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set(xlim=(0, _WIDTH), ylim=(height, 0))
    axes.axis("off")
    _write(axes, _MARGIN, _MARGIN + _LINE * 0.4, title, ink, size=_SIZE * 1.15, weight="bold")
    y = _MARGIN + _LINE * 1.6
    for line in lines:
        for one in line:
            if one.mark and not one.mark.quiet:
                tone = _GREY if faded else one.mark.colour
                _behind(axes, _MARGIN + one.x, y, one.wide, one.mark, tone)
            _write(axes, _MARGIN + one.x, y, one.word, ink)
        y += _LINE
    y += _LINE * 0.4
    for words, colour, against in told:
        tone = _GREY if faded else colour
        _line(axes, _MARGIN, _MARGIN + 0.25, y + 0.06, tone, dashed=against)
        _write(axes, _MARGIN + 0.35, y, words, ink, size=_SIZE * 0.85)
        y += _LINE
    for words in below:
        _write(axes, _MARGIN, y, words, _GREY, size=_SIZE * 0.75)
        y += _LINE * 0.8
    out = io.BytesIO()
    figure.savefig(out, format="png", facecolor=figure.get_facecolor())
    return out.getvalue()


def _behind(axes: Any, x: float, y: float, wide: float, mark: Mark, colour: str) -> None:
    from matplotlib.patches import Rectangle

    axes.add_patch(
        Rectangle((x, y - 0.19), wide, 0.245, color=colour, alpha=0.5 * mark.strength, lw=0)
    )
    _line(axes, x, x + wide, y + 0.06, colour, dashed=mark.against)


def _line(axes: Any, x: float, to: float, y: float, colour: str, *, dashed: bool) -> None:
    axes.plot([x, to], [y, y], color=colour, lw=1.4, ls=(0, (2.2, 1.3)) if dashed else "-")


def _write(
    axes: Any, x: float, y: float, words: str, ink: str, *, size: float = _SIZE,
    weight: str = "normal",
) -> None:  # fmt: skip
    axes.text(
        x, y, words, color=ink, fontsize=size, fontweight=weight, va="baseline", ha="left",
        family=families(), parse_math=False, transform=axes.transData, clip_on=False,
    )  # fmt: skip
