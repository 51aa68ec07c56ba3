"""A words artifact in, its counts by text and by topic out."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from engine.store import Artifact

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Words:
    """counts: (n, v) sparse, how often each word is in each text. vocabulary: the v words."""

    counts: csr_matrix
    vocabulary: list[str]

    @cached_property
    def lengths(self) -> Floats:
        """(n,) float32, the length of each text's row of counts."""
        squares = np.square(self.counts.data, dtype=np.float32)
        # A row without words begins where the next one does, which reduceat takes for one number.
        filled = np.flatnonzero(np.diff(self.counts.indptr))
        found = np.zeros(self.counts.shape[0], dtype=np.float32)
        if len(filled):
            found[filled] = np.sqrt(np.add.reduceat(squares, self.counts.indptr[filled]))
        return found


def load_words(artifact: Artifact) -> Words:
    """What the words stage wrote, memory-mapped."""
    from scipy.sparse import csr_matrix

    def array(name: str) -> NDArray[Any]:
        found: NDArray[Any] = np.load(artifact.path / f"{name}.npy", mmap_mode="r")
        return found

    vocabulary = json.loads((artifact.path / "vocabulary.json").read_text(encoding="utf-8"))
    indptr = array("indptr")
    shape = (len(indptr) - 1, len(vocabulary))
    parts = (array("data"), array("indices"), indptr)
    return Words(csr_matrix(parts, shape=shape, copy=False), vocabulary)


def class_counts(words: Words, assigned: NDArray[np.int32], ids: NDArray[np.int32]) -> Floats:
    """(k, v) float32, how often each word is in the texts of each topic of `ids`, in that order.

    Args:
        words: Of n texts.
        assigned: (n,) topic of each text; texts of other topics count nowhere.
        ids: (k,) topics.
    """
    from scipy.sparse import csr_matrix

    order = np.argsort(ids)
    place = np.searchsorted(ids[order], assigned)
    place = np.minimum(place, len(ids) - 1)
    mine = np.flatnonzero(ids[order][place] == assigned) if len(ids) else np.zeros(0, dtype=int)
    rows = order[place[mine]] if len(ids) else mine
    picks = csr_matrix(
        (np.ones(len(mine), dtype=np.float32), (rows, mine)), shape=(len(ids), len(assigned))
    )
    found: Floats = (picks @ words.counts).toarray().astype(np.float32)
    return found
