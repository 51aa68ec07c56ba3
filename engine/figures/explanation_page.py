"""An explanation in, one page of HTML that needs nothing else out: no scripts, light and dark."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from engine.explain.attribution import Attribution
from engine.explain.take_away.told import Told
from engine.explain.take_away.words import word_rows
from engine.figures.sides import Sides
from engine.figures.signed_text import signed_text

_STYLE = """<style>
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem;
  color: #1B2328; background: #FDFDFC; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .25rem; }
h2 { font-size: 1.05rem; margin: 2rem 0 .5rem; }
.about { opacity: .75; margin: 0 0 1.5rem; }
.weighed { max-height: none !important; }
.verdict { padding: .6rem .8rem; border-left: 4px solid #1FA37C;
  background: rgba(128,138,146,.12); border-radius: 0 6px 6px 0; margin: 1.25rem 0 .5rem; }
.verdict.doubt { border-color: #E08E0B; }
dl { margin: .5rem 0; } dt { font-weight: 600; margin-top: .6rem; } dd { margin: 0; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .15rem .9rem .15rem 0; text-align: right; border-bottom: 1px solid #8883; }
th:first-child, td:first-child { text-align: left; overflow-wrap: anywhere; }
code { display: block; white-space: pre-wrap; overflow-wrap: anywhere; padding: .6rem .8rem;
  border-radius: 6px; background: rgba(128,138,146,.12); font-size: .85rem; }
@media (prefers-color-scheme: dark) { body { color: #E5EAED; background: #12171B; } }
</style>"""
_MOST = 40
"""Words in the table: the strongest."""


@dataclass(frozen=True)
class PageWords:
    """What stands around the text, all of it to be escaped.

    title: For example "Why negative?". about: What was asked, in a line. verdict: How far to
    believe it. believable: Whether one may. told: A sentence for each trust figure. command: The
    line that gives the same.
    """

    title: str
    about: str
    verdict: str
    believable: bool
    told: Sequence[Told]
    command: str


def explanation_page(attribution: Attribution, sides: Sides, words: PageWords) -> str:
    """The page, with the text in its colours, the verdict, each figure in words and the scores."""
    reading = attribution.reading
    text = signed_text(
        reading.text, reading.spans, attribution.scores.tolist(), sides,
        faded=not words.believable,
    )  # fmt: skip
    doubt = "" if words.believable else " doubt"
    told = "".join(
        f"<dt>{escape(one.name)}</dt><dd>{escape(one.sentence)}</dd>" for one in words.told
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(words.title)}</title>{_STYLE}</head><body>"
        f'<h1>{escape(words.title)}</h1><p class="about">{escape(words.about)}</p>'
        f'{text}<p class="verdict{doubt}">{escape(words.verdict)}</p><dl>{told}</dl>'
        f"<h2>The strongest words</h2>{_table(attribution, sides)}"
        f"<h2>The same from a terminal</h2><code>{escape(words.command)}</code></body></html>"
    )


def _table(attribution: Attribution, sides: Sides) -> str:
    rows = sorted(word_rows(attribution), key=lambda row: row["rank"])[:_MOST]
    body = "".join(
        f"<tr><td>{escape(row['word'])}</td><td>{row['score']:+.3f}</td>"
        f"<td>{row['share'] * 100:.1f} %</td><td>{escape(sides.said(row['score']))}</td></tr>"
        for row in rows
    )
    return (
        f"<table><thead><tr><th>Word</th><th>Score ({escape(sides.unit)})</th><th>Of all</th>"
        f"<th>It</th></tr></thead><tbody>{body}</tbody></table>"
    )
