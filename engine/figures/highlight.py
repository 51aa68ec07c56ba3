"""A text and the weight of its words in, HTML of the text with them marked out: no scripts.

What speaks for the answer is blue and underlined, what speaks against it orange and dashed: colour
is never alone. Everything of the text is escaped.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

_FOR, _AGAINST = "47, 135, 194", "224, 142, 11"
_STYLE = f"""<style>
.weighed {{ white-space: pre-wrap; overflow-wrap: anywhere; line-height: 1.9; margin: 0;
  max-height: 26rem; overflow-y: auto; }}
.weighed mark {{ color: inherit; border-radius: 3px; padding: .08em .12em; margin: 0 -.12em; }}
.weighed .for {{ background: rgba({_FOR}, var(--much)); border-bottom: 2px solid rgb({_FOR}); }}
.weighed .against {{ background: rgba({_AGAINST}, var(--much));
  border-bottom: 2px dashed rgb({_AGAINST}); }}
.weighed .loud {{ font-weight: 650; }}
.weighed .unseen, .told .unseen {{ position: absolute; width: 1px; height: 1px; overflow: hidden;
  clip-path: inset(50%); white-space: nowrap; }}
</style>"""
_QUIET = 0.12
_LEAST = 0.05
_MOST_ALPHA = 0.5

Weighed = tuple[int, int, float]
"""Where a word begins and ends in the text, and its weight, above 0 where it speaks for."""


def highlighted(text: str, words: Sequence[Weighed], label: str) -> str:
    """HTML of `text`; words of little weight are left plain.

    Args:
        text: The text.
        words: In its order, not overlapping.
        label: The category the words are weighed for.
    """
    most = max((abs(weight) for _, _, weight in words), default=0.0)
    parts, end = [], 0
    for start, stop, weight in words:
        parts.append(escape(text[end:start]))
        share = abs(weight) / most if most >= _LEAST else 0.0
        parts.append(_word(text[start:stop], weight, share, label))
        end = stop
    parts.append(escape(text[end:]))
    return f'{_STYLE}<p class="weighed" dir="auto">{"".join(parts)}</p>'


def _word(word: str, weight: float, share: float, label: str) -> str:
    if share < _QUIET:
        return escape(word)
    side = "for" if weight > 0 else "against"
    loud = " loud" if share >= 0.5 else ""
    told = f"{'for' if weight > 0 else 'against'} {label}"
    spoken = f'<span class="unseen"> ({escape(told)})</span>' if loud else ""
    return (
        f'<mark class="{side}{loud}" style="--much: {_MOST_ALPHA * share:.2f}" '
        f'title="{escape(told)}, {weight:+.2f} log-odds">{escape(word)}{spoken}</mark>'
    )
