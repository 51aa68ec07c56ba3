"""Two finds of topics in the same documents in, what became of each topic out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from engine.errors import InputError
from engine.topics.topics import Topics
from engine.topics.views.tally import places_of, tally

Places = NDArray[np.int64]
Fate = Literal["kept", "joined", "split", "scattered", "left out"]

_HALF = 0.5
_MIX = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, eq=False)
class Flows:
    """How the documents of k topics lie in l others.

    counts: (k + 1, l + 1) int64; the last row and column are documents in no topic. jaccard: (k, l)
    documents of both by documents of either. match: (k,) place of the other topic that is its
    counterpart, each used once, so that as many documents as possible stay; -1 without one. ari,
    nmi: agreement on the documents that are in a topic both times; None where there are none.
    """

    counts: NDArray[np.int64]
    jaccard: NDArray[np.float64]
    match: NDArray[np.int64]
    ari: float | None
    nmi: float | None

    @property
    def documents(self) -> int:
        """Those that are in both."""
        return int(self.counts.sum())

    @property
    def stayed(self) -> int:
        """Documents whose topic's counterpart they are in, or that are in none both times."""
        rows = np.flatnonzero(self.match >= 0)
        return int(self.counts[rows, self.match[rows]].sum() + self.counts[-1, -1])

    def turned(self) -> Flows:
        """The same from the other side."""
        match = np.full(self.jaccard.shape[1], -1, dtype=np.int64)
        rows = np.flatnonzero(self.match >= 0)
        match[self.match[rows]] = rows
        return Flows(self.counts.T, self.jaccard.T, match, self.ari, self.nmi)


@dataclass(frozen=True)
class Became:
    """What became of a topic. to: Places of the topics that it is in now, the largest part first.

    "kept": one topic is it, with a Jaccard of a half or more. "joined": at least half of it is in a
    topic that is more than it. "split": at least two topics are made of it for the most part, and
    hold half of it or more. "left out": half or more is in no topic. "scattered": none of these.
    """

    fate: Fate
    to: tuple[int, ...]
    jaccard: float


def shared_documents(first: Path, second: Path) -> tuple[Places, Places]:
    """Places of the documents that two datasets share, told by their texts, pair by pair.

    A text that is there several times is paired as often as it is in both.

    Args:
        first: rows.parquet of a dataset.
        second: Of another, or of the same.

    Raises:
        InputError: they share no text.
    """
    if first == second:
        import pyarrow.parquet as pq

        every = np.arange(pq.read_metadata(first).num_rows, dtype=np.int64)
        return every, every
    _, one, other = np.intersect1d(
        _named(first), _named(second), assume_unique=False, return_indices=True
    )
    if not len(one):
        raise InputError(
            "The two share no text, so there is nothing to compare; choose topics of the same "
            "dataset, or of another version of it."
        )
    order = np.argsort(one)
    return one[order].astype(np.int64), other[order].astype(np.int64)


def flows(first: Topics, second: Topics, shared: tuple[Places, Places]) -> Flows:
    """Where the documents of each topic of `first` lie in `second`.

    Args:
        first: Topics.
        second: Others.
        shared: Places of the same documents in both.
    """
    from scipy.optimize import linear_sum_assignment

    one = places_of(first.assigned[shared[0]], first.ids)
    other = places_of(second.assigned[shared[1]], second.ids)
    k, length = len(first.found), len(second.found)
    every = np.arange(k + 1, dtype=np.int32)
    counts = tally(
        np.where(one < 0, k, one).astype(np.int32),
        every,
        np.where(other < 0, length, other).astype(np.int32),
        length + 1,
    )
    inner = counts[:k, :length]
    either = counts[:k].sum(axis=1)[:, None] + counts[:, :length].sum(axis=0)[None] - inner
    match = np.full(k, -1, dtype=np.int64)
    rows, columns = linear_sum_assignment(-inner)
    there = inner[rows, columns] > 0
    match[rows[there]] = columns[there]
    ari, nmi = _agreement(one, other)
    return Flows(counts, inner / np.maximum(either, 1), match, ari, nmi)


def became(found: Flows) -> list[Became]:
    """What became of each of the k topics, in their order."""
    inner = found.counts[:-1, :-1]
    of_mine = inner / np.maximum(found.counts[:-1].sum(axis=1, keepdims=True), 1)
    of_theirs = inner / np.maximum(found.counts[:, :-1].sum(axis=0, keepdims=True), 1)
    out = found.counts[:-1, -1] / np.maximum(found.counts[:-1].sum(axis=1), 1)
    return [
        _fate(of_mine[i], of_theirs[i], float(out[i]), found.jaccard[i])
        for i in range(len(of_mine))
    ]


def _fate(
    mine: NDArray[np.float64], theirs: NDArray[np.float64], out: float, alike: NDArray[np.float64]
) -> Became:
    order = np.argsort(-mine, kind="stable")
    best = int(alike.argmax()) if len(alike) else -1
    top = float(alike[best]) if len(alike) else 0.0
    if top >= _HALF:
        return Became("kept", (best,), top)
    parts = tuple(int(j) for j in order if theirs[j] >= _HALF and mine[j] > 0)
    if len(parts) > 1 and mine[list(parts)].sum() >= _HALF:
        return Became("split", parts, top)
    if len(order) and mine[order[0]] >= _HALF:
        return Became("joined", (int(order[0]),), top)
    where = tuple(int(j) for j in order[:3] if mine[j] > 0)
    return Became("left out" if out >= _HALF else "scattered", where, top)


def _agreement(
    one: NDArray[np.int32], other: NDArray[np.int32]
) -> tuple[float | None, float | None]:
    from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score

    both = (one >= 0) & (other >= 0)
    if not both.any():
        return None, None
    return (
        float(adjusted_rand_score(one[both], other[both])),
        float(normalized_mutual_info_score(one[both], other[both])),
    )


def _named(rows: Path) -> NDArray[np.uint64]:
    """(n,) a number for each text, another one for each time that it is there."""
    from engine.data.duck import connect, file_literal

    source = f"read_parquet({file_literal(rows)}, file_row_number=true)"
    with connect() as con:
        sql = f"SELECT hash(text) AS name FROM {source} ORDER BY file_row_number"
        names = np.asarray(con.execute(sql).fetchnumpy()["name"], dtype=np.uint64)
    order = np.argsort(names, kind="stable")
    ordered = names[order]
    first = np.ones(len(names), dtype=bool)
    first[1:] = ordered[1:] != ordered[:-1]
    begins = np.maximum.accumulate(np.where(first, np.arange(len(names)), 0))
    times = np.empty(len(names), dtype=np.uint64)
    times[order] = (np.arange(len(names)) - begins).astype(np.uint64)
    return names ^ (times * _MIX)
