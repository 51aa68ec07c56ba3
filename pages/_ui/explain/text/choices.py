"""A classifier and a text in, the question about it out: which category, and explained how."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from engine.explain.methods.known import DEFAULT, METHODS
from engine.store import Artifact
from pages._ui.explain.text.asked import Asked
from pages._ui.texts import plain

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

BASELINES = {
    "pad": ("Padding", "the encoder's PAD token in place of every word"),
    "mask": ("Masked words", "the encoder's MASK token in place of every word"),
    "zero": ("Nothing", "no embedding at all"),
    "text": ("A neutral text", "words that say nothing, typed by you"),
}
_NAMED = {"against": "category to compare with"}
"""What a parameter of the address is to a person, where its name does not say."""
_NEUTRAL = "it is what it is ."
OWN_BASELINE = "pad"
"""What is taken where nobody chooses; the engine's module that says so would load torch here."""


def choices(found: Artifact, text: str) -> Asked:
    """Draw them; each default needs no choice. All but the neutral text are in the address."""
    labels = [str(label) for label in found.facts.get("labels", [])]
    said = st.container()
    left, right = st.columns(2, gap="small")
    with left:
        of = _pick(
            "category", "Why", ["", *labels], "what it says",
            "Which category is explained: the one that the classifier chose, or any other.", said,
        )  # fmt: skip
    rest = [label for label in labels if label != of]
    with right:
        against = _pick(
            "against", "and not", ["", *rest], "all others",
            "One category: what decides between the two. All others: what speaks for it at all.",
            said,
        )  # fmt: skip
    method, baseline, neutral = _how(said)
    return Asked(found.key, text, of, against, method, baseline, neutral)


def _pick(
    name: str, label: str, offered: list[str], first: str, about: str, said: DeltaGenerator
) -> str:
    """A box whose choice is in the address."""
    key = f"explain-{name}"
    st.session_state[key] = _named(name, offered, "", said)
    return str(
        st.selectbox(
            label, offered, format_func=lambda one: one or first[:1].upper() + first[1:], key=key,
            on_change=_keep, args=(name, ""), help=about,
        )
    )  # fmt: skip


def _named(name: str, offered: Sequence[str], own: str, said: DeltaGenerator) -> str:
    """What the address names; where it names nothing, or nothing that is there, `own`.

    The latter is told in `said`.
    """
    wanted = st.query_params.get(name, "")
    found = {one.casefold(): one for one in offered}.get(wanted.casefold())
    if wanted and not found:
        listed = ", ".join(one for one in offered if one)
        said.error(
            plain(f"The address asks for the {_NAMED.get(name, name)} '{wanted[:80]}', which is "
                  f"not one to choose here. Choose from {listed}."),
            icon=":material/info:",
        )  # fmt: skip
    return found if wanted and found else own


def _keep(name: str, own: str) -> None:
    """Write a choice into the address; one that nobody has to make is left out."""
    picked = st.session_state[f"explain-{name}"]
    if picked == own:
        st.query_params.pop(name, None)
    else:
        st.query_params[name] = picked


def _how(said: DeltaGenerator) -> tuple[str, str, str]:
    """Method, baseline and neutral text."""
    method = _named("method", list(METHODS), DEFAULT, said)
    baseline = _named("baseline", list(BASELINES), OWN_BASELINE, said)
    has_baseline = METHODS[method].has_baseline
    shown = METHODS[method].title
    if has_baseline:
        shown += f", against {BASELINES[baseline][0].lower()}"
    with st.popover(shown, icon=":material/tune:", width="stretch", help="How it is explained."):
        st.session_state["explain-method"] = method
        st.radio(
            "Method", list(METHODS), key="explain-method", on_change=_keep,
            args=("method", DEFAULT), format_func=lambda name: METHODS[name].title,
            captions=[one.help for one in METHODS.values()],
        )  # fmt: skip
        if has_baseline:
            return method, baseline, _baseline(baseline)
    return method, OWN_BASELINE, ""


def _baseline(chosen: str) -> str:
    """The choice of a baseline; the neutral text where that is the one."""
    st.session_state["explain-baseline"] = chosen
    st.radio(
        "Compared with", list(BASELINES), key="explain-baseline", on_change=_keep,
        args=("baseline", OWN_BASELINE), format_func=lambda kind: BASELINES[kind][0],
        captions=[about for _, about in BASELINES.values()],
        help="The method follows the answer from this text, which says nothing, to yours.",
    )  # fmt: skip
    if chosen != "text":
        return ""
    return st.text_input(
        "Neutral text", _NEUTRAL, key="explain-neutral", persist_state="session",
        help="Repeated until it is as long as your text.",
    )  # fmt: skip
