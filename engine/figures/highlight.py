"""A text and what its words speak for in, HTML of the text with them marked out: no scripts.

A word has the tone of the category it speaks for, the stronger the more it does. Those of the
answer are underlined, those of another category dashed: colour is never alone. Everything of the
text is escaped.
"""

from __future__ import annotations

from collections.abc import Sequence

from engine.figures.marks import STYLE, Mark, legend, marked
from engine.figures.tones import tone

_QUIET = 0.12
_LEAST = 0.05

Weighed = tuple[int, int, float, str]
"""Where a word begins and ends in the text; what it adds to the log-odds of the answer, below 0
where it takes away; the category it speaks for."""


def highlighted(text: str, words: Sequence[Weighed], label: str, labels: Sequence[str]) -> str:
    """HTML of `text` and of a legend; words of little weight are left plain.

    Args:
        text: The text.
        words: In its order, not overlapping.
        label: The answer, which the words are weighed for.
        labels: All categories, which settle the tones.
    """
    most = max((abs(weight) for *_, weight, _ in words), default=0.0)
    loud = [word for word in words if most >= _LEAST and abs(word[2]) >= _QUIET * most]
    marks = [_mark(*word, most, label, labels) for word in loud]
    seen = {towards for *_, towards in loud}
    told = dict.fromkeys(one for one in (label, *labels) if one in seen)
    return f"{STYLE}{marked(text, marks)}{legend([_entry(one, label, labels) for one in told])}"


def _mark(
    start: int, stop: int, weight: float, towards: str, most: float, label: str,
    labels: Sequence[str],
) -> Mark:  # fmt: skip
    return Mark(
        start,
        stop,
        tone(towards, labels).colour,
        abs(weight) / most,
        f"for {towards}" if towards == label else f"for {towards}, against {label}",
        f": {weight:+.2f} log-odds of {label}",
        against=towards != label,
    )


def _entry(one: str, label: str, labels: Sequence[str]) -> tuple[str, str, bool]:
    shown = tone(one, labels)
    return f"speaks for {f'{shown.sign} {one}'.strip()}", shown.colour, one != label
