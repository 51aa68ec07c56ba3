"""An explained text in, how far to believe it out: the verdict, the curves, a sentence a figure."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import streamlit as st

from engine.figures.base import CONFIG
from pages._ui.explain.text.explained import Explained
from pages._ui.texts import plain

if TYPE_CHECKING:
    from engine.explain.subject import Subject
    from engine.explain.take_away.told import Told
    from engine.explain.trust.report import Trust

_MARKS = {
    True: ":green[:material/check_circle:]",
    False: ":orange[:material/error:]",
    None: ":gray[:material/remove:]",
}


def waiting() -> None:
    """What stands there while the figures are computed."""
    st.markdown("**How far to believe it**")
    st.caption(
        "Words are taken out, in the order of the explanation and at random, to see which moves "
        "the answer more."
    )
    st.skeleton(height=240)


def trust_part(subject: Subject, explained: Explained) -> None:
    """Draw it."""
    from engine.explain.take_away.told import named, told
    from engine.figures.faithfulness_curves import faithfulness_curves

    trust, of = explained.trust, named(subject.names, explained.target)
    st.markdown("**How far to believe it**")
    if trust.believable:
        st.success(plain(trust.why), icon=":material/verified:")
    else:
        st.warning(plain(f"{trust.why} So the colours are grey."), icon=":material/warning:")
    st.plotly_chart(
        faithfulness_curves(trust.taken_out, trust.left_in, of, shares=subject.odds),
        key="explain-curves",
        config=CONFIG,
        alt="What is left of the answer as the strongest words are taken out, or alone are left, "
        "against random words. The sentences below say the same.",
    )
    for one in told(explained.attribution, trust, of, odds=subject.odds):
        _line(one)
    with st.expander("The figures", type="compact"):
        _figures(explained, trust)


def _line(one: Told) -> None:
    st.markdown(f"{_MARKS[one.good]} {plain(one.sentence)} :gray[:small[{plain(one.name)}]]")


def _figures(explained: Explained, trust: Trust) -> None:
    rows = [
        ("Comprehensiveness (AOPC)", trust.comprehensiveness, trust.chance_comprehensiveness,
         "higher"),
        ("Sufficiency (AOPC)", trust.sufficiency, trust.chance_sufficiency, "lower"),
        ("Infidelity", trust.infidelity, trust.chance_infidelity, "lower"),
        ("Convergence delta", trust.relative_delta, math.nan, "lower"),
        *((f"Rank correlation, {name} baseline", value, math.nan, "higher")
          for name, value in trust.agreement.items()),
    ]  # fmt: skip
    known = [row for row in rows if math.isfinite(row[1])]
    st.dataframe(
        {
            "Figure": [row[0] for row in known],
            "Here": [f"{row[1]:.3f}" for row in known],
            "By chance": [f"{row[2]:.3f}" if math.isfinite(row[2]) else "" for row in known],
            "Better is": [row[3] for row in known],
        },
        hide_index=True,
    )
    st.caption(
        f"The answer is {explained.attribution.value:+.3f}, of the baseline "
        f"{explained.attribution.base:+.3f}."
        if math.isfinite(explained.attribution.base)
        else f"The answer is {explained.attribution.value:+.3f}."
    )
