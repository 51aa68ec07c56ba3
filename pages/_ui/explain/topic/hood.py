"""An explained document in; what ran beneath, and whether standard attention says the same, out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from pages._ui.explain.text.kernels_part import compared
from pages._ui.explain.text.under_hood import ran
from pages._ui.explain.topic.loaded import Asked, subject_of

if TYPE_CHECKING:
    from engine.explain.attribution import Attribution
    from engine.explain.kernels import KernelAgreement
    from engine.explain.subject import Subject


def hood(subject: Subject, asked: Asked, made: Attribution) -> None:
    """Draw it."""
    if subject.kernel == "none":
        st.caption(
            "A draft encoder looks its words up in a table: there is no attention, and no kernel."
        )
        return
    ran(subject, made)
    if st.toggle(
        "Explain it with standard attention too", key="explain-topics-eager",
        help="Runs Integrated Gradients once more on eager attention, where every score is held in "
        "memory, and compares. The profiler tells which kernels really ran.",
    ):  # fmt: skip
        compared(_both(asked.key, asked, made), unit="cosine")


@st.cache_resource(max_entries=10, show_spinner="Explaining on both kernels")
def _both(key: str, _asked: Asked, _made: Attribution) -> KernelAgreement:
    from engine.explain.kernels import kernel_agreement

    now = _asked.now
    subject, eager = subject_of(now.key, now), subject_of(now.key, now, "eager")
    with subject.lock:
        return kernel_agreement(
            subject, eager, _made.reading, _made.target, baseline=_asked.compared_with()
        )
