"""Nothing to show in, the next step out."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from pages._ui import nav
from pages._ui.texts import plain


def empty(
    title: str,
    sentence: str,
    *,
    icon: str = ":material/inbox:",
    to: str = "",
    label: str = "",
    offer: str = "",
    begin: Callable[[], None] | None = None,
    note: str = "",
) -> None:
    """A quiet box that says why there is nothing yet, and the link to what comes first.

    Args:
        title: What is missing, for example "No dataset yet".
        sentence: What to do about it.
        icon: A Material symbol.
        to: Page (a name of nav.PLACES) where the next step is; empty for none.
        label: Words of that link.
        offer: Words of a button that does the next step here, by `begin`.
        begin: What it does.
        note: What a person should know before that.
    """
    with st.container(border=True, horizontal_alignment="center", gap="xsmall"):
        st.space("small")
        st.markdown(f"#### {icon} {plain(title)}", width="content")
        st.markdown(plain(sentence), width="content", text_alignment="center")
        with st.container(horizontal=True, horizontal_alignment="center", gap="small"):
            if begin and st.button(offer, type="primary", icon=":material/play_arrow:"):
                begin()
            if to and nav.exists(to):
                place = nav.PLACES[to]
                if st.button(label or place.title, icon=place.icon, key=f"empty-{title}"):
                    nav.go(to)
        if note:
            st.caption(plain(note), width="content")
        st.space("small")
