"""A topics artifact, its assigner and the edits that hold in, an Assigner out."""

from __future__ import annotations

import numpy as np

from engine.errors import InputError
from engine.store import Artifact, Store
from engine.topics.assign.assigner import Assigner
from engine.topics.assign.build import HASHES
from engine.topics.assign.card import load_card
from engine.topics.assign.neighbourhood import load_neighbourhood
from engine.topics.assign.spec import UNEDITED
from engine.topics.edit import pending
from engine.topics.edit.context import Context
from engine.topics.edit.edits import Edit
from engine.topics.edit.replay import chained, replay
from engine.topics.edit.stand import stand
from engine.topics.made_of import made_from
from engine.topics.topics import Topics, load_topics


def open_assigner(store: Store, topics: Artifact, assigner: Artifact, now: Topics) -> Assigner:
    """The assigner of topics as they stand, `now`.

    Raises:
        InputError: there is no topic, or the vectors of the documents are gone.
    """
    vectors = np.load(made_from(store, topics, "vectors").path / "vectors.npy", mmap_mode="r")
    return Assigner(
        now,
        vectors,
        np.load(assigner.path / HASHES),
        load_neighbourhood(assigner.path),
        load_card(assigner).neighbors,
    )


def topics_at(store: Store, topics: Artifact, edits: str) -> Topics:
    """The topics after the edits that are called `edits` (see History.version).

    Raises:
        InputError: those edits are no more.
    """
    made = edits_at(store, topics, edits)
    if not made:
        return load_topics(topics)
    context = Context(topics, store)
    state, _, _ = replay(made, context)
    return stand(state, context)


def edits_at(store: Store, topics: Artifact, edits: str) -> tuple[Edit, ...]:
    """The list of edits called `edits`, also where some were undone, or others made, since.

    Raises:
        InputError: it is no more.
    """
    if edits in ("", UNEDITED):
        return ()
    past = pending.history(store, topics)
    every = (*past.done, *reversed(past.undone))
    names = chained(every)
    if edits not in names:
        now = f"--edits={past.version}" if past.done else "leave --edits out"
        raise InputError(
            f"{topics.title} has no edits called {edits} any more; to take them as they stand "
            f"now, {now}."
        )
    return every[: names.index(edits) + 1]
