"""How the shares of topics have moved in, a sentence and bars of it on the page out."""

from __future__ import annotations

from typing import Any

import streamlit as st

from engine.figures.base import CONFIG
from engine.figures.topic_drift import Bar, drift_figure
from pages._ui.texts import plain

NONE = "In no topic"


def drift_view(facts: dict[str, Any], *, key: str) -> None:
    """Draw it. facts: drift and by_topic, as 'assign file' and 'topics add' tell them."""
    moved = facts["drift"]["topics"]
    if not moved:
        return
    said = {row["topic"]: row for row in facts["by_topic"]}
    bars = [
        Bar(
            name=said[row["topic"]]["name"] or NONE,
            before=row["before"],
            after=row["after"],
            counts=(said[row["topic"]]["before"], said[row["topic"]]["after"]),
            changed=row["changed"],
        )
        for row in moved
    ]
    st.markdown("**Have the topics moved?**")
    st.markdown(plain(_sentence(facts["drift"], bars)))
    st.plotly_chart(
        drift_figure(bars),
        config=CONFIG,
        key=f"drift-{key}",
        alt="Share of each topic before and now",
    )
    st.caption(
        "Before: the topics' own documents, assigned the same way as the new ones. In brackets: "
        "percentage points. Orange: beyond what chance gives, at 95 % for all topics together."
    )


def _sentence(drift: dict[str, Any], bars: list[Bar]) -> str:
    distance = f"Jensen-Shannon divergence {drift['divergence']:.3f}"
    if not drift["beyond_chance"]:
        return (
            f"No: the shares are as alike as those of two samples of the same documents "
            f"({distance}; chance reaches {drift['chance']:.3f})."
        )
    changed = sorted(
        (bar for bar in bars if bar.changed), key=lambda bar: -abs(bar.after - bar.before)
    )
    named = [
        f"{bar.name} {'more' if bar.after > bar.before else 'less'} often "
        f"({bar.before:.1%} to {bar.after:.1%})"
        for bar in changed[:3]
    ]
    begin = "; ".join(named) if named else "many topics a little"
    return f"Yes: {begin} ({distance}; chance reaches {drift['chance']:.3f})."
