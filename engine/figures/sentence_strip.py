"""The answers to a text's sentences in, HTML of a strip and a list of them out: no scripts.

Each category has a tone and its own name beside it, so that colour is never alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from engine.figures.probabilities import percent
from engine.figures.tones import tone

_STYLE = """<style>
.strip { display: flex; gap: 2px; height: 1.35rem; margin: 0 0 .6rem; }
.strip span { flex: var(--long) 1 0; min-width: 6px; border-radius: 3px; color: #fff;
  font-size: .8rem; font-weight: 700; text-align: center; overflow: hidden; line-height: 1.35rem;
  text-shadow: 0 0 3px rgba(0,0,0,.7);
  background: color-mix(in srgb, var(--tone) var(--sure), transparent); }
.told .one { display: grid; grid-template-columns: minmax(6.5rem, max-content) 1fr; gap: .75rem;
  padding: .3rem 0 .3rem .6rem; margin: 0 0 2px; border-left: 4px solid var(--tone); }
.told .said { font-variant-numeric: tabular-nums; font-weight: 600; }
.told .sentence { overflow-wrap: anywhere; }
@media (max-width: 640px) { .told .one { grid-template-columns: 1fr; gap: 0; } }
</style>"""

Told = tuple[str, str, float]
"""A sentence, the category it was given alone, and that category's probability."""


def sentence_strip(told: Sequence[Told], labels: Sequence[str]) -> str:
    """HTML of one cell and one line a sentence, in the text's order; `labels` settle the tones."""
    cells = "".join(_cell(*one, labels) for one in told)
    lines = "".join(_line(*one, labels) for one in told)
    return (
        f'{_STYLE}<div class="strip" aria-hidden="true">{cells}</div>'
        f'<div class="told" role="list">{lines}</div>'
    )


def _cell(sentence: str, label: str, share: float, labels: Sequence[str]) -> str:
    shown = tone(label, labels)
    style = (
        f"--tone: {shown.colour}; --sure: {40 + 60 * share:.0f}%; --long: {max(len(sentence), 12)}"
    )
    title = f"{label}, {percent(share)}: {sentence[:120]}"
    return f'<span style="{style}" title="{escape(title)}">{shown.sign}</span>'


def _line(sentence: str, label: str, share: float, labels: Sequence[str]) -> str:
    shown = tone(label, labels)
    said = f"{shown.sign} {label} {percent(share)}".strip()
    return (
        f'<div class="one" role="listitem" style="--tone: {shown.colour}">'
        f'<span class="said">{escape(said)}</span>'
        f'<span class="sentence" dir="auto">{escape(sentence)}</span></div>'
    )
