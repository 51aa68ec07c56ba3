"""What was asked of topics in, the directions they are explained in, and which documents, out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.errors import InputError
from engine.explain.of_topics import topic_names
from engine.explain.target import Target
from engine.explain.topics.sample import sample
from engine.explain.topics.spec import ExplainTopicsSpec
from engine.topics.centres import sums, unit
from engine.topics.topics import Floats, Topics
from engine.topics.views.likeness import likeness

Places = NDArray[np.int64]
SELECTION = "The selection"
REST = "All other documents"


@dataclass(frozen=True, eq=False)
class Group:
    """A topic, or a selection as if it were one.

    id: The topic's, -1 of a selection. name, other: What it is called, and what it is compared
    with. target: Places of the two in the directions. places: All its documents. read: Those that
    are explained.
    """

    id: int
    name: str
    other: str
    target: Target
    places: Places
    read: Places


@dataclass(frozen=True, eq=False)
class Asked:
    """names: (m,) of the directions. centres: (m, width) float32. groups: What is explained."""

    names: tuple[str, ...]
    centres: Floats
    groups: tuple[Group, ...]


def asked_for(spec: ExplainTopicsSpec, topics: Topics, vectors: Floats) -> Asked:
    """The directions and documents that `spec` asks for.

    Args:
        spec: What was asked.
        topics: As they stand.
        vectors: (n, width) of their documents.

    Raises:
        InputError: there is no such topic or document, or nothing to compare with.
    """
    if spec.places:
        return _selection(spec, vectors)
    return _next(spec, topics, vectors) if spec.against == "next" else _rest(spec, topics, vectors)


def _selection(spec: ExplainTopicsSpec, vectors: Floats) -> Asked:
    n = len(vectors)
    places = np.unique(np.array(spec.places, dtype=np.int64))
    if places[-1] >= n:
        raise InputError(f"There is no document {places[-1]:,}: the last one is {n - 1:,}.")
    if len(places) == n:
        raise InputError("All documents are chosen, so there are no others to compare them with.")
    of = np.ones(n, dtype=np.int32)
    of[places] = 0
    centres = unit(sums(vectors, of, 2))
    read = sample(places, vectors, centres[0], most=spec.documents, seed=spec.seed)
    group = Group(-1, SELECTION, REST, Target(0, 1), places, read)
    return Asked((SELECTION, REST), centres, (group,))


def _rest(spec: ExplainTopicsSpec, topics: Topics, vectors: Floats) -> Asked:
    """After the k centres, for each topic the middle of all documents outside it."""
    k = len(topics.found)
    _check_others(int(topics.found[0].size) < len(vectors) if k == 1 else k > 1)
    place = {int(number): n for n, number in enumerate(topics.ids)}
    of = np.array([place.get(int(number), k) for number in topics.assigned], dtype=np.int32)
    every = sums(vectors, of, k + 1)
    outside = unit(every.sum(axis=0)[None] - every[:k])
    names = topic_names(topics)
    centres = np.concatenate([np.asarray(topics.centroids, dtype=np.float32), outside])
    groups = tuple(_group(spec, topics, vectors, n, k + n, REST) for n in _wanted(spec, topics))
    return Asked((*names, *(f"not {name}" for name in names)), centres, groups)


def _next(spec: ExplainTopicsSpec, topics: Topics, vectors: Floats) -> Asked:
    _check_others(len(topics.found) > 1)
    alike = likeness(topics.centroids)
    np.fill_diagonal(alike, -np.inf)
    names, others = topic_names(topics), alike.argmax(axis=1).tolist()
    groups = tuple(
        _group(spec, topics, vectors, n, others[n], names[others[n]]) for n in _wanted(spec, topics)
    )
    return Asked(names, np.asarray(topics.centroids, dtype=np.float32), groups)


def _group(
    spec: ExplainTopicsSpec, topics: Topics, vectors: Floats, n: int, against: int, other: str
) -> Group:
    number = int(topics.ids[n])
    places = topics.places(number)
    read = sample(places, vectors, topics.centroids[n], most=spec.documents, seed=spec.seed)
    return Group(number, topic_names(topics)[n], other, Target(n, against), places, read)


def _wanted(spec: ExplainTopicsSpec, topics: Topics) -> list[int]:
    if spec.topic == -1:
        return list(range(len(topics.found)))
    if spec.topic not in topics.ids:
        known = ", ".join(str(number) for number in topics.ids[:20])
        raise InputError(f"There is no topic {spec.topic}; choose from {known}.")
    return [topics.ids.tolist().index(spec.topic)]


def _check_others(there: bool) -> None:
    if not there:
        raise InputError(
            "There is one topic and nothing outside it, so there is nothing to compare it with; "
            "find more topics first."
        )
