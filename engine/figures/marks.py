"""A text and marks on its words in, HTML of it and of what the marks mean out: no scripts.

A mark has a colour, and a line beneath that is solid or dashed: colour is never alone. Everything
of the text is escaped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

STYLE = """<style>
.weighed { white-space: pre-wrap; overflow-wrap: anywhere; font-size: 1.0625rem; line-height: 1.95;
  margin: 0; max-height: 26rem; overflow-y: auto; }
.weighed mark { color: inherit; border-radius: 3px; padding: .08em .12em; margin: 0 -.12em;
  background: color-mix(in srgb, var(--tone) var(--much), transparent);
  border-bottom: 2px solid var(--tone); }
.weighed .against { border-bottom-style: dashed; }
.weighed .loud { font-weight: 650; }
.weighed .quiet { background: none; border-bottom-color: transparent; }
.weighed .unseen { position: absolute; width: 1px; height: 1px; overflow: hidden;
  clip-path: inset(50%); white-space: nowrap; }
.weighed.small { font-size: .875rem; line-height: 1.75; max-height: 12rem; }
.faded mark, .faded i { --tone: #8A929A !important; }
.legend { display: flex; flex-wrap: wrap; gap: .15rem 1.1rem; margin: .5rem 0 0;
  padding: 0 !important; list-style: none; font-size: .875rem; opacity: .85; }
.legend li { margin: 0; }
.legend i { display: inline-block; width: 1.1rem; height: .8rem; margin-right: .4rem;
  border-radius: 3px 3px 0 0; vertical-align: -.05rem;
  background: color-mix(in srgb, var(--tone) 35%, transparent);
  border-bottom: 2px solid var(--tone); }
.legend .against i { border-bottom-style: dashed; }
</style>"""
_MOST = 50
"""Per cent of its colour behind the strongest word: letters stay readable on it."""
_LOUD = 0.5


@dataclass(frozen=True)
class Mark:
    """One word that is marked.

    Attributes:
        start, stop: Where it stands in the text.
        colour: "#RRGGBB".
        strength: From 0 to 1; from a half on it is in bold and a screen reader tells of it.
        told: What it means, for the pointer and for a screen reader.
        more: Goes on after `told`, for the pointer alone.
        against: Whether it speaks against what is explained: its line is dashed.
        quiet: Whether only the pointer learns of it.
    """

    start: int
    stop: int
    colour: str
    strength: float
    told: str
    more: str = ""
    against: bool = False
    quiet: bool = False


def marked(text: str, marks: Sequence[Mark], kind: str = "") -> str:
    """HTML of `text`; marks in its order, not overlapping. `kind`: small, faded or both."""
    parts, end = [], 0
    for mark in marks:
        parts += [escape(text[end : mark.start]), _word(text[mark.start : mark.stop], mark)]
        end = mark.stop
    parts.append(escape(text[end:]))
    return f'<p class="{f"weighed {kind}".strip()}" dir="auto">{"".join(parts)}</p>'


def legend(entries: Sequence[tuple[str, str, bool]], kind: str = "") -> str:
    """HTML of what colours mean; `entries` are words, "#RRGGBB" and whether the line is dashed."""
    told = "".join(
        f'<li class="{"against" if against else "for"}" style="--tone: {colour}">'
        f'<i aria-hidden="true"></i>{escape(words)}</li>'
        for words, colour, against in entries
    )
    return f'<ul class="{f"legend {kind}".strip()}">{told}</ul>' if told else ""


def _word(word: str, mark: Mark) -> str:
    loud = mark.strength >= _LOUD and not mark.quiet
    spoken = f'<span class="unseen"> ({escape(mark.told)})</span>' if loud else ""
    side = "against" if mark.against else "for"
    kind = f"{side} quiet" if mark.quiet else f"{side} loud" if loud else side
    return (
        f'<mark class="{kind}" style="--tone: {mark.colour}; --much: {_MOST * mark.strength:.0f}%" '
        f'title="{escape(mark.told + mark.more)}">{escape(word)}{spoken}</mark>'
    )
