"""A dataset that lost or gained rows of another in; its vectors, taken from the other's, out."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from engine.data import table
from engine.encoder.spec import EmbedSpec

if TYPE_CHECKING:
    from engine.store import Artifact
    from engine.work import Work

_BLOCK = 65_536
Floats = NDArray[np.float32]


def carried_vectors(
    spec: EmbedSpec, work: Work, encode: Callable[[list[str]], Floats]
) -> dict[str, Any] | None:
    """Write vectors.npy from the vectors of the version of the dataset that this one was made from.

    A version made by `data edit` holds texts of the version before, unchanged: those need not be
    read again; texts that were added to it go through `encode`. None, and nothing is written, where
    no earlier version has such vectors. Of two datasets put together by `data append` each is read
    by itself, so the first is read only once.

    Returns:
        The facts of those vectors, with ``embeddings`` counted anew and ``taken_from``, their key.
    """
    dataset = work.inputs["dataset"]
    if dataset.manifest.stage == "data append":
        return _appended(spec, dataset, work)
    if (found := _earlier(spec, dataset, work)) is None:
        return None
    earlier, vectors = found
    work.progress.stage("Taking the vectors of the version before")
    had, have = _rows(earlier), _rows(dataset)
    order = np.argsort(had)
    known = np.isin(have, had)
    places = np.zeros(len(have), dtype=np.int64)
    places[known] = order[np.searchsorted(had, have[known], sorter=order)]
    stored = np.load(vectors.path / "vectors.npy", mmap_mode="r")
    out = np.lib.format.open_memmap(
        work.out / "vectors.npy", "w+", dtype=stored.dtype, shape=(len(have), stored.shape[1])
    )
    for start in range(0, len(have), _BLOCK):
        out[start : start + _BLOCK] = stored[places[start : start + _BLOCK]]
    if not known.all():
        new = np.flatnonzero(~known)
        texts = table.rows(dataset.path / "rows.parquet", new.tolist(), columns=["text"])
        out[new] = encode(texts["text"].to_pylist())
    out.flush()
    return {**vectors.facts, "embeddings": len(have), "taken_from": vectors.key}


def _appended(spec: EmbedSpec, dataset: Artifact, work: Work) -> dict[str, Any] | None:
    """The vectors of both parts, one after the other; None where a part is gone."""
    parts = [a for a in work.store.inputs(dataset) if a.kind == "dataset"]
    if len(parts) != 2:
        return None
    made = [work.make(spec.model_copy(update={"dataset": part.key})) for part in parts]
    stored = [np.load(one.path / "vectors.npy", mmap_mode="r") for one in made]
    rows = sum(map(len, stored))
    out = np.lib.format.open_memmap(
        work.out / "vectors.npy", "w+", dtype=stored[0].dtype, shape=(rows, stored[0].shape[1])
    )
    at = 0
    for vectors in stored:
        for start in range(0, len(vectors), _BLOCK):
            block = vectors[start : start + _BLOCK]
            out[at : at + len(block)] = block
            at += len(block)
    out.flush()
    return {**made[0].facts, "embeddings": rows, "taken_from": made[0].key}


def _earlier(spec: EmbedSpec, dataset: Artifact, work: Work) -> tuple[Artifact, Artifact] | None:
    """The nearest version before that has vectors of this kind, and those."""
    while dataset.manifest.stage == "data edit":
        before = next((a for a in work.store.inputs(dataset) if a.kind == "dataset"), None)
        if before is None:
            return None
        dataset = before
        if vectors := work.found(spec.model_copy(update={"dataset": dataset.key})):
            return dataset, vectors
    return None


def _rows(dataset: Artifact) -> np.ndarray[Any, np.dtype[np.int64]]:
    column = pq.read_table(dataset.path / "rows.parquet", columns=["row"])["row"]
    rows: np.ndarray[Any, np.dtype[np.int64]] = column.to_numpy()
    return rows
