"""Opened topics in, their map with search and selection on the page out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from engine.errors import InputError
from engine.figures.topic_map import topic_map
from engine.topics.geometry import inside
from pages._ui.boundary import boundary
from pages._ui.texts import short
from pages._ui.topics.document.document_card import document_card
from pages._ui.topics.map.chosen_view import chosen_view
from pages._ui.topics.map.colouring import coloured, colours_picker
from pages._ui.topics.map.finding import Hits, find_box
from pages._ui.topics.map.map_view import Told, fetch_titles, map_view
from pages._ui.topics.opened import Opened, titles_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from engine.figures.map_colours import Colours


def map_part(found: Opened) -> None:
    """Draw the map; only this part reruns as a person works on it."""
    if found.flat is None:
        st.info("These topics were made without a map, or it was removed.")
        return
    n = len(found.topics.assigned)
    if found.rows:
        fetch_titles(_of(found), lambda places: _titles(found, places), documents=n)
    st.fragment(_map)(found)


def _map(found: Opened) -> None:
    with boundary():
        flat = found.flat
        assert flat is not None
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            by = colours_picker(found)
            with st.container(width="stretch"):
                hits = find_box(found)
        colours, labels = coloured(found, by)
        lit = hits.places if hits else None
        drawn = topic_map(flat, colours, labels=labels, lit=lit, of=_of(found))
        told = map_view(drawn, key=f"map-{_of(found)}", documents=len(flat.points))
        known = {group for group, *_ in colours.entries}
        told = replace(told, groups=tuple(group for group in told.groups if group in known))
        _what_was_done(found, told, colours, hits, by)


def _what_was_done(found: Opened, told: Told, colours: Colours, hits: Hits | None, by: str) -> None:
    """The document that was clicked, then the documents that were chosen or found."""
    if told.clicked is not None:
        document_card(found, told.clicked, key="clicked")
    if not told.polygon and not told.groups and hits is None:
        if told.clicked is None:
            st.caption(
                "Click a document to read it. Draw around some with the lasso or the box, or "
                "choose in the list beside the map, to see what they have in common."
            )
        return
    places, scores = _places(found, told, colours, hits)
    whole = by == "topic" and told.groups and not told.polygon and hits is None
    topics = tuple(group - 1 for group in told.groups if group) if whole else ()
    chosen_view(found, places, what=_what(told, colours, hits), scores=scores, topics=topics)


def _places(
    found: Opened, told: Told, colours: Colours, hits: Hits | None
) -> tuple[NDArray[np.int64], NDArray[np.float32] | None]:
    """What is in the shape, of the groups and of the hits: whichever were asked for, together."""
    import numpy as np

    assert found.flat is not None
    points = found.flat.points
    if told.polygon:
        places = inside(points, told.polygon)
        if told.groups:
            places = places[np.isin(colours.groups[places], told.groups)]
    elif told.groups:
        places = np.flatnonzero(np.isin(colours.groups, told.groups))
    else:
        places = None
    if hits is None:
        if places is None:
            raise InputError("Nothing is chosen on the map.")
        return places, None
    kept = np.ones(len(hits.places), bool) if places is None else np.isin(hits.places, places)
    return hits.places[kept], hits.scores[kept] if hits.scores is not None else None


def _what(told: Told, colours: Colours, hits: Hits | None) -> str:
    parts = []
    if hits:
        phrase = short(hits.phrase, 60)
        parts.append(f'with "{phrase}"' if hits.how == "words" else f'near "{phrase}" in meaning')
    if told.polygon:
        parts.append("in the shape you drew")
    if told.groups:
        names = {group: name for group, name, _ in colours.entries}
        said = [short(names[g], 40) for g in told.groups if g in names]
        more = f" and {len(said) - 3} more" if len(said) > 3 else ""
        parts.append(f"of {', '.join(said[:3])}{more}")
    return ", ".join(parts)


def _titles(found: Opened, places: Sequence[int]) -> list[str]:
    from engine.topics.documents import head

    held = titles_of(str(found.rows))
    return [head(held[place].as_py()) for place in places]


def _of(found: Opened) -> str:
    """Whose map it is: it stays as it is looked at while edits change its topics."""
    return found.artifact.key
