"""A document of opened topics in; its text with each passage in its topic's tone out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from engine.figures.passage_marks import Marked, marked_text
from engine.topics.documents import Document
from engine.topics.views.passages import read_passages, shares, spans_of
from pages._ui.boundary import boundary
from pages._ui.texts import show
from pages._ui.topics.map.finding import encoder_of
from pages._ui.topics.opened import Opened
from pages._ui.topics.views.tones import tones

if TYPE_CHECKING:
    from numpy.typing import NDArray

_READ = 20_000
"""Characters of a text that are read passage by passage."""


def passages_view(now: Opened, own: int, document: Document) -> dict[int, float]:
    """Draw it; the share of the text of each topic, by its place, out.

    Args:
        now: The topics, at least one, with their vectors.
        own: Place of the document's topic, -1 for none.
        document: The document.
    """
    text = document.text[:_READ]
    drawn = st.empty()
    with drawn.container():
        show(text)
    with boundary():
        spans = spans_of(text)
        assert now.vectors is not None
        encoder = str(now.vectors.manifest.spec.get("encoder", "minilm"))
        vectors = _encoded(encoder, tuple(text[a:b] for a, b in spans))
        passages = read_passages(spans, vectors, now.topics.centroids)
        part = shares(passages)
        # Its own topic has the first colour, whatever its share.
        order = sorted(part, key=lambda n: n != own)
        colours = dict(zip(order, tones(len(part)), strict=True))
        names = {n: f"{now.topics.found[n].name} {share:.0%}" for n, share in part.items()}
        marks = [Marked(p.start, p.stop, p.topic, p.cosine, p.clear) for p in passages]
        drawn.html(marked_text(text, marks, names, colours))
        st.caption(
            "Each passage is read by itself and has the tone of the topic it is nearest to; the "
            "stronger, the more clearly so."
            + (f" The first {_READ:,} characters." if len(document.text) > _READ else "")
        )
        return part
    return {}


@st.cache_data(max_size="16mb", show_spinner="Reading its passages")
def _encoded(encoder: str, passages: tuple[str, ...]) -> NDArray[np.float32]:
    found: NDArray[np.float32] = np.asarray(encoder_of(encoder).encode(list(passages)))
    return found
