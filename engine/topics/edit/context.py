"""What edits look at: vectors, points, words and the encoder, each opened when it is first used."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import InputError
from engine.store import Artifact, Store
from engine.topics.topics import Topics, load_topics
from engine.topics.words.counts import Words, load_words

Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Context:
    """The artifact that is edited, and its store."""

    artifact: Artifact
    store: Store
    replayed: dict[str, Any] = field(default_factory=dict)
    """What lists of edits led to, see engine.topics.edit.replay."""

    @cached_property
    def fit(self) -> Topics:
        """The topics as they were found."""
        return load_topics(self.artifact)

    @cached_property
    def vectors(self) -> Floats:
        """(n, width) float32, memory-mapped."""
        found: Floats = np.load(self._path("vectors") / "vectors.npy", mmap_mode="r")
        return found

    @cached_property
    def points(self) -> Floats:
        """(n, dims) float32, the space in which topics were looked for."""
        found: Floats = np.load(self._path("projection") / "points.npy", mmap_mode="r")
        return found

    @cached_property
    def words(self) -> Words:
        """The words of every document."""
        return load_words(self._input("words"))

    def _path(self, kind: str) -> Path:
        return self._input(kind).path

    def _input(self, kind: str) -> Artifact:
        # Of projections the first one is the space, the map comes after it.
        found: Any = next((a for a in self.store.inputs(self.artifact) if a.kind == kind), None)
        if found is None:
            raise InputError(
                f"The {kind} {self.artifact.title} was made from are gone: find its topics again, "
                "then its edits can be made."
            )
        assert isinstance(found, Artifact)
        return found
