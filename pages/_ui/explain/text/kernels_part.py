"""An explained text in, whether standard attention explains it alike out."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import streamlit as st

from pages._ui.explain import loaded
from pages._ui.explain.text.asked import Asked, found
from pages._ui.explain.text.explained import Explained
from pages._ui.texts import plain

if TYPE_CHECKING:
    from engine.explain.kernels import KernelAgreement
    from engine.explain.subject import Subject


def kernels_part(subject: Subject, asked: Asked, explained: Explained) -> None:
    """Draw the switch; once it is on, both kernels side by side."""
    if not st.toggle(
        "Explain it with standard attention too",
        key="explain-eager",
        help="Runs Integrated Gradients once more on eager attention, where every score is held "
        "in memory, and compares. The profiler tells which kernels really ran.",
    ):
        return
    compared(found(asked.any_method(), "kernels", lambda: _both(subject, asked, explained)))


def compared(made: KernelAgreement, *, unit: str = "log-odds") -> None:
    """Draw two kernels side by side."""
    mine, other = made.kernels
    if mine == other:
        st.caption("This machine explains with standard attention already: both are the same.")
    rank = "not known for a single word" if math.isnan(made.rank) else f"{made.rank:.4f}"
    st.markdown(
        plain(
            f"Rank correlation of the words {rank}; the largest difference is "
            f"{made.largest:.2g} of the strongest word."
        )
    )
    if not made.flash_ran:
        st.warning(
            plain(f"The profiler did not see {mine} run, though it was asked for: do not trust "
                  "what is said of it here."), icon=":material/warning:",
        )  # fmt: skip
    st.dataframe(
        {
            "Kernel": [mine, other],
            "Seen by the profiler": [_operators(ran) for ran in made.ran],
            "Answer": [one.value for one in made.attributions],
            "Seconds": [one.seconds for one in made.attributions],
        },
        hide_index=True,
        column_config={
            "Answer": st.column_config.NumberColumn(format="%.5f", help=f"f(x), in {unit}."),
            "Seconds": st.column_config.NumberColumn(format="%.2f", width="small"),
        },
    )


def _operators(ran: list[str]) -> str:
    """The operators and GPU kernels themselves, without what autograd calls them by."""
    own = [name for name in ran if "::engine::" not in name and not name.endswith("Backward0")]
    return ", ".join(own) or "no attention"


def _both(subject: Subject, asked: Asked, explained: Explained) -> KernelAgreement:
    from engine.explain.kernels import kernel_agreement

    with st.spinner("Explaining on both kernels"):
        eager = loaded.subject(subject.key, "eager")
        with loaded.turn(subject):
            return kernel_agreement(
                subject, eager, explained.reading, explained.target, baseline=asked.compared_with()
            )
