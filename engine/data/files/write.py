"""Rows in, a .csv, .parquet or .xlsx file out: whole or not at all, row by row."""

from __future__ import annotations

import os
import re
import secrets
import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from engine.data.files.windows import windows
from engine.errors import InputError
from engine.progress import SILENT, Progress
from engine.store import Store

EXCEL_ROWS, EXCEL_COLUMNS, _EXCEL_TEXT = 1_048_575, 16_384, 32_767
_WINDOW = 4096
_FORMULA = r"^[=+\-@\t\r]"
_NUMBER = r"^[+-]?(\d+([.,]\d+)*|[.,]\d+)([eE][+-]?\d+)?%?$"
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def write_file(rows: Path, output: Path, *, store: Store, progress: Progress = SILENT) -> None:
    """Write the Parquet file `rows` to `output` in the format its ending names.

    Parquet keeps every cell as it is. CSV is UTF-8 with the mark that spreadsheets want, and a text
    that begins like a formula gets a ' in front, so that no spreadsheet runs it; numbers stay. In
    Excel texts are written as texts, which it does not run; one beyond the 32,767 characters it can
    hold is cut, with … at its end.

    Raises:
        InputError: another ending, no such folder, or more than Excel can hold.
    """
    check_output(rows, output)
    write = _WRITERS[output.suffix.lower()]
    progress.stage(f"Writing {output.name}", total=pq.read_metadata(rows).num_rows)
    with store.temporary() as folder:
        half = folder / output.name
        write(rows, half, progress)
        _into_place(half, output)


def check_output(rows: Path, output: Path) -> None:
    """Raise InputError unless `rows` can be written to `output`: asked before hours of work."""
    check_place(output)
    metadata = pq.read_metadata(rows)
    if output.suffix.lower() == ".xlsx" and (
        metadata.num_rows > EXCEL_ROWS or metadata.num_columns > EXCEL_COLUMNS
    ):
        raise InputError(
            f"Excel holds {EXCEL_ROWS:,} rows of {EXCEL_COLUMNS:,} columns and there are "
            f"{metadata.num_rows:,} of {metadata.num_columns:,}: write a .csv or .parquet instead."
        )


def check_place(output: Path) -> None:
    """Raise InputError unless `output` has an ending that is known and a folder to lie in."""
    if output.suffix.lower() not in _WRITERS:
        raise InputError(f"'{output.name}' must end in .csv, .parquet or .xlsx.")
    if not output.parent.is_dir():
        raise InputError(f"There is no folder {output.parent} to write to.")


def _parquet(rows: Path, target: Path, progress: Progress) -> None:
    shutil.copyfile(rows, target)
    progress.at(pq.read_metadata(rows).num_rows)


def _csv(rows: Path, target: Path, progress: Progress) -> None:
    from pyarrow import csv

    done = 0
    schema = pq.read_schema(rows)
    with target.open("wb") as file:
        file.write(b"\xef\xbb\xbf")
        header = pa.schema([f.with_name(_tame_text(f.name)) for f in schema]).remove_metadata()
        with csv.CSVWriter(file, header) as writer:
            for table in windows(rows, _WINDOW):
                tamed = [tame(column) for column in table.columns]
                writer.write_table(pa.Table.from_arrays(tamed, schema=header))
                done += table.num_rows
                progress.at(done)


def tame(column: Any) -> Any:
    """A column whose texts no spreadsheet takes for formulas; plain numbers stay as they are."""
    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        return column
    risky = pc.and_(
        pc.match_substring_regex(column, _FORMULA),
        pc.invert(pc.match_substring_regex(column, _NUMBER)),
    )
    if not pc.any(risky).as_py():
        return column
    quoted = pc.binary_join_element_wise(pa.scalar("'", column.type), column, "")
    return pc.if_else(risky, quoted, column)


def _tame_text(name: str) -> str:
    return f"'{name}" if name[:1] in ("=", "+", "-", "@", "\t", "\r") else name


def _excel(rows: Path, target: Path, progress: Progress) -> None:
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    book = Workbook(write_only=True)
    sheet = book.create_sheet("Rows")
    sheet.freeze_panes = "A2"

    def cell(value: Any) -> Any:
        if isinstance(value, datetime) and value.tzinfo is not None:
            value = value.replace(tzinfo=None)
        if not isinstance(value, str):
            return value
        text = _NOT_IN_XML.sub("", value)
        if len(text) > _EXCEL_TEXT:
            text = text[: _EXCEL_TEXT - 1] + "…"
        if text[:1] != "=":
            return text
        made = WriteOnlyCell(sheet, text)
        made.data_type = "s"  # openpyxl would make a formula of it
        return made

    sheet.append([cell(name) for name in pq.read_schema(rows).names])
    done = 0
    for table in windows(rows, _WINDOW):
        columns = [column.to_pylist() for column in table.columns]
        for values in zip(*columns, strict=True):
            sheet.append([cell(value) for value in values])
        done += table.num_rows
        progress.at(done)
    book.save(target)


_WRITERS: dict[str, Callable[[Path, Path, Progress], None]] = {
    ".csv": _csv,
    ".parquet": _parquet,
    ".xlsx": _excel,
}


def _into_place(half: Path, output: Path) -> None:
    """Move a finished file; from another disk that is a copy, which takes its name at the end."""
    beside = output.with_name(f".{secrets.token_hex(8)}{output.suffix}")
    try:
        shutil.move(half, beside)
        os.replace(beside, output)
    finally:
        beside.unlink(missing_ok=True)
