"""Why a classifier said what it said, or why a document is in its topic, and how far to believe it.

The address says where a person is: ?view= (one text, a whole dataset, topics), ?model= (the
classifier), ?text= (what is explained), ?topics= and ?document= (a document of topics).
"""

from __future__ import annotations

import streamlit as st

from pages._ui import nav
from pages._ui.boundary import boundary
from pages._ui.explain.corpus.corpus_part import corpus_part
from pages._ui.explain.in_address import in_address
from pages._ui.explain.text.text_part import text_part
from pages._ui.explain.topic.topic_part import topic_part

_VIEWS = {
    "text": ("One text", text_part),
    "corpus": ("A whole dataset", corpus_part),
    "topics": ("Topics", topic_part),
}


def page() -> None:
    """Draw the page."""
    st.title("Explain", anchor=False)
    st.markdown("See which words made an answer, and how far that explanation can be believed.")
    named = {name: words for name, (words, _) in _VIEWS.items()}
    # On the way from the Topics page Streamlit takes ?view= away: it is a widget's there.
    first = "topics" if "topics" in st.query_params else "text"
    view = in_address("What to explain", named, param="view", first=first)
    with boundary():
        _VIEWS[view][1]()


nav.show(page)
