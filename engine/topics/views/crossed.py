"""A category of each document in, how topics and categories share the documents out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.errors import InputError
from engine.topics.columns import columns_of, held_column
from engine.topics.views.tally import tally

Floats = NDArray[np.float64]

MOST = 200
"""Most categories that are told apart."""
_SAMPLE = 5_000


@dataclass(frozen=True, eq=False)
class Categories:
    """c categories of n documents, the largest first.

    codes: (n,) int32, -1 without one. names: theirs. others: Whether the last one holds all that
    are beyond the 199 largest.
    """

    codes: NDArray[np.int32]
    names: tuple[str, ...]
    others: bool = False


@dataclass(frozen=True, eq=False)
class Crossed:
    """k topics against c categories.

    counts: (k, c) int64 documents. outside: (c,) int64, those of the category in no topic.
    """

    counts: NDArray[np.int64]
    outside: NDArray[np.int64]

    @property
    def in_category(self) -> Floats:
        """(k, c) share of each category's documents, those in no topic too, that a topic has."""
        total = self.counts.sum(axis=0) + self.outside
        shares: Floats = self.counts / np.maximum(total, 1)
        return shares

    @property
    def in_topic(self) -> Floats:
        """(k, c) share of each topic's documents with a category that a category has."""
        shares: Floats = self.counts / np.maximum(self.counts.sum(axis=1, keepdims=True), 1)
        return shares

    @property
    def beyond_chance(self) -> Floats:
        """(k, c) how many standard errors a cell is above, or below 0, what it would be if topics
        and categories had nothing to do with each other.

        Adjusted residuals (Haberman 1973, "The analysis of residuals in cross-classified tables").
        """
        whole = np.vstack([self.counts, self.outside[None]]).astype(np.float64)
        n = max(float(whole.sum()), 1.0)
        rows, columns = whole.sum(axis=1, keepdims=True), whole.sum(axis=0, keepdims=True)
        expected = rows * columns / n
        spread = np.sqrt(expected * (1 - rows / n) * (1 - columns / n))
        with np.errstate(divide="ignore", invalid="ignore"):
            found: Floats = np.where(spread > 0, (whole - expected) / spread, 0.0)
        return found[:-1]

    @property
    def purity(self) -> Floats:
        """(k,) share of the most frequent category in each topic; nan where none has one."""
        known = self.counts.sum(axis=1)
        best = self.counts.max(axis=1, initial=0)
        return np.where(known > 0, best / np.maximum(known, 1), np.nan)


def category_columns(source: Path, *, without: tuple[str, ...] = ()) -> list[str]:
    """Columns of a file that may divide it into at most 200 groups, judged by their first values.

    A column with more different values among them has more on the whole, so none is missed.
    """
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    names = columns_of(source, without=without)
    with pq.ParquetFile(source) as file:
        head = next(file.iter_batches(_SAMPLE, columns=names), None) if names else None
    if head is None:
        return []
    return [name for name in names if pc.count_distinct(head.column(name)).as_py() <= MOST]


def categories_of(rows: Path, name: str = "label", *, source: Path | None = None) -> Categories:
    """The categories in a column.

    Args:
        rows: rows.parquet of a dataset.
        name: Its column, or one of `source` where that is given.
        source: rows.parquet of the file the dataset came from.

    Raises:
        InputError: no such column, an empty one, or one with another value in nearly every row.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    held = held_column(rows, name, source=source).cast(pa.string())
    held = pc.if_else(pc.equal(pc.utf8_trim_whitespace(held), ""), None, held)
    coded = held.dictionary_encode()
    names, n = coded.dictionary.to_pylist(), len(held)
    if not names:
        raise InputError(f"The column {name!r} is empty, so there are no categories to compare.")
    if len(names) > max(MOST, n // 2):
        raise InputError(
            f"The column {name!r} has {len(names):,} values, another one in nearly every document; "
            "choose one with fewer."
        )
    codes = coded.indices.fill_null(-1).to_numpy().astype(np.int32)
    sizes = np.bincount(codes[codes >= 0], minlength=len(names))
    order = np.lexsort((names, -sizes))
    rank = np.empty(len(names), dtype=np.int32)
    rank[order] = np.arange(len(names), dtype=np.int32)
    shown = [names[i] for i in order]
    codes = np.where(codes >= 0, rank[codes], -1).astype(np.int32)
    if len(names) <= MOST:
        return Categories(codes, tuple(shown))
    rest = MOST - 1
    told = (*shown[:rest], f"{len(names) - rest:,} others")
    return Categories(np.minimum(codes, rest).astype(np.int32), told, others=True)


def crossed(assigned: NDArray[np.int32], ids: NDArray[np.int32], categories: Categories) -> Crossed:
    """How many documents are of each topic and category.

    Args:
        assigned: (n,) topic of each document, -1 for none.
        ids: (k,) topics.
        categories: Of the n documents.
    """
    c = len(categories.names)
    counts = tally(assigned, ids, categories.codes, c)
    whole = np.bincount(categories.codes[categories.codes >= 0], minlength=c)
    return Crossed(counts, whole - counts.sum(axis=0))
