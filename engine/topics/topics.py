"""A topics artifact in, which document is in which topic, and what each topic is, out."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.store import Artifact
from engine.store.files import read_json, write_json

NO_TOPIC = -1
Ints = NDArray[np.int32]
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Topic:
    """One topic.

    Attributes:
        id: Stays with the topic through every edit and is never used again.
        size: Documents in it.
        words: Its words with their weight, the best first.
        name: What people call it.
        representative: Places of documents whose words say most about it.
        central: Places of the documents nearest to its centre.
    """

    id: int
    size: int
    words: tuple[tuple[str, float], ...]
    name: str
    representative: tuple[int, ...] = ()
    central: tuple[int, ...] = ()


@dataclass(frozen=True, eq=False)
class Topics:
    """The topics of n documents, which are all rows of a dataset in its order.

    assigned: (n,) int32, a topic's id or -1. strength: (n,) float32 from 0 to 1, how surely. found:
    the topics, largest first. centroids: (k, width) float32 of length 1, aligned with `found`.
    """

    assigned: Ints
    strength: Floats
    found: tuple[Topic, ...]
    centroids: Floats

    def topic(self, number: int) -> Topic:
        """The topic with that id.

        Raises:
            KeyError: there is none.
        """
        return next((t for t in self.found if t.id == number), None) or _missing(number)

    def places(self, number: int) -> NDArray[np.int64]:
        """Places of the documents of a topic, or of those in none (-1), in order."""
        return np.flatnonzero(self.assigned == number)

    @property
    def ids(self) -> Ints:
        """(k,) int32, the topics' ids in the order of `found`."""
        return np.array([t.id for t in self.found], dtype=np.int32)

    @property
    def outlier_share(self) -> float:
        """Share of the documents that are in no topic."""
        return float((self.assigned == NO_TOPIC).mean()) if len(self.assigned) else 0.0


def _missing(number: int) -> Topic:
    raise KeyError(f"there is no topic {number}")


def asked_of(artifact: Artifact) -> dict[str, Any]:
    """The spec by which the topics were found, also where edits made these of others."""
    found: dict[str, Any] = artifact.facts.get("asked") or artifact.manifest.spec
    return found


def save_topics(folder: Path, topics: Topics) -> None:
    """Write assigned.npy, strength.npy, centroids.npy and topics.json."""
    np.save(folder / "assigned.npy", topics.assigned.astype(np.int32))
    np.save(folder / "strength.npy", topics.strength.astype(np.float32))
    np.save(folder / "centroids.npy", topics.centroids.astype(np.float32))
    write_json(folder / "topics.json", [asdict(t) for t in topics.found])


def load_topics(artifact: Artifact) -> Topics:
    """Exactly what was saved; the arrays are memory-mapped and cannot be written to."""

    def array(name: str) -> NDArray[Any]:
        found: NDArray[Any] = np.load(artifact.path / f"{name}.npy", mmap_mode="r")
        return found

    rows: list[dict[str, Any]] = read_json(artifact.path / "topics.json")
    found = tuple(
        Topic(
            id=row["id"],
            size=row["size"],
            words=tuple((word, weight) for word, weight in row["words"]),
            name=row["name"],
            representative=tuple(row["representative"]),
            central=tuple(row["central"]),
        )
        for row in rows
    )
    return Topics(array("assigned"), array("strength"), found, array("centroids"))
