"""An explained text in, where the encoder looked while it read it out, with a caution."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import streamlit as st

from engine.figures.base import CONFIG
from pages._ui.explain import loaded
from pages._ui.explain.text.explained import Explained
from pages._ui.texts import plain

if TYPE_CHECKING:
    from engine.explain.subject import Subject

_MOST = 48
"""Words beyond which a map by word and word cannot be read."""
_ALL = "All layers"


def attention_part(subject: Subject, explained: Explained) -> None:
    """Draw the switch; once it is on, a map of attention weights."""
    if not st.toggle(
        "Show attention weights",
        key="explain-attention",
        help="A pass of its own on standard attention: flash kernels never hold these weights.",
    ):
        return
    from engine.explain.attended import CAUTION, attended, by_words
    from engine.figures.attention_map import attention_map

    st.warning(plain(CAUTION), icon=":material/visibility:")
    weights = _eager(subject.key).weights(explained.reading.ids)
    layers, heads = weights.shape[:2]
    reading = explained.reading
    with st.container(horizontal=True):
        layer = st.selectbox(
            "Layer", [_ALL, *(f"Layer {n}" for n in range(1, layers + 1))], width=160
        )
        head = st.selectbox(
            "Head", [f"Head {n}" for n in range(1, heads + 1)], width=160, disabled=layer == _ALL
        )
    if layer == _ALL:
        looked = attended(weights, reading, explained.attribution.scores)
        rows, shown = [f"Layer {n}" for n in range(1, layers + 1)], looked.by_layer
        st.caption(_compared(looked.rank))
    else:
        at = int(layer.split()[-1]) - 1, int(head.split()[-1]) - 1
        rows, shown = list(reading.words), by_words(weights[at], reading)
        st.caption("Each row is a word that looks, each column a word that is looked at.")
    if layer != _ALL and reading.n_words > _MOST:
        st.caption(f"The first {_MOST} words are shown.")
        rows, shown = rows[:_MOST], shown[:_MOST]
    words = reading.words[: shown.shape[1]] if layer == _ALL else reading.words[:_MOST]
    st.plotly_chart(
        attention_map(shown[:, : len(words)], rows, words), key="attention-map", config=CONFIG
    )


def _compared(rank: float) -> str:
    if math.isnan(rank):
        return "How much each word was looked at, by layer, over all heads."
    return (
        "How much each word was looked at, by layer, over all heads. Rank correlation with how "
        f"much the words count above: {rank:.2f}."
    )


@st.cache_resource(max_entries=1, show_spinner="Loading the encoder with standard attention")
def _eager(key: str) -> Any:
    from engine.encoder.attention.weights import load_eager
    from engine.encoder.encoder import Encoder
    from engine.errors import InputError

    encoder = loaded.subject(key).encoder
    if not isinstance(encoder, Encoder):
        raise InputError("This encoder has no attention, so there are no weights to show.")
    return load_eager(encoder)
