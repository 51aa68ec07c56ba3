"""A topics artifact in, everything the page shows of it out, each read once and kept by its key."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from engine.store import Artifact
from engine.topics.geometry import Flat, flat
from engine.topics.topics import Topics
from pages._ui.loaders import store
from pages._ui.topics.edit.editing import standing

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Opened:
    """Topics with what they were made from.

    topics: As they stand, the edits that wait included. version: changes with every edit; with the
    key it names what is shown, for caches. dataset, vectors, projection: None where it was removed.
    """

    artifact: Artifact
    topics: Topics
    version: str
    dataset: Artifact | None
    vectors: Artifact | None
    projection: Artifact | None

    @property
    def key(self) -> str:
        """Names these topics as they stand."""
        return f"{self.artifact.key}-{self.version}"

    @property
    def rows(self) -> Path | None:
        """The dataset's rows.parquet."""
        return self.dataset.path / "rows.parquet" if self.dataset else None

    @property
    def source(self) -> Path | None:
        """rows.parquet of the file that the dataset came from, with all its columns."""
        if self.dataset is None:
            return None
        # A version of a dataset comes from a dataset, the first one from the file.
        files = (a for a in store().lineage(self.dataset) if a.kind == "source")
        return next((a.path / "rows.parquet" for a in files), None)

    @property
    def flat(self) -> Flat | None:
        """The documents on the map."""
        return flat_of(str(self.projection.path / "points.npy")) if self.projection else None

    def names(self) -> dict[int, str]:
        """Topic id to its name."""
        return {t.id: t.name for t in self.topics.found}


def opened(found: Artifact) -> Opened:
    """Open `found`; what it names and is not here any more is None."""
    inputs = store().inputs(found)
    topics, version = standing(found)

    def last(kind: str) -> Artifact | None:
        """The map is made after the dimensions in which topics were looked for."""
        flat = [a for a in inputs if a.kind == kind and a.facts.get("dims", 2) == 2]
        return flat[-1] if flat else None

    return Opened(found, topics, version, last("dataset"), last("vectors"), last("projection"))


@st.cache_resource(max_entries=4, show_spinner=False)
def flat_of(points: str) -> Flat:
    """Points of a projection, as the map draws them."""
    import numpy as np

    return flat(np.load(points))


@st.cache_resource(max_entries=3, show_spinner=False)
def titles_of(rows: str) -> Any:
    """An Arrow array of every document's title, for the pointer."""
    from engine.topics.documents import titles

    return titles(Path(rows))


@st.cache_resource(max_entries=2, show_spinner=False)
def vectors_of(path: str) -> NDArray[np.float32]:
    """The vectors, memory-mapped."""
    import numpy as np

    return np.load(Path(path) / "vectors.npy", mmap_mode="r")
