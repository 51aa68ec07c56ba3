"""Topics that are explained in, by which method and against which baseline out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from engine.explain.methods.known import METHODS
from pages._ui.explain.text.choices import BASELINES

if TYPE_CHECKING:
    from engine.explain.subject import Subject

_EXACT = (
    "Exact shares",
    "A draft encoder adds the vectors of its words up, so the share of each is known exactly.",
)
_LEFT_OUT = {
    True: {"integrated gradients", "input x gradient", "gradient", "deeplift"},
    False: {"deeplift"},
}
"""Methods that cannot explain topics of a draft encoder (a cosine does not change while a sum grows
along its way), or of a whole one."""


def title_of(method: str) -> str:
    """As it is shown."""
    return METHODS[method].title if method in METHODS else _EXACT[0]


def how_pick(subject: Subject) -> tuple[str, str]:
    """Draw what can be chosen; method and kind of baseline, the usual ones first."""
    from engine.explain.topics.document import usual_baseline, usual_method
    from engine.explain.topics.shares import has_shares

    usual, base = usual_method(subject), usual_baseline(subject).kind
    offered = [
        usual,
        *(m for m in METHODS if m != usual and m not in _LEFT_OUT[has_shares(subject)]),
    ]
    told = [METHODS[m].help if m in METHODS else _EXACT[1] for m in offered]
    with st.popover("How", icon=":material/tune:", help="Method and baseline.", width="stretch"):
        method = st.radio(
            "Method", offered, captions=told, format_func=title_of, key=f"explain-how-{usual}"
        )
        if method not in METHODS or not METHODS[method].has_baseline:
            return str(method), base
        kinds = [base, *(k for k in ("pad", "mask", "zero") if k != base)]
        kind = st.radio(
            "Compared with", kinds, format_func=lambda k: BASELINES[k][0],
            captions=[BASELINES[k][1] for k in kinds], key="explain-how-baseline",
            help="PAD is the usual one: a text of MASK tokens has a subject of its own for an "
            "encoder that learnt to guess what is behind them.",
        )  # fmt: skip
    return str(method), str(kind)
