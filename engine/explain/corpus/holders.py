"""A dataset and some words in, which of its rows hold each of them out."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from engine.data.pieces import words

Ints = NDArray[np.int64]
MOST_ROWS = 50_000


@dataclass(frozen=True, eq=False)
class Holders:
    """Who holds what.

    rows: n rows of the dataset: row, label, split and, where there is one, date. held: casefolded
    word to the places among `rows` of those that hold it.
    """

    rows: pa.Table
    held: dict[str, Ints]

    def of(self, word: str) -> NDArray[np.bool_]:
        """(n,) whether each row holds the word."""
        found = np.zeros(self.rows.num_rows, dtype=bool)
        found[self.held.get(word, [])] = True
        return found


def holders(dataset_rows: Path, wanted: Collection[str], *, seed: int = 0) -> Holders:
    """Look through MOST_ROWS rows at most, a random choice of them.

    Args:
        dataset_rows: ``rows.parquet`` of a dataset.
        wanted: Casefolded words.
        seed: Of the choice.
    """
    names = pq.read_schema(dataset_rows).names
    rows = pq.read_table(dataset_rows, columns=["row"])["row"].to_numpy()
    if len(rows) > MOST_ROWS:
        rows = np.random.default_rng(seed).permutation(rows)[:MOST_ROWS]
    columns = [name for name in ("row", "text", "label", "split", "date") if name in names]
    table = pq.read_table(dataset_rows, columns=columns, filters=pc.field("row").isin(rows))
    held = _held(table["text"].to_pylist(), frozenset(wanted))
    return Holders(table.drop_columns(["text"]), held)


def _held(texts: Sequence[str], wanted: frozenset[str]) -> dict[str, Ints]:
    found: dict[str, list[int]] = {}
    for place, text in enumerate(texts):
        for word in {text[start:stop].casefold() for start, stop in words(text)} & wanted:
            found.setdefault(word, []).append(place)
    return {word: np.asarray(places, dtype=np.int64) for word, places in found.items()}
