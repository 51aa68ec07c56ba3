"""A text and what its words speak for in, HTML of the text with them marked out: no scripts.

A word has the tone of the category it speaks for, the stronger the more it does. Those of the
answer are underlined, those of another category dashed: colour is never alone. Everything of the
text is escaped.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from engine.figures.tones import tone

_STYLE = """<style>
.weighed { white-space: pre-wrap; overflow-wrap: anywhere; line-height: 1.9; margin: 0;
  max-height: 26rem; overflow-y: auto; }
.weighed mark { color: inherit; border-radius: 3px; padding: .08em .12em; margin: 0 -.12em;
  background: color-mix(in srgb, var(--tone) var(--much), transparent);
  border-bottom: 2px solid var(--tone); }
.weighed .against { border-bottom-style: dashed; }
.weighed .loud { font-weight: 650; }
.weighed .unseen { position: absolute; width: 1px; height: 1px; overflow: hidden;
  clip-path: inset(50%); white-space: nowrap; }
.legend { display: flex; flex-wrap: wrap; gap: .15rem 1.1rem; margin: .5rem 0 0; padding: 0;
  list-style: none; font-size: .875rem; opacity: .85; }
.legend li { margin: 0; }
.legend i { display: inline-block; width: 1.1rem; height: .8rem; margin-right: .4rem;
  border-radius: 3px 3px 0 0; vertical-align: -.05rem;
  background: color-mix(in srgb, var(--tone) 35%, transparent);
  border-bottom: 2px solid var(--tone); }
.legend .against i { border-bottom-style: dashed; }
</style>"""
_QUIET = 0.12
_LEAST = 0.05
_MOST = 50
"""Per cent of its tone behind the strongest word: letters stay readable on it."""

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
    parts, end, seen = [], 0, set()
    for start, stop, weight, towards in words:
        parts.append(escape(text[end:start]))
        share = abs(weight) / most if most >= _LEAST else 0.0
        if share < _QUIET:
            parts.append(escape(text[start:stop]))
        else:
            seen.add(towards)
            parts.append(_word(text[start:stop], weight, share, towards, label, labels))
        end = stop
    parts.append(escape(text[end:]))
    told = [one for one in (label, *labels) if one in seen]
    legend = "".join(_entry(one, label, labels) for one in dict.fromkeys(told))
    marked = f'<p class="weighed" dir="auto">{"".join(parts)}</p>'
    return f"{_STYLE}{marked}" + (f'<ul class="legend">{legend}</ul>' if legend else "")


def _word(
    word: str, weight: float, share: float, towards: str, label: str, labels: Sequence[str]
) -> str:
    loud = " loud" if share >= 0.5 else ""
    side = "for" if towards == label else "against"
    told = f"for {towards}" if towards == label else f"for {towards}, against {label}"
    spoken = f'<span class="unseen"> ({escape(told)})</span>' if loud else ""
    style = f"--tone: {tone(towards, labels).colour}; --much: {_MOST * share:.0f}%"
    return (
        f'<mark class="{side}{loud}" style="{style}" '
        f'title="{escape(told)}: {weight:+.2f} log-odds of {escape(label)}">'
        f"{escape(word)}{spoken}</mark>"
    )


def _entry(one: str, label: str, labels: Sequence[str]) -> str:
    shown = tone(one, labels)
    side = "for" if one == label else "against"
    said = escape(f"{shown.sign} {one}".strip())
    return (
        f'<li class="{side}" style="--tone: {shown.colour}"><i aria-hidden="true"></i>'
        f"speaks for {said}</li>"
    )
