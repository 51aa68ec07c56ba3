"""A model and scored rows in, which of them it has learnt from, exactly or nearly, out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from engine.classify.evaluation.answers import Flags, Ints, read_answers
from engine.classify.predictions import FILE
from engine.classify.scores import score
from engine.progress import SILENT, Progress
from engine.store import Artifact, Store

SEEN = "seen.parquet"


@dataclass(frozen=True, eq=False)
class Seen:
    """flags: (n,) whether the model has learnt from the row or a copy of its text.

    near: whether copies that are not quite the same were looked for as well.
    """

    flags: Flags
    near: bool


def seen_rows(model: Artifact, dataset: Artifact, rows: Ints, store: Store) -> Seen:
    """Which `rows` of `dataset` the model learnt from, by the groups of copies it was made with.

    Fast, for no text is read: right where every dataset the model learnt from was made of the same
    file as `dataset`, as its own was.
    """
    table = pq.read_table(dataset.path / "rows.parquet", columns=["row", "group"])
    every, group = table["row"].to_numpy(), table["group"].to_numpy()
    learnt = np.concatenate([learnt_rows(one, store) for one in lineage(model, store)])
    groups = np.unique(group[np.isin(every, learnt)])
    order = np.argsort(every)
    mine = group[order[np.searchsorted(every, rows, sorter=order)]]
    near = (dataset.facts.get("duplicates") or {}).get("near") is not None
    return Seen(np.isin(rows, learnt) | np.isin(mine, groups), near)


def seen_texts(
    model: Artifact, texts: list[str], store: Store, *, progress: Progress = SILENT
) -> Seen:
    """Which `texts` the model learnt from, whatever file they came from.

    Near-duplicates (:func:`engine.data.duplicates.near_groups`) are looked for among up to 200,000
    texts in all; beyond that only the same texts are found.
    """
    from engine.data.dataset import NEAR_LIMIT
    from engine.data.duplicates import near_groups, text_hash

    learnt: set[int] = set()
    taught: list[str] = []
    for one in lineage(model, store):
        for text in _learnt(one, store, "text").to_pylist():
            if (number := text_hash(text)) not in learnt:
                learnt.add(number)
                taught.append(text)
    flags = np.asarray([text_hash(text) in learnt for text in texts], dtype=bool)
    near = len(taught) + len(texts) <= NEAR_LIMIT
    left = np.flatnonzero(~flags)
    if near and len(left) and taught:
        mine = [texts[i] for i in left]
        n = len(mine) + len(taught)
        groups = near_groups([*mine, *taught], n, progress=progress)
        flags[left] = np.isin(groups[: len(mine)], groups[len(mine) :])
    return Seen(flags, near)


def seen_by(
    model: Artifact,
    dataset: Artifact,
    rows: Ints,
    texts: list[str],
    store: Store,
    *,
    progress: Progress = SILENT,
) -> Seen:
    """Which `rows` of `dataset`, with their `texts`, the model learnt from, in the cheapest way."""
    own = [dataset_of(one, store) for one in lineage(model, store)]
    files = {source_of(one, store) for one in own if one} | {source_of(dataset, store)}
    if len(files) == 1 and None not in files:
        return seen_rows(model, dataset, rows, store)
    return seen_texts(model, texts, store, progress=progress)


def known(model: Artifact, store: Store) -> bool:
    """Whether everything the model learnt from is here; not so of one that was brought in."""
    return all(dataset_of(one, store) is not None for one in lineage(model, store))


def lineage(model: Artifact, store: Store) -> list[Artifact]:
    """The model and those it went on from, for what they learnt it may still know."""
    found, ahead = [model], [model]
    while ahead:
        new = [a for a in store.inputs(ahead.pop()) if a.kind == "model"]
        new = [a for a in new if a.key not in {one.key for one in found}]
        found += new
        ahead += new
    return found


def dataset_of(found: Artifact, store: Store) -> Artifact | None:
    """The dataset a model, evaluation or baseline was made with; None where it is not kept."""
    key = found.manifest.inputs.get("dataset", "")
    return next((a for a in store.inputs(found) if f"dataset/{a.key}" == key), None)


def source_of(dataset: Artifact, store: Store) -> str | None:
    """The key of the file that a dataset, edited or not, was made of; None where it is not kept."""
    return next((one.key for one in store.lineage(dataset) if one.kind == "source"), None)


def learnt_rows(model: Artifact, store: Store) -> Ints:
    """(n,) rows of the model's own dataset that taught it, or that its settings were chosen on."""
    rows: Ints = _learnt(model, store, "row").to_numpy().astype(np.int64)
    return rows


def write_seen(folder: Path, rows: Ints, seen: Seen) -> None:
    """Keep which of the scored `rows` were learnt from: row, seen."""
    pq.write_table(pa.table({"row": rows, "seen": seen.flags}), folder / SEEN)


def read_seen(folder: Path, rows: Ints) -> Flags:
    """(n,) what :func:`write_seen` kept, for these `rows` of it."""
    table = pq.read_table(folder / SEEN)
    order = np.argsort(table["row"].to_numpy())
    at = order[np.searchsorted(table["row"].to_numpy(), rows, sorter=order)]
    flags: Flags = table["seen"].to_numpy()[at].astype(bool)
    return flags


def _learnt(model: Artifact, store: Store, column: str) -> pa.ChunkedArray:
    """A column of the labelled rows of its dataset, without those it was scored on."""
    dataset = dataset_of(model, store)
    if dataset is None or not (model.path / FILE).exists():
        return pa.chunked_array([], type=pa.string() if column == "text" else pa.int64())
    scored = pq.read_table(model.path / FILE, columns=["row", "split"])
    held_out = scored.filter(pc.equal(scored["split"], model.facts["scored_on"]))["row"]
    wanted = list(dict.fromkeys(["row", "label", column]))
    table = pq.read_table(dataset.path / "rows.parquet", columns=wanted)
    known = pc.is_in(table["label"], pa.array(model.facts["labels"], pa.string()))
    kept = pc.and_(known, pc.invert(pc.is_in(table["row"], held_out.combine_chunks())))
    return table.filter(kept)[column]


def score_unseen(
    found: Artifact,
    model: Artifact,
    dataset: Artifact,
    *,
    labels: Sequence[str],
    split: str,
    store: Store,
) -> dict[str, Any]:
    """The scores of the scored rows that the model has not learnt from.

    Args:
        found: The model itself, or an evaluation of it.
        model: The model.
        dataset: The dataset it was scored on.
        labels: The categories in the order of the probabilities.
        split: Which rows were scored.
        store: Where the datasets are.

    Returns:
        seen (rows that were learnt from, or copies of such), near (whether near-duplicates were
        looked for), rows (how many are left) and, where any is, what
        :func:`engine.classify.scores.score` says of those.
    """
    answers = read_answers(found.path, labels, split=split)
    if found.kind == "evaluation":
        seen = Seen(read_seen(found.path, answers.rows), bool(found.facts["seen_nearly"]))
    else:
        seen = seen_rows(model, dataset, answers.rows, store)
    left = answers.where(~seen.flags)
    told = {"seen": int(seen.flags.sum()), "near": seen.near, "rows": len(left)}
    if not len(left):
        return told
    return {**score(left.targets, left.probabilities, tuple(labels)), **told}
