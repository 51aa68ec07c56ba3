"""A delimited UTF-8 file in, rows.parquet out: values as text, empty as NULL, in file order."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from engine.data.duck import connect, copy_to_parquet, file_literal, identifier, literal
from engine.data.encoding import mending_decoder
from engine.data.facts import Reading
from engine.data.mend_csv import mend_csv
from engine.data.sniff import Dialect, unique_names
from engine.errors import InputError

if TYPE_CHECKING:
    import duckdb

# A second attempt allows cells of this many bytes; the first keeps buffers, and so memory, small.
_WIDE_LINE = 64 << 20
_CLEAN = Dialect(",", header=False)


def read_csv(job: Reading, dialect: Dialect) -> int:
    """Read `job.source`, fast where it is right to the letter and a row at a time where it is not.

    Returns:
        The number of rows.

    Raises:
        InputError: there is nothing to keep, or a cell is larger than 64 MB.
    """
    names = _names(job, dialect)
    job.progress.stage("Read rows", job.size, "bytes")
    try:
        return _copy(job, job.source, dialect, names)
    except _refused() as error:
        if _too_wide(error):
            raise InputError(_wide_sentence(job.name)) from error
    clean = job.scratch / "mended.csv"
    done = mend_csv(job.source, clean, dialect, len(names), job.rejects, progress=job.progress)
    if done.padded:
        rows = "1 row" if done.padded == 1 else f"{done.padded:,} rows"
        job.notes.append(f"{rows} had fewer than {len(names)} cells: the missing ones are empty.")
    job.progress.stage("Read rows", clean.stat().st_size, "bytes")
    try:
        return _copy(job, clean, _CLEAN, names)
    except _refused() as error:
        if _too_wide(error):
            raise InputError(_wide_sentence(job.name)) from error
        raise
    finally:
        clean.unlink(missing_ok=True)


def _copy(job: Reading, source: Path, dialect: Dialect, names: list[str]) -> int:
    with connect(job.scratch) as con:
        try:
            query = _query(source, dialect, names)
            return copy_to_parquet(
                con, query, job.target, source=source, progress=job.progress, total_bytes=job.size
            )
        except _refused() as error:
            if not _too_wide(error):
                raise
    with connect(job.scratch, threads=1) as con:
        query = _query(source, dialect, names, wide=True)
        return copy_to_parquet(
            con, query, job.target, source=source, progress=job.progress, total_bytes=job.size
        )


def _query(source: Path, dialect: Dialect, names: list[str], *, wide: bool = False) -> str:
    columns = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(len(names)))
    selected = ", ".join(f"c{i} AS {identifier(name)}" for i, name in enumerate(names))
    options = [
        "auto_detect=false",
        "strict_mode=true",
        f"header={str(dialect.header).lower()}",
        f"delim={literal(dialect.delimiter or chr(1))}",
        f"quote={literal(dialect.quote)}",
        f"escape={literal(dialect.escape)}",
        f"columns={{{columns}}}",
    ]
    if wide:
        options += [
            f"max_line_size={_WIDE_LINE}",
            f"buffer_size={2 * _WIDE_LINE}",
            "parallel=false",
        ]
    return f"SELECT {selected} FROM read_csv({file_literal(source)}, {', '.join(options)})"


def _names(job: Reading, dialect: Dialect) -> list[str]:
    with job.source.open(encoding="utf-8", errors=mending_decoder(), newline="") as lines:
        first: list[str] = next((row for row in dialect.reader(lines) if row), [])
    if first:
        first[0] = first[0].removeprefix("\ufeff")
    width = max(len(first), dialect.width)
    if not dialect.header:
        return [f"column_{position}" for position in range(1, width + 1)]
    names, notes = unique_names(first + [""] * (width - len(first)))
    job.notes.extend(notes)
    return names


def _refused() -> type[duckdb.Error]:
    import duckdb

    return duckdb.Error


def _too_wide(error: Exception) -> bool:
    text = str(error).lower()
    return "line size" in text or "max_line_size" in text


def _wide_sentence(name: str) -> str:
    return (
        f"{name} has a cell or a line of more than 64 MB: shorten it, or, if that cannot be, "
        "look for a quote that opens and never closes."
    )
