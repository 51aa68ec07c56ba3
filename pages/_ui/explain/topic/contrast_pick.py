"""A document and its cosines in, which topic is explained against which other out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from pages._ui.texts import short
from pages._ui.topics.opened import Opened

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.explain.target import Target

_ALONE = -1


def contrast_pick(now: Opened, place: int, cosines: NDArray[np.float32]) -> Target:
    """Draw two boxes, the nearest topics first; its own and the runner-up are chosen."""
    from engine.explain.of_topics import topic_names
    from engine.explain.target import Target
    from engine.explain.topics.document import contrast

    names = topic_names(now.topics)
    usual = contrast(now.topics, cosines, int(now.topics.assigned[place]))
    ranked = np.argsort(-cosines, kind="stable").tolist()
    own = usual.of if now.topics.assigned[place] >= 0 else None

    def told(n: int) -> str:
        if n == _ALONE:
            return "Nothing: explain it alone"
        mark = " (its topic)" if n == own else ""
        return f"{short(names[n], 60)}{mark} · cosine {cosines[n]:.2f}"

    left, right = st.columns(2)
    key = f"{now.key}-{place}"
    of = left.selectbox(
        "Why this topic", ranked, index=ranked.index(usual.of), format_func=told,
        key=f"explain-of-{key}",
    )  # fmt: skip
    others = [*(n for n in ranked if n != of), _ALONE]
    against = right.selectbox(
        "And not this one", others, format_func=told, key=f"explain-against-{key}-{of}",
        help="The nearest of the others is first. Alone, words are weighed for the one topic, "
        "whatever else they speak for.",
    )  # fmt: skip
    return Target(int(of), None if against == _ALONE else int(against))
