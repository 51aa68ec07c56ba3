"""Documents chosen on the map in, what can be changed about them on the page out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from engine.errors import InputError
from engine.topics.edit.edits import Gather, Move
from engine.topics.topics import NO_TOPIC
from pages._ui.boundary import boundary
from pages._ui.format import count
from pages._ui.topics.edit.editing import make
from pages._ui.topics.edit.topic_actions import topic_actions
from pages._ui.topics.opened import Opened

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_MOST = 200_000
"""Most documents of one edit: its list is a file that a person can read."""


def edit_chosen(now: Opened, places: NDArray[np.int64], *, topics: tuple[int, ...] = ()) -> None:
    """Draw the buttons; each edit can be undone.

    Args:
        now: The topics.
        places: The documents.
        topics: The topics they are, where whole topics were chosen: those are changed then.
    """
    if topics:
        topic_actions(now, list(topics), key="map")
        return
    key = f"{now.version}-{len(places)}-{int(places[0])}-{int(places[-1])}"
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        _gather(now, places, key)
        _move(now, places, key)


def _gather(now: Opened, places: NDArray[np.int64], key: str) -> None:
    with (
        st.popover("Make them a topic", icon=":material/add_circle:", key=f"making-{key}"),
        st.form(f"gather-{key}", border=False),
        boundary(),
    ):
        name = st.text_input("Name", placeholder="By its words, if left empty", max_chars=200)
        parts = int(
            st.number_input(
                "Topics", 0, 50, 1, help="1 keeps them together; 0 makes as many as lie apart."
            )
        )
        if st.form_submit_button("Make the topic"):
            make(now.artifact, Gather(places=_some(places), name=name.strip(), parts=parts))


def _move(now: Opened, places: NDArray[np.int64], key: str) -> None:
    names = {**now.names(), NO_TOPIC: "No topic"}
    with (
        st.popover("Move them", icon=":material/drive_file_move:", key=f"moving-{key}"),
        st.form(f"move-{key}", border=False),
        boundary(),
    ):
        to = st.selectbox("To the topic", list(names), format_func=names.__getitem__)
        if st.form_submit_button(f"Move {count(len(places), 'document')}"):
            make(now.artifact, Move(places=_some(places), to=to))


def _some(places: NDArray[np.int64]) -> tuple[int, ...]:
    if len(places) > _MOST:
        raise InputError(
            f"{len(places):,} documents are too many for one edit; choose at most {_MOST:,}."
        )
    return tuple(places.tolist())
