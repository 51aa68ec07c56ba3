"""A text that is being changed in, its words as chips and what can be done with them out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from engine.errors import InputError
from pages._ui.explain.what_if import changing
from pages._ui.texts import plain

if TYPE_CHECKING:
    from engine.explain.reading import Reading
    from engine.explain.subject import Subject

_MOST_CHIPS = 300
_UNSEEN = "\u2060"
"""A sign without width."""


def words_row(subject: Subject, reading: Reading) -> None:
    """Draw it. Chips are reached by Tab and arrows, and chosen by Enter."""
    n = min(reading.n_words, _MOST_CHIPS)
    labels = _labels(reading.words[:n])
    chosen = st.pills(
        "Words", list(range(n)), selection_mode="multi", key=changing.CHOSEN,
        format_func=labels.__getitem__,
        help="Choose one or several, then say what is to become of them.",
    )  # fmt: skip
    if n < reading.n_words:
        st.caption(f"The first {n} words; change the others in the box.")
    _buttons(subject, reading, sorted(chosen or []))


def _labels(words: Sequence[str]) -> list[str]:
    """The words as labels, each another one: Streamlit tells equal ones not apart."""
    seen: Counter[str] = Counter()
    labels = []
    for word in words:
        labels.append(plain(word) + _UNSEEN * seen[word])
        seen[word] += 1
    return labels


def _buttons(subject: Subject, reading: Reading, chosen: list[int]) -> None:
    from engine.explain.what_if.changed import changed, without

    none = not chosen
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        left = without(reading, chosen)
        st.button(
            "Take out", key="what-if-out", icon=":material/backspace:", disabled=none,
            on_click=changing.put, args=(left,),
        )  # fmt: skip
        mask = _mask(subject)
        st.button(
            "Mask", key="what-if-mask", icon=":material/visibility_off:", disabled=none or not mask,
            help="The word's place stays, but the classifier cannot see it." if mask
            else "This encoder has no mask token.",
            on_click=changing.put, args=(changed(reading, dict.fromkeys(chosen, mask)),),
        )  # fmt: skip
        # Anew after each step, so that it closes and does not cover what came of it.
        with st.popover(
            "Swap…", icon=":material/swap_horiz:", disabled=none,
            key=f"what-if-swap-box-{changing.steps()}",
        ):  # fmt: skip
            new = st.text_input(
                "Put in its place",
                key=f"what-if-new-{changing.steps()}",
                placeholder="Another word",
            ).strip()
            if len(chosen) > 1:
                st.caption("It takes the place of the first chosen word; the others go.")
            first = dict.fromkeys(chosen[1:], "") | dict.fromkeys(chosen[:1], new)
            st.button(
                "Swap", key="what-if-swap", type="primary", disabled=not new,
                on_click=changing.put, args=(changed(reading, first),),
            )  # fmt: skip
        st.button(
            "Undo", key="what-if-undo", icon=":material/undo:", disabled=not changing.steps(),
            on_click=changing.undo,
        )  # fmt: skip
        st.button(
            "Start over", key="what-if-reset", icon=":material/restart_alt:", type="tertiary",
            disabled=not changing.steps(), on_click=changing.reset,
        )  # fmt: skip


def _mask(subject: Subject) -> str:
    from engine.explain.what_if.changed import mask_word

    try:
        return mask_word(subject)
    except InputError:
        return ""
