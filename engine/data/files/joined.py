"""A file's rows and the new columns of each window in, both side by side in one file out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from engine.data.files.chunks import Chunks
from engine.data.files.windows import windows
from engine.progress import Progress

_GROUP_ROWS, _GROUP_BYTES = 100_000, 8 << 20
"""A row group of the result is written when it has so many rows, or bytes in memory."""


def free_names(wanted: Iterable[str], taken: Iterable[str]) -> dict[str, str]:
    """What each new column is called: as wanted, with a number where the file has that name."""
    used = set(taken)
    found = {}
    for name in wanted:
        numbered = (name if n == 1 else f"{name} {n}" for n in range(1, len(used) + 2))
        found[name] = next(one for one in numbered if one not in used)
        used.add(found[name])
    return found


def join(
    rows: Path,
    chunks: Chunks,
    titles: Mapping[str, str],
    out: Path,
    *,
    count: Callable[[pa.Table], None],
    progress: Progress,
) -> None:
    """Write every column of the file, then those of the chunks, window by window.

    Args:
        rows: The Parquet file.
        chunks: All of its windows are done.
        titles: Columns of a chunk that are written, and what they are called.
        out: The Parquet file to write.
        count: Hears of every chunk.
        progress: Goes by rows.
    """
    progress.stage("Writing the rows", total=chunks.total)
    writer: pq.ParquetWriter | None = None
    waiting: list[pa.Table] = []
    done = 0
    try:
        for number, table in enumerate(windows(rows, chunks.size)):
            chunk = chunks.read(number)
            count(chunk)
            for name, title in titles.items():
                table = table.append_column(title, chunk[name])
            waiting.append(table)
            done += table.num_rows
            rows_now, bytes_now = sum(t.num_rows for t in waiting), sum(t.nbytes for t in waiting)
            if rows_now >= _GROUP_ROWS or bytes_now >= _GROUP_BYTES or done >= chunks.total:
                group = pa.concat_tables(waiting)
                waiting = []
                writer = writer or pq.ParquetWriter(out, group.schema, compression="zstd")
                writer.write_table(group)
            progress.at(done)
    finally:
        if writer is not None:
            writer.close()
