"""A text and a signed score for each of its words in, HTML of it in two colours out: no scripts."""

from __future__ import annotations

from collections.abc import Sequence

from engine.figures.marks import STYLE, Mark, legend, marked
from engine.figures.sides import Sides

_QUIET = 0.08
"""Share of the strongest score below which a word is not coloured."""

Spans = Sequence[tuple[int, int]]


def signed_text(
    text: str,
    spans: Spans,
    scores: Sequence[float],
    sides: Sides,
    *,
    faded: bool = False,
    small: bool = False,
    key: bool = True,
) -> str:
    """HTML of `text`, each word in the colour of its side, the stronger the larger its score.

    Args:
        text: The text.
        spans: Where its words stand, in its order.
        scores: One a word, above 0 for what is explained.
        sides: Colours and words of the two sides.
        faded: In grey: for scores that cannot be believed.
        small: In small letters, for several below one another.
        key: Whether a legend stands below.
    """
    kind = " ".join(name for name, on in (("faded", faded), ("small", small)) if on)
    body = marked(text, marks_of(spans, scores, sides), kind)
    below = legend(entries(scores, sides), "faded" if faded else "") if key else ""
    return f"{STYLE}{body}{below}"


def marks_of(spans: Spans, scores: Sequence[float], sides: Sides) -> list[Mark]:
    """A mark for each word; those of little weight are quiet."""
    most = strongest(scores)
    return [
        Mark(
            start,
            stop,
            sides.tone(score),
            abs(score) / most if most else 0.0,
            sides.said(score),
            f": {score:+.3f} {sides.unit}",
            against=score < 0,
            quiet=is_quiet(score, most),
        )
        for (start, stop), score in zip(spans, map(float, scores), strict=True)
    ]


def entries(scores: Sequence[float], sides: Sides) -> list[tuple[str, str, bool]]:
    """What the colours that are seen mean, for :func:`engine.figures.marks.legend`."""
    most = strongest(scores)
    loud = [float(score) for score in scores if not is_quiet(float(score), most)]
    return [
        (said, colour, against)
        for said, colour, against in zip(
            sides.told, (sides.colour, sides.other), (False, True), strict=True
        )
        if any((score < 0) == against for score in loud)
    ]


def strongest(scores: Sequence[float]) -> float:
    """The largest score, whatever its sign."""
    return max((abs(float(score)) for score in scores), default=0.0)


def is_quiet(score: float, most: float) -> bool:
    """Whether a word with that score is left without colour where `most` is the strongest."""
    return abs(score) < _QUIET * most or most == 0
