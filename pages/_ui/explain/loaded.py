"""A classifier's key in, what can be explained of it out: loaded once, for explanations only."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import streamlit as st

from pages._ui.loaders import store

if TYPE_CHECKING:
    from engine.explain.subject import Subject

_PATIENCE_S = 0.5


@st.cache_resource(
    max_entries=3,
    show_spinner="Waking PyTorch and the classifier with its gradients; only the first time takes "
    "some seconds",
)
def subject(key: str, attention: str = "auto") -> Subject:
    """The subject of the model `key` on that kernel, shared by all sessions.

    Take your :func:`turn` with it. It has an encoder of its own, so that nothing done here disturbs
    a prediction.

    Raises:
        InputError: the encoder it was trained on is not here, or cannot give gradients.
    """
    from engine.explain.of_classifier import explained_classifier

    return explained_classifier(store().get(key, "model").path, key=key, attention=attention)


@contextmanager
def turn(subject: Subject) -> Iterator[None]:
    """Inside, the subject is this run's alone; a wait for another is told on the page.

    Drawing may end the run, the end of the spinner too: the stack lets the lock go even then.
    """
    with ExitStack() as held:
        if subject.lock.acquire(timeout=_PATIENCE_S):
            held.callback(subject.lock.release)
        else:
            with st.spinner("Another explanation is being finished; this one is next"):
                held.enter_context(subject.lock)
        yield
