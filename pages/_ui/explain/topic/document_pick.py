"""Opened topics in, the place of the document a person chose out; it stands in the address."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from pages._ui.texts import plain, short
from pages._ui.topics.document.document_card import asked_place, name_place
from pages._ui.topics.opened import Opened, titles_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

_MOST = 50
_EXAMPLES = 12


def document_pick(now: Opened) -> int | None:
    """Draw the search and the list; None while nothing fits."""
    left, right = st.columns([2, 3], vertical_alignment="bottom")
    phrase = left.text_input(
        "Find a document", key="explain-find", icon=":material/search:",
        placeholder="Words of its title or text, or its number",
        help="Documents that hold all of the words; quotes keep a phrase together.",
    )  # fmt: skip
    offered, note = _offered(now, phrase.strip())
    asked = _asked(now)
    if asked is not None and not phrase.strip() and asked not in offered:
        offered = [asked, *offered]
    if not offered:
        right.caption(f"No document holds {plain(short(phrase, 60))}.")
        return asked
    widget = f"explain-document-{now.artifact.key}"
    st.session_state[widget] = asked if asked in offered else offered[0]

    def keep() -> None:
        name_place(int(st.session_state[widget]))

    titles = titles_of(str(now.rows))
    picked = right.selectbox(
        "Document", offered, key=widget, on_change=keep, help=note or None,
        format_func=lambda place: f"{short(titles[place].as_py(), 90)} · {place:,}",
    )  # fmt: skip
    return int(picked)


def _asked(now: Opened) -> int | None:
    """The place in the address, if there is such a document."""
    said = asked_place()
    if said is None:
        return None
    if said.isdecimal() and int(said) < len(now.topics.assigned):
        return int(said)
    st.info("The document of this address is not one of these; another one is shown.")
    return None


def _offered(now: Opened, phrase: str) -> tuple[list[int], str]:
    """Places to choose from, and what they are."""
    if phrase.isdecimal() and int(phrase) < len(now.topics.assigned):
        return [int(phrase)], ""
    if phrase:
        found = _with_words(str(now.rows), phrase)
        note = f"The first {_MOST} of {len(found):,}." if len(found) > _MOST else ""
        return found[:_MOST].tolist(), note
    some = [t.representative[0] for t in now.topics.found if t.representative]
    some += [t.central[0] for t in now.topics.found if not t.representative and t.central]
    return list(dict.fromkeys(some))[:_EXAMPLES] or [0], "A typical document of each topic."


@st.cache_data(max_size="16mb", show_spinner="Looking for it")
def _with_words(rows: str, phrase: str) -> NDArray[Any]:
    from engine.topics.search import with_words

    return with_words(Path(rows), phrase)
