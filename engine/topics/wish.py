"""Topics in, what would find them again out: what was asked for, and the vectors of their texts."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.errors import InputError
from engine.store import Artifact, Store
from engine.topics.reduce.reduced import reduce
from engine.topics.reduce.spec import embed_spec
from engine.topics.spec import TopicsSpec, space_spec
from engine.topics.topics import asked_of
from engine.work import Work

Floats = NDArray[np.float32]


def wish_of(store: Store, topics: Artifact) -> TopicsSpec:
    """The spec by which they were found, also where edits made others of them.

    Where documents were added since, it is of all of them.

    Raises:
        InputError: they were found elsewhere.
    """
    asked = dict(asked_of(topics))
    if not asked.get("dataset"):
        raise InputError(
            f"How {topics.title} were found is not known here: find the topics of their dataset "
            "again, and measure those."
        )
    own = next((a.key for a in store.inputs(topics) if a.kind == "dataset"), asked["dataset"])
    spec: TopicsSpec = TopicsSpec.parse({**asked, "dataset": own})
    return spec


def vectors_of(wish: TopicsSpec, topics: Artifact, work: Work) -> Floats:
    """(n, width) float32, memory-mapped, of the documents of these topics.

    Raises:
        InputError: the topics are of other documents.
    """
    found: Floats = np.load(work.make(embed_spec(wish)).path / "vectors.npy", mmap_mode="r")
    n = int(topics.facts["documents"])
    if len(found) != n:
        raise InputError(
            f"{topics.title} hold {n:,} documents, but were found among {len(found):,}: find the "
            "topics of all of them anew, and measure those."
        )
    return found


def points_of(wish: TopicsSpec, vectors: Floats, *, seed: int) -> Floats:
    """(n, dims) float32, the vectors reduced as for these topics, with a seed of its own."""
    space = space_spec(wish)
    return reduce(
        vectors,
        dims=space.dims,
        neighbors=space.neighbors,
        min_dist=space.min_dist,
        seed=seed,
        engine=space.engine,
    ).points
