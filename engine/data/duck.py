"""DuckDB, held to a fixed amount of memory and no network: SQL in, rows or a written file out."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import InputError
from engine.progress import SILENT, Progress

if TYPE_CHECKING:
    import duckdb

MEMORY = "512MB"
# Row groups of about this many bytes keep the writer's buffers under MEMORY: abstracts in groups of
# the usual 122,880 rows spilled to disk and took 2.5 times as long; reviews in groups of 20,480
# took 1.4 times as long as in groups of 61,440 (measured on 2 cores).
_GROUP_BYTES = 32 << 20
_GROUP_ROWS = (2_048, 61_440)
_ROWS_UNKNOWN = 20_480


def connect(scratch: Path | None = None, *, threads: int = 2) -> duckdb.DuckDBPyConnection:
    """A private in-memory connection that spills into `scratch` and loads no extension."""
    import duckdb

    return duckdb.connect(
        config={
            "threads": threads,
            "memory_limit": MEMORY,
            "temp_directory": str(scratch / "spill") if scratch else "",
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "enable_external_file_cache": False,
        }
    )


def identifier(name: str) -> str:
    """`name` as a quoted SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """`text` as a quoted SQL string."""
    return "'" + text.replace("'", "''") + "'"


def file_literal(path: Path) -> str:
    """`path` as a quoted SQL string for this one file, even if it looks like a pattern."""
    escaped = "".join(f"[{c}]" if c in "*?[" else c for c in path.absolute().as_posix())
    return literal(escaped)


def copy_to_parquet(
    con: duckdb.DuckDBPyConnection,
    query: str,
    target: Path,
    *,
    source: Path | None = None,
    dictionary_bytes: int | None = None,
    progress: Progress = SILENT,
    total_bytes: int = 0,
) -> int:
    """Write the rows of `query` to `target` in their order; returns how many.

    `source` is the text file the rows are lines of, where they are: long rows go in small groups.
    `dictionary_bytes` bounds the dictionary of repeated values kept for each column and group.

    Raises:
        duckdb.Error: what DuckDB could not read, for the caller to mend.
        InputError: the disk is full.
        Cancelled: the person cancelled; the query is interrupted.
    """
    # SNAPPY: ZSTD halves the file and costs 1.6 times the whole import (measured on 2 cores).
    # A COPY target is taken as it is, never as a pattern.
    repeats = (
        ""
        if dictionary_bytes is None
        else f", STRING_DICTIONARY_PAGE_SIZE_LIMIT {dictionary_bytes}"
    )
    sql = (
        f"COPY ({query}) TO {literal(str(target.absolute()))} "
        f"(FORMAT parquet, COMPRESSION snappy, ROW_GROUP_SIZE {_group_rows(source)}{repeats})"
    )
    rows = run(con, sql, progress=progress, total=total_bytes)
    return int(rows[0][0]) if rows else 0


def _group_rows(source: Path | None) -> int:
    """Rows that make a group of about _GROUP_BYTES, judged by the first lines."""
    if source is None:
        return _ROWS_UNKNOWN
    with source.open("rb") as file:
        sample = file.read(4 << 20)
    rows = _GROUP_BYTES * max(1, sample.count(b"\n")) // max(1, len(sample))
    low, high = _GROUP_ROWS
    return min(high, max(low, rows // low * low))


def run(
    con: duckdb.DuckDBPyConnection,
    sql: str,
    *,
    progress: Progress = SILENT,
    total: float = 0,
) -> list[tuple[Any, ...]]:
    """Every row of `sql`, run aside: progress is told as a share of `total`, and cancel works."""
    outcome: list[list[tuple[Any, ...]]] = []
    failure: list[BaseException] = []

    def work() -> None:
        try:
            outcome.append(con.execute(sql).fetchall())
        except BaseException as error:  # handed to the caller's thread below
            failure.append(error)

    thread = threading.Thread(target=work, name="limn-duckdb", daemon=True)
    thread.start()
    try:
        while thread.is_alive():
            thread.join(0.05)
            share = con.query_progress() / 100
            if total and share > 0:
                progress.at(min(1.0, share) * total)
            else:
                progress.advance(0)
    except BaseException:
        con.interrupt()
        thread.join()
        raise
    if failure:
        raise_if_disk_full(failure[0])
        raise failure[0]
    return outcome[0]


def raise_if_disk_full(error: BaseException) -> None:
    """Turn a full disk, however it is reported, into a sentence; anything else passes."""
    import errno

    text = str(error).lower()
    full = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)
    signs = ("no space left", "disk is full", "not enough space", "max_temp_directory_size")
    if full or any(sign in text for sign in signs):
        raise InputError(
            "The disk is full: free some space, or move the cache to a larger disk with "
            "LIMN_CACHE, and import again."
        ) from error
