"""A place in, the document that stands there on the page out: text, topic, link."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from engine.topics.documents import Document, documents
from pages._ui.texts import plain, show
from pages._ui.topics.opened import Opened


def document_card(found: Opened, place: int) -> None:
    """Draw it."""
    if found.rows is None:
        st.info("The dataset of these topics is not here any more, so neither is this text.")
        return
    document = read(str(found.rows), str(found.source or ""), (place,))[0]
    topics = found.topics
    number = int(topics.assigned[place])
    facts = [
        f"{found.names().get(number, 'In no topic')}"
        + (f" ({topics.strength[place]:.0%} sure)" if number >= 0 else ""),
        document.label or "",
        f"{document.date:%d %b %Y}" if document.date else "",
        f"document {place:,}",
    ]
    # Most texts begin with their title; a title cut from the text is said once, as the text.
    title, text = document.title, document.text
    rest = text[len(title) :].lstrip(" .\n") if text.startswith(title) else text
    headed = bool(rest) and not title.endswith("…")
    with st.container(border=True, gap="small"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(f"**{plain(title)}**" if headed else "", width="stretch")
            if document.link:
                st.link_button("Open its page", document.link, icon=":material/open_in_new:")
        st.caption(plain(" · ".join(fact for fact in facts if fact)))
        show(rest if headed else text)


@st.cache_data(max_size="32mb", show_spinner=False)
def read(rows: str, source: str, places: tuple[int, ...]) -> list[Document]:
    """The documents at `places`."""
    return documents(Path(rows), places, source=Path(source) if source else None)
