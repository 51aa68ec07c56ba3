"""Opened topics in; what can be explained of them, and what was found of a document, each once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import streamlit as st

from pages._ui.loaders import store
from pages._ui.topics.opened import Opened

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from engine.explain.attribution import Attribution
    from engine.explain.methods.baseline import Baseline
    from engine.explain.reading import Reading
    from engine.explain.subject import Subject
    from engine.explain.target import Target
    from engine.explain.topics.ablation import Moved
    from engine.explain.trust.report import Trust


@dataclass(frozen=True, eq=False)
class Asked:
    """What is explained of a document. place: the document. of, against: names, as in the engine;
    against is None for `of` alone. method, baseline: short name and kind."""

    now: Opened
    place: int
    of: str
    against: str | None
    method: str
    baseline: str

    @property
    def key(self) -> str:
        """Names the question, for caches."""
        said = (self.place, self.of, self.against, self.method, self.baseline)
        return "\n".join((self.now.key, *map(repr, said)))

    def compared_with(self) -> Baseline:
        """The baseline, as the engine wants it."""
        from engine.explain.methods.baseline import Baseline, BaselineKind

        return Baseline(cast("BaselineKind", self.baseline))


@st.cache_resource(
    max_entries=3,
    show_spinner="Waking PyTorch and the encoder with its gradients; only the first time takes "
    "some seconds",
)
def subject_of(key: str, _now: Opened, attention: str = "auto") -> Subject:
    """The topics as they stand, with an encoder of their own: hold its `lock` while you use it.

    Raises:
        InputError: what they were made from is gone, or the encoder has changed.
    """
    from engine.explain.of_topics import explained_topics

    return explained_topics(store(), _now.artifact, now=_now.topics, attention=attention)


@st.cache_resource(max_entries=30, show_spinner="Reading the document")
def reading_of(key: str, place: int, _now: Opened) -> tuple[Reading, NDArray[np.float32]]:
    """A document as the encoder reads it, and its cosine to each topic.

    Raises:
        InputError: there is nothing to read.
    """
    from engine.explain.reading import read
    from engine.explain.topics.document import text_of

    subject = subject_of(key, _now)
    with subject.lock:
        reading = read(subject, text_of(store(), _now.artifact, place))
        return reading, subject.answers([reading.ids])[0]


@st.cache_resource(max_entries=30, show_spinner=False)
def attribution_of(key: str, _asked: Asked, _target: Target) -> Attribution:
    """What each word says."""
    from engine.explain.topics.document import attribute

    subject = subject_of(_asked.now.key, _asked.now)
    reading, _ = reading_of(_asked.now.key, _asked.place, _asked.now)
    with subject.lock:
        return attribute(
            subject, reading, _target, method=_asked.method, baseline=_asked.compared_with()
        )


@st.cache_resource(max_entries=30, show_spinner=False)
def trust_of(key: str, _asked: Asked, _made: Attribution) -> Trust:
    """How far to believe it."""
    from engine.explain.trust.trust import trust

    subject = subject_of(_asked.now.key, _asked.now)
    with subject.lock:
        return trust(subject, _made, baseline=_asked.compared_with())


@st.cache_resource(max_entries=30, show_spinner=False)
def moved_of(key: str, _asked: Asked, _made: Attribution) -> Moved:
    """Where the document goes as its words are taken out."""
    from engine.explain.topics.ablation import ablate

    subject = subject_of(_asked.now.key, _asked.now)
    with subject.lock:
        return ablate(subject, _made)


@st.cache_resource(max_entries=30, show_spinner=False)
def smallest_of(key: str, _asked: Asked, _made: Attribution) -> NDArray[np.int64] | None:
    """The few words without which the other topic is nearer."""
    from engine.explain.topics.smallest import smallest_move

    subject = subject_of(_asked.now.key, _asked.now)
    with subject.lock:
        return smallest_move(subject, _made)
