"""A drawn map in, the map on the page and what a person did on it out.

Streamlit's charts do not carry a million points (measured: benchmarks/map_browser.py); this one is
a canvas that the processor paints, so it needs no graphics card and loads nothing from outside.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

_HERE = Path(__file__).parent
_MOST_TITLES = 80


def _text(*names: str) -> str:
    return "\n".join((_HERE / name).read_text(encoding="utf-8") for name in names)


_map = st.components.v2.component(
    "limn_topic_map",
    html=_text("map.html"),
    css=_text("map.css"),
    js=_text("paint.js", "names.js", "chart.js", "hands.js", "map.js"),
)
_titles = st.components.v2.component(
    "limn_map_titles", html="<i hidden></i>", js=_text("titles.js")
)


@dataclass(frozen=True)
class Told:
    """What a person did: the document they clicked, the shape they drew, the groups they chose."""

    clicked: int | None = None
    polygon: tuple[float, ...] = ()
    groups: tuple[int, ...] = ()


def map_view(drawn: bytes, *, key: str, documents: int) -> Told:
    """Draw it; the script, or the fragment it stands in, reruns on a click or a selection.

    Args:
        drawn: By ``engine.figures.topic_map``.
        key: Key of the map; with the same key it keeps its view and what was drawn on it.
        documents: How many there are, to know a place from nonsense.
    """
    told: Any = _map(
        key=key, data=drawn, on_clicked_change=_quiet, on_area_change=_quiet, height="content"
    )
    return _read(told.get("clicked"), told.get("area"), documents)


def fetch_titles(of: str, read: Callable[[Sequence[int]], list[str]], *, documents: int) -> None:
    """Fetch titles for the map `of` as the pointer reaches its points; nothing is seen of this.

    Args:
        of: As in ``engine.figures.topic_map``.
        read: Places in, their titles out.
        documents: How many there are.
    """
    st.fragment(_fetch)(of, read, documents)


def _fetch(of: str, read: Callable[[Sequence[int]], list[str]], documents: int) -> None:
    key = f"titles-{of}"
    asked = (st.session_state.get(key) or {}).get("asked")
    places = [p for p in asked if _is_place(p, documents)] if isinstance(asked, list) else []
    places = places[:_MOST_TITLES]
    pairs = list(zip(places, read(places) if places else [], strict=True))
    _titles(key=key, data={"of": f"{of}:", "titles": pairs}, on_asked_change=_quiet, height=1)


def _read(clicked: Any, area: Any, documents: int) -> Told:
    """The browser is not trusted: what comes back may be anything."""
    place = clicked if _is_place(clicked, documents) else None
    if not isinstance(area, dict):
        return Told(place)
    polygon, groups = area.get("polygon"), area.get("groups")
    corners = polygon if isinstance(polygon, list) else []
    if not all(isinstance(v, int | float) for v in corners) or len(corners) % 2:
        corners = []
    chosen = [g for g in groups if isinstance(g, int)] if isinstance(groups, list) else []
    return Told(place, tuple(corners), tuple(chosen))


def _is_place(value: Any, documents: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < documents


def _quiet() -> None:
    """Streamlit keeps a component's state only where it has something to call."""
