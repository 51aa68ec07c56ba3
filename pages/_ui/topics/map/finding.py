"""A phrase typed in, the documents that light up on the map out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from engine.topics import search
from pages._ui.boundary import boundary
from pages._ui.topics.opened import Opened, vectors_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_HOW = {"words": "Words", "meaning": "Meaning"}
_MOST = 200


@dataclass(frozen=True, eq=False)
class Hits:
    """What was found. places: the best first where `scores` are given, else in order."""

    phrase: str
    how: str
    places: NDArray[np.int64]
    scores: NDArray[np.float32] | None = None


def find_box(found: Opened) -> Hits | None:
    """Draw the box; None while nothing is asked."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        phrase = st.text_input(
            "Find on the map", key="find", bind="query-params", width="stretch",
            placeholder="A word, a phrase, or a question", icon=":material/search:",
            help="Words: documents that hold all of them; quotes keep a phrase together. "
            f"Meaning: the {_MOST} documents nearest to what you write.",
        )  # fmt: skip
        hows = ["words", *(["meaning"] if found.vectors else [])]
        how = st.segmented_control(
            "Find by", hows, default="words", required=True, key="by", bind="query-params",
            format_func=_HOW.get, label_visibility="collapsed",
        )  # fmt: skip
    if not phrase.strip() or found.rows is None:
        return None
    hits: Hits | None = None
    with boundary():
        if how == "meaning" and found.vectors:
            places, scores = _by_meaning(
                found.vectors.key, str(found.vectors.path),
                str(found.vectors.manifest.spec.get("encoder", "minilm")), phrase,
            )  # fmt: skip
            hits = Hits(phrase, how, places, scores)
        else:
            hits = Hits(phrase, "words", _by_words(str(found.rows), phrase))
    return hits


@st.cache_data(max_size="64mb", show_spinner="Looking for it")
def _by_words(rows: str, phrase: str) -> NDArray[np.int64]:
    return search.with_words(Path(rows), phrase)


@st.cache_data(max_size="16mb", show_spinner="Looking for what means the same")
def _by_meaning(key: str, path: str, encoder: str, phrase: str) -> tuple[Any, Any]:
    vectors = vectors_of(path)
    wanted = encoder_of(encoder).encode([phrase])[0]
    return search.nearest(vectors, wanted, most=min(_MOST, max(5, len(vectors) // 5)))


@st.cache_resource(max_entries=2, show_spinner="Loading the encoder, once")
def encoder_of(name: str) -> Any:
    """The encoder that made the vectors, for a phrase or a new text."""
    from engine.encoder.hub.find import drafted

    base = drafted(name)
    if base is None:
        from engine.encoder.models import load_encoder

        return load_encoder(name)
    from engine.encoder.draft import load_draft
    from engine.encoder.spec import DistillSpec
    from engine.errors import InputError
    from pages._ui.loaders import made

    draft = made(DistillSpec(encoder=base))
    if draft is None:
        raise InputError("The draft encoder of these topics is not here any more; find by words.")
    return load_draft(draft.path, base)
