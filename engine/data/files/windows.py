"""A Parquet file in, its rows in windows of one size out, from any window on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

_BUFFER = 1 << 20
"""Bytes read of a column at a time; without it a whole row group of it would be in memory."""


def windows(
    path: Path, size: int, *, columns: list[str] | None = None, first: int = 0
) -> Iterator[pa.Table]:
    """Tables of `size` rows (the last has the rest), from window `first` on.

    Row groups before it are not read; of the others only a little is in memory at a time.

    Args:
        path: A Parquet file.
        size: Rows of a window.
        columns: Which columns; all by default.
        first: Windows to leave out.
    """
    with pq.ParquetFile(path, pre_buffer=False, buffer_size=_BUFFER) as file:
        groups, skip = _from(file.metadata, first * size)
        waiting: list[pa.RecordBatch] = []
        rows = 0
        # One thread: each that decodes keeps memory of its own for the next time.
        for batch in file.iter_batches(size, row_groups=groups, columns=columns, use_threads=False):
            if skip >= batch.num_rows:
                skip -= batch.num_rows
                continue
            batch, skip = batch.slice(skip), 0
            while rows + batch.num_rows >= size:
                cut = size - rows
                yield pa.Table.from_batches([*waiting, batch.slice(0, cut)])
                batch, waiting, rows = batch.slice(cut), [], 0
            if batch.num_rows:
                waiting.append(batch)
                rows += batch.num_rows
        if waiting:
            yield pa.Table.from_batches(waiting)
    pa.default_memory_pool().release_unused()


def _from(metadata: pq.FileMetaData, row: int) -> tuple[list[int], int]:
    """The row groups from the one with `row` on, and the rows of the first that come before it."""
    for group in range(metadata.num_row_groups):
        rows = metadata.row_group(group).num_rows
        if row < rows:
            return list(range(group, metadata.num_row_groups)), row
        row -= rows
    return [], 0
