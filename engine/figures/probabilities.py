"""The shares of one text's categories in, bars of them out, as HTML that is only text and boxes."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from engine.figures.base import GREY
from engine.figures.tones import tone

_STYLE = """<style>
.shares { display: grid; grid-template-columns: minmax(5rem, max-content) 1fr 4rem;
  gap: .5rem .75rem; align-items: center; margin: 0; }
.shares .share { display: contents; }
.shares .name { overflow-wrap: anywhere; max-width: 14rem; }
.shares .top.name, .shares .top.value { font-weight: 650; }
.shares .value { text-align: right; font-variant-numeric: tabular-nums; }
.shares .track { height: .85rem; border-radius: 4px; background: rgba(128,138,146,.16); }
.shares .fill { height: 100%; border-radius: 4px; background: var(--tone); opacity: .55;
  min-width: 2px; }
.shares .fill.top { opacity: 1; }
</style>"""


def probability_bars(
    shares: Sequence[tuple[str, float]], labels: Sequence[str], *, most: int = 12
) -> str:
    """HTML of a bar a category, in the order given; `labels` settle the tones.

    Beyond `most` the rest is one bar.

    HTML rather than a chart: it is redrawn at every pause in typing, at once and without a flash.
    Labels are escaped.
    """
    shown = list(shares[:most])
    rest = shares[most:]
    rows = [
        _bar(label, share, tone(label, labels).colour, top=n == 0)
        for n, (label, share) in enumerate(shown)
    ]
    if rest:
        rows.append(_bar(f"{len(rest):,} others", sum(share for _, share in rest), GREY, top=False))
    return f'{_STYLE}<div class="shares" role="list">{"".join(rows)}</div>'


def percent(share: float) -> str:
    """'97 %', '< 1 %', and never '100 %' of what is not certain."""
    if share < 0.01:
        return "< 1 %"
    return "> 99 %" if share > 0.99 else f"{share * 100:.0f} %"


def _bar(label: str, share: float, colour: str, *, top: bool) -> str:
    mark = " top" if top else ""
    width = f"{max(0.0, min(1.0, share)) * 100:.1f}"
    return (
        f'<div class="share" role="listitem"><span class="name{mark}">{escape(label)}</span>'
        f'<div class="track" aria-hidden="true"><div class="fill{mark}" '
        f'style="--tone: {colour}; width: {width}%"></div></div>'
        f'<span class="value{mark}">{escape(percent(share))}</span></div>'
    )
