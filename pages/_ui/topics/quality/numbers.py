"""Opened topics in, every number that says how good they are out, each reckoned once and kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from engine.store import Artifact
from engine.topics.quality.agreement import Agreement
from engine.topics.stability.score import Survival, Whole
from pages._ui.loaders import store
from pages._ui.topics.opened import Opened, vectors_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class ByWords:
    """diversity: 0 to 1. npmi: the mean, -1 to 1. each: of every topic; None where it has too few
    words. What cannot be known is None."""

    diversity: float | None
    npmi: float | None
    each: tuple[float | None, ...]


@dataclass(frozen=True)
class Scored:
    """The topics as they stand against the re-fits that were made of their fit.

    each: by topic id. edited: whether there are edits, which the re-fits know nothing of.
    """

    artifact: Artifact
    each: dict[int, Survival]
    edited: bool

    @property
    def refits(self) -> int:
        """How many re-fits there were."""
        return int(self.artifact.facts["refits"])

    @property
    def survival(self) -> float:
        """Mean over the topics of the share of re-fits that found them again."""
        known = [one.survival for one in self.each.values() if one.refits]
        return sum(known) / len(known) if known else float("nan")


def by_words(now: Opened) -> ByWords:
    """Diversity and NPMI of the topics as they stand."""
    return _by_words(now.key, now)


def against_labels(now: Opened) -> Agreement | None:
    """Agreement with the dataset's labels; None where there are none."""
    return _agreement(now.key, now)


def nearness(now: Opened) -> list[float | None]:
    """Mean cosine of each topic's documents with its centre; None without vectors."""
    return _nearness(now.key, now)


def scored(now: Opened) -> Scored | None:
    """How surely each topic is found again, where that was measured."""
    from engine.topics.stability.build import measured

    found = measured(store(), now.artifact)
    return _scored(now.key, found.key, now, found) if found else None


def wholes_of(now: Opened, found: Scored) -> list[Whole]:
    """How each re-fit as a whole agrees with the topics."""
    return _wholes(now.key, found.artifact.key, now, found.artifact)


@st.cache_data(max_entries=8, show_spinner=False)
def _by_words(key: str, _now: Opened) -> ByWords:
    import numpy as np

    from engine.topics.quality.coherence import diversity, npmi
    from engine.topics.words.counts import load_words

    topics = [[word for word, _ in topic.words] for topic in _now.topics.found]
    if not any(topics):
        return ByWords(None, None, (None,) * len(topics))
    made = [a for a in store().inputs(_now.artifact) if a.kind == "words"]
    if not made:
        return ByWords(diversity(topics), None, (None,) * len(topics))
    each = npmi(topics, load_words(made[-1]))
    known = each[np.isfinite(each)]
    mean = float(known.mean()) if len(known) else None
    return ByWords(diversity(topics), mean, _known(each))


@st.cache_data(max_entries=8, show_spinner=False)
def _agreement(key: str, _now: Opened) -> Agreement | None:
    import pyarrow.parquet as pq

    from engine.topics.quality.agreement import agreement

    if _now.rows is None:
        return None
    labels = pq.read_table(_now.rows, columns=["label"])["label"].to_pylist()
    return agreement(_now.topics.assigned, labels)


@st.cache_data(max_entries=8, show_spinner=False)
def _nearness(key: str, _now: Opened) -> list[float | None]:
    from engine.topics.quality.within import within

    if _now.vectors is None:
        return [None] * len(_now.topics.found)
    return list(_known(within(_now.topics, vectors_of(str(_now.vectors.path)))))


@st.cache_data(max_entries=8, show_spinner=False)
def _scored(key: str, measured: str, _now: Opened, _found: Artifact) -> Scored:
    import numpy as np

    from engine.topics.stability.build import load_refits
    from engine.topics.stability.score import survivals

    topics = _now.topics
    each = survivals(np.asarray(topics.assigned), topics.ids, load_refits(_found))
    return Scored(_found, {one.id: one for one in each}, _edited(_now))


@st.cache_data(max_entries=8, show_spinner=False)
def _wholes(key: str, measured: str, _now: Opened, _found: Artifact) -> list[Whole]:
    import numpy as np

    from engine.topics.stability.build import load_refits
    from engine.topics.stability.score import wholes

    return wholes(np.asarray(_now.topics.assigned), load_refits(_found))


def _edited(now: Opened) -> bool:
    return now.version != "0" or "asked" in now.artifact.facts


def _known(values: NDArray[np.float64]) -> tuple[float | None, ...]:
    return tuple(float(value) if value == value else None for value in values.tolist())
