"""Rows that hold words in, how often each word goes with its category there out, part by part.

What a model leans on may hold everywhere, or only among the rows it learnt from: a word that goes
with a category in training and not in the rows held out is one it should not have learnt.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from engine.explain.corpus.holders import Holders
from engine.proportions import wilson

Pair = tuple[str, str]
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


def goes_with(found: Holders, asked: Mapping[str, Sequence[str]]) -> dict[Pair, list[Part]]:
    """By word and category: the training rows, those held out, and halves by date where dated.

    Args:
        found: Rows of the dataset and the words they hold.
        asked: Casefolded word to the categories it is asked about.
    """
    labels = np.asarray(found.rows["label"].to_pylist(), dtype=object)
    labelled = np.asarray([label is not None for label in labels], dtype=bool)
    parts = _parts(found.rows, labelled)
    made = {}
    for word, categories in asked.items():
        held = found.of(word)
        for category in categories:
            mine = labels == category
            made[word, category] = [
                Part(name, int((held & inside).sum()), int((held & inside & mine).sum()),
                     float(mine[inside].mean()))
                for name, inside in parts.items()
            ]  # fmt: skip
    return made


def _parts(table: pa.Table, labelled: NDArray[np.bool_]) -> dict[str, NDArray[np.bool_]]:
    """The parts that hold a labelled row, as (n,) whether each row is a labelled one of it."""
    split = np.asarray(table["split"].to_pylist(), dtype=str)
    parts = {LEARNT: split == "train", HELD_OUT: split != "train"}
    if "date" in table.column_names:
        dates = table["date"].to_numpy(zero_copy_only=False)
        known = ~np.isnat(dates.astype("datetime64[us]"))
        if known.sum() > 1:
            middle = np.sort(dates[known])[known.sum() // 2]
            parts[EARLIER] = known & (dates < middle)
            parts[LATER] = known & (dates >= middle)
    return {name: inside & labelled for name, inside in parts.items() if (inside & labelled).any()}
