"""Shares before and after a change in, bars of both beside each other out, as HTML without scripts.

The bar of before is an outline, that of after is filled: colour is never alone, and the change is
written beside them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from engine.figures.probabilities import percent
from engine.figures.tones import tone

_STYLE = """<style>
.moved { display: grid; grid-template-columns: minmax(4.5rem, max-content) 1fr max-content;
  gap: .6rem .75rem; align-items: center; margin: 0; }
.moved .row { display: contents; }
.moved .name { overflow-wrap: anywhere; max-width: 11rem; }
.moved .top { font-weight: 650; }
.moved .values { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.moved .values small { opacity: .75; font-size: .8rem; display: block; font-weight: 400; }
.moved .track { border-radius: 4px; background: rgba(128,138,146,.14); margin: 2px 0; }
.moved .was { height: .55rem; border-radius: 4px; border: 2px solid var(--tone); opacity: .7;
  box-sizing: border-box; min-width: 4px; }
.moved .is { height: .85rem; border-radius: 4px; background: var(--tone); min-width: 2px; }
.moved-key { display: flex; gap: 1.1rem; font-size: .875rem; opacity: .85; margin: .5rem 0 0; }
.moved-key i { display: inline-block; width: 1.3rem; height: .6rem; border-radius: 3px;
  margin-right: .4rem; border: 2px solid #8A929A; box-sizing: border-box; }
.moved-key .filled { background: #8A929A; }
.moved .unseen { position: absolute; width: 1px; height: 1px; overflow: hidden;
  clip-path: inset(50%); white-space: nowrap; }
</style>"""
_SAME = 0.005


def share_change(
    before: Mapping[str, float], after: Mapping[str, float], labels: Sequence[str], *, most: int = 6
) -> str:
    """HTML of two bars a category, the likeliest after the change first.

    Args:
        before, after: From each category to its share, 0 to 1.
        labels: All categories, which settle the tones.
        most: Categories shown; those that have most in either.
    """
    order = sorted(after, key=lambda name: -after[name])
    shown = sorted(after, key=lambda name: -max(before[name], after[name]))[:most]
    rows = "".join(
        _row(name, before[name], after[name], tone(name, labels).colour, top=name == order[0])
        for name in order
        if name in shown
    )
    key = (
        '<div class="moved-key" aria-hidden="true"><span><i></i>before</span>'
        '<span><i class="filled"></i>after</span></div>'
    )
    return f'{_STYLE}<div class="moved" role="list">{rows}</div>{key}'


def change(before: float, after: float) -> str:
    """'+12 points', '−3 points', 'the same'."""
    points = round((after - before) * 100)
    if abs(after - before) < _SAME or not points:
        return "the same"
    sign = "+" if points > 0 else "\u2212"
    return f"{sign}{abs(points)} point{'s' * (abs(points) != 1)}"


def _row(name: str, before: float, after: float, colour: str, *, top: bool) -> str:
    mark = " top" if top else ""
    bars = "".join(
        f'<div class="track"><div class="{kind}" style="--tone: {colour}; '
        f'width: {max(0.0, min(1.0, share)) * 100:.1f}%"></div></div>'
        for kind, share in (("was", before), ("is", after))
    )
    return (
        f'<div class="row" role="listitem"><span class="name{mark}">{escape(name)}</span>'
        f'<div aria-hidden="true">{bars}</div><span class="values{mark}">'
        f'<span class="unseen">before </span>{escape(percent(before))} \u2192 '
        f'<span class="unseen">after </span>{escape(percent(after))}'
        f"<small>{escape(change(before, after))}</small></span></div>"
    )
