"""Labels and duplicate groups in, 'train', 'validation' or 'test' for each row out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

import numpy as np
import numpy.typing as npt

from engine.errors import InputError

SPLITS = ("train", "validation", "test")
UNASSIGNED = -1
_NAMES = {
    "train": 0, "training": 0, "learn": 0,
    "validation": 1, "val": 1, "valid": 1, "dev": 1, "develop": 1, "development": 1, "eval": 1,
    "test": 2, "testing": 2, "holdout": 2, "hold-out": 2, "heldout": 2,
}  # fmt: skip

Ints = npt.NDArray[np.int64]


def stratified(
    labels: Ints,
    groups: Ints,
    keys: npt.NDArray[np.uint64],
    fractions: tuple[float, float, float],
    *,
    seed: int,
) -> npt.NDArray[np.int8]:
    """(n,) split numbers (0 train, 1 validation, 2 test); a group is never divided.

    Each label is divided on its own, in an order fixed by `seed` and the texts' hashes `keys`, so
    the order of the file does not matter. A label (-1: none) with as many groups as there are
    splits is found in each of them; a label with one group is in train.
    """
    n = len(labels)
    if n == 0:
        return np.empty(0, dtype=np.int8)
    _, first, inverse, sizes = np.unique(
        groups, return_index=True, return_inverse=True, return_counts=True
    )
    group_key = np.full(len(first), np.iinfo(np.uint64).max, dtype=np.uint64)
    np.minimum.at(group_key, inverse, _shuffled(keys, seed))
    group_label = _common_label(labels, inverse, len(first))
    order = np.lexsort((group_key, group_label))
    assigned = np.empty(len(first), dtype=np.int8)
    bounds = np.flatnonzero(np.diff(group_label[order])) + 1
    for members in np.split(order, bounds):
        assigned[members] = _divide(sizes[members], fractions)
    return assigned[inverse]


def from_column(values: Iterable[object]) -> tuple[npt.NDArray[np.int8], Counter[str]]:
    """(n,) split numbers read from a column, -1 for unknown names, and a count of those."""
    unknown: Counter[str] = Counter()
    numbers = []
    for value in values:
        name = "" if value is None else str(value).strip().lower()
        number = _NAMES.get(name, UNASSIGNED)
        if number == UNASSIGNED:
            unknown[name] += 1
        numbers.append(number)
    return np.array(numbers, dtype=np.int8), unknown


def check_trainable(
    labels: Mapping[str, int], splits: Mapping[str, int] | None = None
) -> list[str]:
    """Notes on a dataset one wants to train on, from its facts ``labels`` and ``splits``.

    Raises:
        InputError: there is nothing to learn: no labels, one class only, or no training rows.
    """
    present = {name: count for name, count in labels.items() if count}
    if not present:
        raise InputError(
            "This dataset has no labels; choose the column with the categories on the Data page."
        )
    if len(present) == 1:
        name, count = next(iter(present.items()))
        raise InputError(
            f"All {count:,} labelled texts are '{name}'; a classifier needs at least two classes. "
            "Choose another label column or add texts of another class."
        )
    if splits is not None and not splits.get("train"):
        raise InputError("No rows are in the training split; raise its share and try again.")
    return [
        f"'{name}' has only one text: it is learnt from but cannot be tested."
        for name, count in present.items()
        if count == 1
    ]


def _divide(sizes: Ints, fractions: tuple[float, float, float]) -> npt.NDArray[np.int8]:
    """Splits for the groups of one label, already in random order, by their share of the rows."""
    middle = (np.cumsum(sizes) - sizes / 2) / sizes.sum()
    edges = np.cumsum(fractions)[:2]
    splits: npt.NDArray[np.int8] = np.searchsorted(edges, middle, side="right").astype(np.int8)
    wanted = [split for split in range(3) if fractions[split] > 0]
    if len(sizes) < len(wanted):  # too few to go round: learn first, then test, then validate
        first = [split for split in (0, 2, 1) if split in wanted][: len(sizes)]
        return np.array(first, dtype=np.int8)
    for split in wanted:
        if not (splits == split).any():
            largest = np.bincount(splits, minlength=3).argmax()
            splits[np.flatnonzero(splits == largest)[-1]] = split
    return splits


def _common_label(labels: Ints, groups: Ints, n_groups: int) -> Ints:
    """The label of each group's first row; duplicates seldom disagree, and the audit says when."""
    common = np.empty(n_groups, dtype=np.int64)
    common[groups[::-1]] = labels[::-1]
    return common


def _shuffled(keys: npt.NDArray[np.uint64], seed: int) -> npt.NDArray[np.uint64]:
    start = np.random.default_rng(seed).integers(1, 2**63, dtype=np.uint64)
    mixed = (keys ^ start) * np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(32))) * np.uint64(0xD6E8FEB86659FD93)
    return mixed ^ (mixed >> np.uint64(32))
