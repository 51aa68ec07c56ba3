"""The pages there are: their order, names and icons, and the ways from one to another."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NoReturn

import streamlit as st
from streamlit.errors import StreamlitAPIException

from pages._ui.boundary import boundary

if TYPE_CHECKING:
    from streamlit.navigation.page import StreamlitPage


@dataclass(frozen=True)
class Place:
    """One page: its file below the entry file, its name in the navigation and its icon."""

    file: str
    title: str
    icon: str


PLACES = {
    "home": Place("pages/home.py", "Limn", ""),
    "data": Place("pages/data.py", "Data", ":material/table_rows:"),
    "train": Place("pages/train.py", "Train", ":material/model_training:"),
    "predict": Place("pages/predict.py", "Predict", ":material/edit_note:"),
    "topics": Place("pages/topics.py", "Topics", ":material/bubble_chart:"),
    "explain": Place("pages/explain.py", "Explain", ":material/lightbulb:"),
    "runs": Place("pages/runs.py", "Runs", ":material/history:"),
}


_BEGUN = "nav-begun"


def pages() -> list[StreamlitPage]:
    """The pages for st.navigation; Streamlit raises where a file is missing, and should."""
    st.session_state[_BEGUN] = True
    return [
        st.Page(place.file, title=place.title, icon=place.icon or None, default=name == "home")
        for name, place in PLACES.items()
    ]


def show(page: Callable[[], None]) -> None:
    """Draw a page inside the error boundary; the last line of every page file.

    A server whose very first visits are deep links runs the page file alone, as Streamlit did
    before it had st.navigation: then the navigation is set up here, and the visit begins again.
    """
    if _BEGUN not in st.session_state:
        st.navigation(pages(), position="hidden")
        st.rerun()
    with boundary():
        page()


def exists(name: str) -> bool:
    """Whether there is such a page."""
    return name in PLACES


def link(
    name: str,
    label: str,
    *,
    icon: str | None = None,
    help: str | None = None,
    width: int | Literal["content"] = "content",
    **ids: str,
) -> None:
    """A link that opens a page at `ids`: ``link("train", "Train", dataset=key)``."""
    place = PLACES[name]
    st.page_link(
        place.file,
        label=label,
        icon=icon or place.icon,
        help=help,
        width=width,
        query_params=ids or None,
    )


def go(name: str, **ids: str) -> NoReturn:
    """Leave for a page, at `ids`."""
    st.switch_page(PLACES[name].file, query_params=ids or None)


def stay(**ids: str) -> NoReturn:
    """Draw this page anew, at `ids` and nothing else; an empty one is left out."""
    for name in st.query_params.to_dict():
        # What a widget writes there cannot be taken away, and goes with the widget.
        with suppress(StreamlitAPIException):
            del st.query_params[name]
    st.query_params.update({name: value for name, value in ids.items() if value})
    st.rerun()
