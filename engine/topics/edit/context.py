"""What edits look at: vectors, points, words and the encoder, each opened when it is first used."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from engine.errors import InputError
from engine.store import Artifact, Store
from engine.topics.cluster.tree import Tree
from engine.topics.topics import Topics, asked_of, load_topics
from engine.topics.words.counts import Words, load_words
from engine.topics.words.describe import Encode
from engine.topics.words.meanings import FILE, Meanings, kept_in
from engine.topics.words.phrases import reads_phrases

Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Context:
    """The artifact that is edited, and its store."""

    artifact: Artifact
    store: Store
    replayed: dict[str, Any] = field(default_factory=dict)
    """What lists of edits led to, see engine.topics.edit.replay."""
    likely: WeakKeyDictionary[Any, dict[str, Any]] = field(default_factory=WeakKeyDictionary)
    """Where documents in no topic belong, by state, see engine.topics.edit.likely."""

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

    @cached_property
    def tree(self) -> Tree:
        """The merges that led to these topics.

        Raises:
            InputError: they were not merged from finer ones.
        """
        if not (self.artifact.path / "merges.npy").exists():
            raise InputError(
                f"{self.artifact.title} were not merged from finer topics, so there are no levels "
                "to choose from. Split or merge single topics instead."
            )
        grain, merges = (
            np.load(self.artifact.path / f"{name}.npy", mmap_mode="r")
            for name in ("grain", "merges")
        )
        return Tree(grain, merges)

    @cached_property
    def meanings(self) -> Meanings:
        """What words mean to the encoder: those kept with the topics, and others read since."""
        return Meanings(self._reader, kept_in(self.artifact.path / FILE, self._read_since))

    @property
    def diversity(self) -> float:
        """How unlike each other the words of a topic are, as asked when they were found."""
        return float(asked_of(self.artifact).get("diversity", 0.3))

    def keep_meanings(self) -> None:
        """Write down what was read since, so that the encoder is not loaded for it again."""
        if self.meanings.fresh:
            self.meanings.save(self._read_since)

    @property
    def _read_since(self) -> Path:
        return self.store.folder("edits") / f"topics-{self.artifact.key}.safetensors"

    def _reader(self) -> Encode:
        from engine.encoder.hub.find import drafted

        encoder = str(asked_of(self.artifact).get("encoder", ""))
        if not encoder:
            raise InputError(f"It is not known which encoder {self.artifact.title} came from.")
        draft = self._path("draft") if drafted(encoder) else None
        return reads_phrases(encoder, draft)

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
