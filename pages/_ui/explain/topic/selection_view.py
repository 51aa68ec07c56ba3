"""Documents that were chosen on the map in; the words that set them apart, on the page, out.

The choice waits in the session: it may be thousands of numbers, too many for an address.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from engine.explain.topics.driving import load_driving
from engine.explain.topics.spec import MOST_PLACES, ExplainTopicsSpec
from pages._ui.explain.topic.driving_job import following, weigh
from pages._ui.explain.topic.driving_view import driving_view
from pages._ui.format import count
from pages._ui.loaders import made
from pages._ui.topics.opened import Opened

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_CHOSEN = "explain-selection"


def keep_selection(now: Opened, places: NDArray[np.int64]) -> bool:
    """Let the Explain page find the choice; whether it can be explained."""
    st.session_state[_CHOSEN] = (now.key, places)
    return 0 < len(places) <= MOST_PLACES and len(places) < len(now.topics.assigned)


def has_selection(now: Opened) -> bool:
    """Whether documents of these topics were chosen."""
    key, places = st.session_state.get(_CHOSEN, ("", ()))
    return key == now.key and len(places) > 0


def selection_view(now: Opened) -> None:
    """Draw it."""
    if following():
        return
    places = _chosen(now)
    spec: ExplainTopicsSpec = ExplainTopicsSpec.parse(
        {"topics": now.artifact.key, "edits": now.version, "places": places}
    )
    st.markdown(f"**{count(len(places), 'document')}** chosen on the map, against all others.")
    if found := made(spec):
        (one,) = load_driving(found.path)
        driving_view(now, one)
        return
    st.markdown(
        "Some of them, half of these the nearest to their middle, are explained word by word. What "
        "sets them apart **through the encoder** then stands beside the words that are merely "
        "**counted** more often in them (c-TF-IDF)."
    )
    weigh(now, spec, min(spec.documents, len(places)), "Weigh their words")


def _chosen(now: Opened) -> list[int]:
    key, places = st.session_state.get(_CHOSEN, ("", ()))
    return [int(place) for place in places] if key == now.key else []
