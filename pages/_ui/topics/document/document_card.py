"""A place in, the document that stands there on the page out: text, topic, link."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from engine.topics.documents import Document, documents
from pages._ui.texts import plain, show
from pages._ui.topics.opened import Opened

_PARAM = "document"
_FROM = "document-from"
"""In the session: the address of the view that the document's page was opened from."""


def document_card(found: Opened, place: int, *, key: str = "listed") -> None:
    """Draw it; another `key` where the same document may be drawn twice on a page."""
    if found.rows is None:
        st.info("The dataset of these topics is not here any more, so neither is this text.")
        return
    document = read(str(found.rows), str(found.source or ""), (place,))[0]
    # Most texts begin with their title; a title cut from the text is said once, as the text.
    title, text = document.title, document.text
    rest = text[len(title) :].lstrip(" .\n") if text.startswith(title) else text
    headed = bool(rest) and not title.endswith("…")
    with st.container(border=True, gap="small"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(f"**{plain(title)}**" if headed else "", width="stretch")
            st.button(
                "Why this topic?", icon=":material/help:", type="tertiary",
                key=f"why-{key}-{place}", on_click=_go_in, args=(place,),
            )  # fmt: skip
            if document.link:
                st.link_button("Open its page", document.link, icon=":material/open_in_new:")
        st.caption(plain(facts_of(found, document)))
        show(rest if headed else text)


def asked_place() -> str | None:
    """The document that the address names."""
    return st.query_params.get(_PARAM)


def name_place(place: int) -> None:
    """Let the address name the document at `place`."""
    st.query_params[_PARAM] = str(place)


def go_back() -> None:
    """A callback that leads from a document's page to the view it was opened from."""
    there = st.session_state.pop(_FROM, {})
    if there.get("topics") == st.query_params.get("topics"):
        st.query_params.update(there)
    del st.query_params[_PARAM]


def _go_in(place: int) -> None:
    """A callback that leads to a document's page; a link would leave the address as it is."""
    st.session_state[_FROM] = st.query_params.to_dict()
    name_place(place)


def facts_of(found: Opened, document: Document) -> str:
    """Topic, label, date and number of a document, on one line."""
    place, topics = document.place, found.topics
    number = int(topics.assigned[place])
    facts = [
        f"{found.names().get(number, 'In no topic')}"
        + (f" ({topics.strength[place]:.0%} sure)" if number >= 0 else ""),
        document.label or "",
        f"{document.date:%d %b %Y}" if document.date else "",
        f"document {place:,}",
    ]
    return " · ".join(fact for fact in facts if fact)


@st.cache_data(max_size="32mb", show_spinner=False)
def read(rows: str, source: str, places: tuple[int, ...]) -> list[Document]:
    """The documents at `places`."""
    return documents(Path(rows), places, source=Path(source) if source else None)
