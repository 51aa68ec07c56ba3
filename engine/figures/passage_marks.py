"""A text and its passages in, HTML of it with each passage in its topic's tone out: no scripts.

The clearer a passage is about its topic, the stronger the tone; the legend names the topics, and
the pointer tells each passage's, so colour is never alone. Everything of the text is escaped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

_STYLE = """<style>
.passages { white-space: pre-wrap; overflow-wrap: anywhere; line-height: 1.85; margin: 0;
  max-height: 34rem; overflow-y: auto; }
.passages mark { color: inherit; border-radius: 3px; padding: .1em 0; box-decoration-break: clone;
  -webkit-box-decoration-break: clone;
  background: color-mix(in srgb, var(--tone) var(--much), transparent);
  border-bottom: 2px solid var(--tone); }
ul.passage-key { display: flex; flex-wrap: wrap; gap: .15rem 1.1rem; margin: .5rem 0 0;
  padding: 0 !important; list-style: none; font-size: .875rem; opacity: .9; }
.passage-key li { margin: 0; }
.passage-key i { display: inline-block; width: 1.1rem; height: .8rem; margin-right: .4rem;
  border-radius: 3px 3px 0 0; vertical-align: -.05rem;
  background: color-mix(in srgb, var(--tone) 40%, transparent);
  border-bottom: 2px solid var(--tone); }
</style>"""
_LEAST, _MOST = 8, 42
"""Per cent of the tone behind a passage: letters stay readable on it."""


@dataclass(frozen=True)
class Marked:
    """Where a passage stands in the text, the place of its topic, and how clear it is (0 to 1)."""

    start: int
    stop: int
    topic: int
    cosine: float
    clear: float


def marked_text(
    text: str, passages: Sequence[Marked], names: dict[int, str], tones: dict[int, str]
) -> str:
    """HTML of `text` and of a legend.

    Args:
        text: The text.
        passages: In its order, not overlapping.
        names: Place of each topic to its name, in the order of the legend.
        tones: Place of each topic to "#RRGGBB".
    """
    parts, end = [], 0
    for one in passages:
        parts.append(escape(text[end : one.start]))
        told = f"{names[one.topic]}: cosine {one.cosine:.2f}"
        much = _LEAST + (_MOST - _LEAST) * max(0.0, min(1.0, one.clear))
        parts.append(
            f'<mark style="--tone: {tones[one.topic]}; --much: {much:.0f}%" '
            f'title="{escape(told)}">{escape(text[one.start : one.stop])}</mark>'
        )
        end = one.stop
    parts.append(escape(text[end:]))
    key = "".join(
        f'<li style="--tone: {tones[topic]}"><i aria-hidden="true"></i>{escape(name)}</li>'
        for topic, name in names.items()
    )
    return (
        f'{_STYLE}<p class="passages" dir="auto">{"".join(parts)}</p>'
        f'<ul class="passage-key">{key}</ul>'
    )
