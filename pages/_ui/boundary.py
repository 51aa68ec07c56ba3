"""Whatever is raised in, a sentence on the page out: the page's border."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from engine.errors import InputError
from engine.failure import sentence_for
from pages._ui.texts import plain

log = logging.getLogger(__name__)


@contextmanager
def boundary() -> Iterator[None]:
    """Inside, a failure becomes a box on the page and the rest of the page goes on.

    The app is wrapped in one; put another around a part that may fail on its own (a fragment must,
    for its reruns do not pass the outer one). Use ``with boundary():`` or ``@boundary()``.
    """
    try:
        yield
    except InputError as error:
        st.error(plain(error), icon=":material/info:")
    # One of the two places where everything is caught: a person at a page needs the page, not a
    # traceback. Streamlit's own signals (rerun, stop) are no Exceptions and pass.
    except Exception as error:
        if sentence := sentence_for(error):
            st.error(plain(sentence), icon=":material/info:")
            return
        log.exception("A page failed")
        st.error(
            "Something went wrong here, and it is our fault. What you made before is safe: reload "
            "the page to go on.",
            icon=":material/error:",
        )
        with st.expander("Details for a report"):
            st.code("".join(traceback.format_exception(error))[-8000:], language=None)
