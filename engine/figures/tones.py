"""A category in, the tone it has wherever one text's answer is drawn out: words, sentences, bars.

The tones stay apart for every kind of colour vision, and a name or a sign always stands beside.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.figures.base import BLUE, GREEN, GREY, ORANGE

TONES = (BLUE, ORANGE, GREEN, "#9D50E0", "#BF4438", "#A8308A")
"""Of categories, in the classifier's order; after the last the first comes again."""


@dataclass(frozen=True)
class Tone:
    """The colour of a category (#RRGGBB), and a sign where it is a mood everybody knows."""

    colour: str
    sign: str = ""


_MOODS = {
    "positive": Tone(BLUE, "+"),
    "negative": Tone(ORANGE, "\u2212"),
    "neutral": Tone(GREY, "\u25cb"),
}


def tone(label: str, labels: Sequence[str]) -> Tone:
    """The tone of `label` among a classifier's `labels`, whose order settles it.

    A mood has its own, whatever its place, and no other category beside it takes that.
    """
    if mood := _MOODS.get(label.lower()):
        return mood
    taken = {_MOODS[one.lower()].colour for one in labels if one.lower() in _MOODS}
    free = [colour for colour in TONES if colour not in taken]
    others = [one for one in labels if one.lower() not in _MOODS]
    if label not in others:
        return Tone(GREY)
    return Tone(free[others.index(label) % len(free)])
