"""A dataset's folder in, its texts out, block by block, so that memory does not grow with it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from engine.errors import InputError


def count_texts(folder: Path) -> int:
    """Rows of the dataset.

    Raises:
        InputError: there are none.
    """
    import pyarrow.parquet as pq

    with pq.ParquetFile(folder / "rows.parquet") as file:
        total = int(file.metadata.num_rows)
    if not total:
        raise InputError("The dataset has no rows: there is nothing to read.")
    return total


def text_blocks(folder: Path, *, skip: int, block: int) -> Iterator[list[str]]:
    """The texts from row `skip` on, `block` at a time, whatever the file's own groups of rows."""
    import pyarrow.parquet as pq

    waiting: list[str] = []
    with pq.ParquetFile(folder / "rows.parquet") as file:
        for batch in file.iter_batches(batch_size=block, columns=["text"]):
            if skip >= len(batch):
                skip -= len(batch)
                continue
            waiting += [text or "" for text in batch.column(0).slice(skip).to_pylist()]
            skip = 0
            while len(waiting) >= block:
                yield waiting[:block]
                del waiting[:block]
    if waiting:
        yield waiting
