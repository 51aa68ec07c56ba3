"""A dataset and some words in, how often each goes with its category there out, part by part.

What a model leans on may hold everywhere, or only among the rows it learnt from: a word that goes
with a category in training and not in the rows held out is one it should not have learnt.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from engine.data.pieces import words
from engine.proportions import wilson

MOST_ROWS = 50_000
LEARNT, HELD_OUT, EARLIER, LATER = "training rows", "rows held out", "earlier half", "later half"


@dataclass(frozen=True)
class Part:
    """How a word goes with a category in a part of the dataset.

    texts: rows that hold the word and have a label. hits: of them, those of the category. base: the
    category's share of all rows of the part.
    """

    name: str
    texts: int
    hits: int
    base: float

    @property
    def share(self) -> float:
        """Of the texts with the word, those of the category; nan where there is none."""
        return self.hits / self.texts if self.texts else float("nan")

    @property
    def interval(self) -> tuple[float, float]:
        """Of that share, 95 % (Wilson)."""
        low, high = wilson(self.hits, self.texts)
        return float(low), float(high)

    @property
    def holds(self) -> bool:
        """Whether the word surely goes with the category there: the low end is above base."""
        return self.interval[0] > self.base


def goes_with(
    dataset_rows: Path, asked: Mapping[str, Sequence[str]], *, seed: int = 0
) -> dict[tuple[str, str], list[Part]]:
    """By word and category: the training rows, those held out, and halves by date where dated.

    Args:
        dataset_rows: ``rows.parquet`` of a dataset.
        asked: Casefolded word to the categories it is asked about.
        seed: Of the choice of MOST_ROWS rows, where there are more.
    """
    table = _labelled(dataset_rows, seed)
    labels = np.asarray(table["label"].to_pylist(), dtype=object)
    if not len(labels):
        return {(word, one): [] for word, many in asked.items() for one in many}
    parts = _parts(table)
    holders = _holders(table["text"].to_pylist(), frozenset(asked))
    found = {}
    for word, categories in asked.items():
        held = np.zeros(len(labels), dtype=bool)
        held[holders.get(word, [])] = True
        for category in categories:
            mine = labels == category
            found[word, category] = [
                Part(name, int((held & inside).sum()), int((held & inside & mine).sum()),
                     float(mine[inside].mean()))
                for name, inside in parts.items()
            ]  # fmt: skip
    return found


def _labelled(dataset_rows: Path, seed: int) -> pa.Table:
    """Text, label, split and date, where there is one, of the labelled rows: MOST_ROWS of them."""
    names = pq.read_schema(dataset_rows).names
    table = pq.read_table(dataset_rows, columns=["row", "label"])
    rows = table.filter(table["label"].is_valid())["row"].to_numpy()
    if len(rows) > MOST_ROWS:
        rows = np.random.default_rng(seed).permutation(rows)[:MOST_ROWS]
    columns = [name for name in ("text", "label", "split", "date") if name in names]
    return pq.read_table(dataset_rows, columns=columns, filters=pc.field("row").isin(rows))


def _parts(table: pa.Table) -> dict[str, NDArray[np.bool_]]:
    split = np.asarray(table["split"].to_pylist(), dtype=str)
    parts = {LEARNT: split == "train", HELD_OUT: split != "train"}
    if "date" in table.column_names:
        dates = table["date"].to_numpy(zero_copy_only=False)
        known = ~np.isnat(dates.astype("datetime64[us]"))
        if known.sum() > 1:
            middle = np.sort(dates[known])[known.sum() // 2]
            parts[EARLIER] = known & (dates < middle)
            parts[LATER] = known & (dates >= middle)
    return {name: inside for name, inside in parts.items() if inside.any()}


def _holders(texts: Sequence[str], wanted: frozenset[str]) -> dict[str, list[int]]:
    """Which texts hold each word."""
    found: dict[str, list[int]] = {}
    for place, text in enumerate(texts):
        for word in {text[start:stop].casefold() for start, stop in words(text)} & wanted:
            found.setdefault(word, []).append(place)
    return found
