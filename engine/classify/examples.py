"""A dataset artifact in; texts, labels and splits a classifier can learn from out."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from engine.classify.categories import learnable, remarks
from engine.errors import InputError
from engine.store import Artifact

_ALL = ("row", "text", "label", "split", "group", "weight")


@dataclass(frozen=True, eq=False)
class Examples:
    """The labelled rows of a dataset, in its order.

    rows: (n,) int64, the row numbers of the source file. places: (n,) int64, the rows' places in
    the dataset (and so in its vectors). texts: n. targets: (n,) int64, in `labels`. split: (n,) of
    train, validation, test. groups: (n,) int64, equal for copies of a text. labels: the categories,
    most frequent first in training. left_out: labelled rows of other categories, by split.
    weights: (n,) float32 above 0, how much each row counts in training; all 1 in a dataset that
    nobody edited. remarks: sentences on categories that will hardly be learnt. beside: (n,) int64,
    answers of an auxiliary task, -1 for none, or empty (see engine.classify.auxiliary).
    """

    rows: NDArray[np.int64]
    places: NDArray[np.int64]
    texts: list[str]
    targets: NDArray[np.int64]
    split: NDArray[np.str_]
    groups: NDArray[np.int64]
    labels: tuple[str, ...]
    left_out: dict[str, int]
    weights: NDArray[np.float32]
    remarks: tuple[str, ...] = ()
    beside: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    def where(self, split: str) -> NDArray[np.int64]:
        """Places (in these examples) of the rows of one split."""
        return np.flatnonzero(self.split == split)


def read_examples(dataset: Artifact) -> Examples:
    """The labelled rows, ready to train on; where no validation split was made, a tenth becomes it.

    That tenth is taken by whole groups, so that no copy of a text is both learnt and chosen by.
    Rows whose category has no training row are left out: it cannot be learnt.

    Raises:
        InputError: no labels, or fewer than two categories to train on.
    """
    columns = _columns(dataset, _ALL)
    labels = learnable(columns["label"], columns["split"], dataset)
    examples = _with_labels(columns, labels)
    split = _with_validation(examples.split, examples.targets, examples.groups)
    told = remarks(columns["row"], columns["label"], columns["split"], dataset)
    return replace(examples, split=split, remarks=told)


def count_examples(dataset: Artifact) -> dict[str, dict[str, int]]:
    """How many rows of each category training would use: category, then split, to a count.

    Reads no texts, so a page may ask before anything is started.

    Raises:
        InputError: as :func:`read_examples` would.
    """
    columns = _columns(dataset, ("label", "split", "group"))
    labels = learnable(columns["label"], columns["split"], dataset)
    target = {label: n for n, label in enumerate(labels)}
    kept = [i for i, label in enumerate(columns["label"]) if label in target]
    targets = np.asarray([target[columns["label"][i]] for i in kept], dtype=np.int64)
    groups = np.asarray(columns["group"], dtype=np.int64)[kept]
    split = np.asarray([columns["split"][i] for i in kept], dtype=str)
    split = _with_validation(split, targets, groups)
    return {
        label: {
            part: int(np.count_nonzero((targets == n) & (split == part)))
            for part in ("train", "validation", "test")
        }
        for label, n in target.items()
    }


def read_labelled(dataset: Artifact, labels: tuple[str, ...]) -> Examples:
    """The rows of the dataset whose label is one of `labels`, for scoring a model that knows those.

    Raises:
        InputError: the dataset has no labels.
    """
    return _with_labels(_columns(dataset, _ALL), labels)


def _columns(dataset: Artifact, names: tuple[str, ...]) -> dict[str, list[Any]]:
    path = dataset.path / "rows.parquet"
    there = pq.read_schema(path).names
    table = pq.read_table(path, columns=[name for name in names if name in there])
    columns: dict[str, list[Any]] = table.to_pydict()
    if "weight" in names and "weight" not in there:
        columns["weight"] = [1.0] * table.num_rows
    if all(label is None for label in columns["label"]):
        raise InputError(f"{dataset.title} has no labels; choose a label column on the Data page.")
    return columns


def _with_labels(columns: dict[str, list[Any]], labels: tuple[str, ...]) -> Examples:
    target = {label: n for n, label in enumerate(labels)}
    kept = [i for i, label in enumerate(columns["label"]) if label in target]
    left_out = Counter(
        part
        for label, part in zip(columns["label"], columns["split"], strict=True)
        if label is not None and label not in target
    )
    return Examples(
        rows=np.asarray([columns["row"][i] for i in kept], dtype=np.int64),
        places=np.asarray(kept, dtype=np.int64),
        texts=[columns["text"][i] for i in kept],
        targets=np.asarray([target[columns["label"][i]] for i in kept], dtype=np.int64),
        split=np.asarray([columns["split"][i] for i in kept], dtype=str),
        groups=np.asarray([columns["group"][i] for i in kept], dtype=np.int64),
        labels=labels,
        left_out=dict(left_out),
        weights=np.asarray([columns["weight"][i] for i in kept], dtype=np.float32),
    )


def _with_validation(
    split: NDArray[np.str_], targets: NDArray[np.int64], groups: NDArray[np.int64]
) -> NDArray[np.str_]:
    if (split == "validation").any():
        return split
    split = split.astype("<U10")
    train = np.flatnonzero(split == "train")
    _, first, inverse = np.unique(groups[train], return_index=True, return_inverse=True)
    # A group whose rows disagree stays: moved, it could take a category's only row with it.
    mixed = np.unique(inverse[targets[train] != targets[train][first][inverse]])
    first = np.sort(np.delete(first, mixed))
    for target in np.unique(targets):
        mine = first[targets[train][first] == target]
        # Every tenth, so that the choice needs no seed; a category with few rows keeps them all.
        moved = np.isin(inverse, inverse[mine[9::10]])
        split[train[moved]] = "validation"
    return split
