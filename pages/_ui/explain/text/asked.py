"""What a person wants to know of a text, as plain words; and what was found, while they stay."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import astuple, dataclass, replace
from typing import TYPE_CHECKING, TypeVar, cast

import streamlit as st

if TYPE_CHECKING:
    from engine.explain.methods.baseline import Baseline

_FOUND = "explain-found"
_MOST = 80

Made = TypeVar("Made")


@dataclass(frozen=True)
class Asked:
    """The whole question.

    Attributes:
        model: Key of the classifier.
        text: What is explained.
        of: Which category; "" for the one it predicts.
        against: Which other; "" for all of them.
        method: Short name of the method.
        baseline: Kind of the baseline.
        neutral: The neutral text, where that is the baseline.
    """

    model: str
    text: str
    of: str
    against: str
    method: str
    baseline: str
    neutral: str = ""

    def compared_with(self) -> Baseline:
        """The baseline, as the engine wants it."""
        from engine.explain.methods.baseline import Baseline, BaselineKind

        return Baseline(cast("BaselineKind", self.baseline), self.neutral)

    def any_method(self) -> Asked:
        """The same question, whatever the method."""
        return replace(self, method="")

    def of_text_only(self) -> Asked:
        """What does not hang on how it is explained."""
        return Asked(self.model, self.text, "", "", "", "")


def is_known(asked: Asked, part: str) -> bool:
    """Whether `part` of the answer is there already."""
    return _key(asked, part) in st.session_state.get(_FOUND, {})


def found(asked: Asked, part: str, make: Callable[[], Made]) -> Made:
    """`part` of the answer: made once, then kept for this session while it is among the last."""
    known: dict[tuple[str, ...], Made] = st.session_state.setdefault(_FOUND, {})
    key = _key(asked, part)
    if key not in known:
        made = make()
        while len(known) >= _MOST:
            del known[next(iter(known))]
        known[key] = made
    return known[key]


def last(asked: Asked, part: str, make: Callable[[], Made]) -> Made:
    """`part` of the answer, kept only until another is asked for: it holds on to the model."""
    slot, key = f"explain-last-{part}", _key(asked, part)
    known: tuple[tuple[str, ...], Made] | None = st.session_state.get(slot)
    if known is None or known[0] != key:
        known = key, make()
        st.session_state[slot] = known
    return known[1]


def _key(asked: Asked, part: str) -> tuple[str, ...]:
    # Strings, not the object: a class that was edited meanwhile is another one.
    return (*astuple(asked), part)
