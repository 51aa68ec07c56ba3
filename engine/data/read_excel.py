"""An Excel or OpenDocument sheet in, rows.parquet out: the first sheet that is not empty."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from typing import Any

from engine.data.facts import Reading
from engine.data.sniff import looks_like_header, unique_names
from engine.data.unpack import check_sheet
from engine.errors import InputError


def read_excel(job: Reading) -> tuple[int, bool]:
    """Read `job.source`; returns the number of rows and whether the first one named the columns.

    Raises:
        InputError: it has a password, is damaged, or has no filled sheet.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    job.progress.stage("Read the sheet")
    if zipfile.is_zipfile(job.source):
        check_sheet(job.source)
    rows = _rows(job)
    texts = [[_text(cell) or "" for cell in row] for row in rows[:200]]
    header = {"yes": True, "no": False}.get(job.options.header, looks_like_header(texts))
    names, notes = unique_names(
        texts[0] if header else [f"column_{i + 1}" for i in range(len(rows[0]))]
    )
    job.notes.extend(notes)
    body = rows[1:] if header else rows
    columns = [_column([row[i] for row in body]) for i in range(len(names))]
    pq.write_table(pa.table(columns, names=names), job.target)
    return len(body), header


def _rows(job: Reading) -> list[list[Any]]:
    import python_calamine as calamine

    try:
        # Through a file object the kind of workbook is found by content, not by the name's ending.
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(job.source.read_bytes()))
        sheets = [(name, book.get_sheet_by_name(name)) for name in book.sheet_names]
        filled = [(name, sheet) for name, sheet in sheets if sheet.height]
        if not filled:
            raise InputError(f"{job.name} has no sheet with cells in it: fill one and save again.")
        name, sheet = filled[0]
        rows = [list(row) for row in sheet.to_python(skip_empty_area=True)]
    except calamine.PasswordError as error:
        raise InputError(
            f"{job.name} is protected with a password: save a copy without one and import that."
        ) from error
    except (calamine.CalamineError, OSError, ValueError) as error:
        if "password" in str(error).lower() or "encrypt" in str(error).lower():
            raise InputError(
                f"{job.name} is protected with a password: save a copy without one and import that."
            ) from error
        raise InputError(
            f"{job.name} cannot be opened as a workbook ({error}): save it again as .xlsx or .csv."
        ) from error
    others = [other for other, _ in filled[1:]]
    if others:
        job.notes.append(f"The sheet {name} was imported; not imported: {', '.join(others)}.")
    rows = [row for row in rows if any(cell not in ("", None) for cell in row)]
    if not rows:
        raise InputError(f"{job.name} has no filled cells in its sheets: fill one and save again.")
    return rows


def _column(cells: list[Any]) -> Any:  # noqa: ANN401  (a pyarrow array)
    import pyarrow as pa

    filled = [None if cell in ("", None) else cell for cell in cells]
    kinds = {type(cell) for cell in filled if cell is not None}
    if kinds and kinds <= {int, float}:
        if all(cell is None or float(cell).is_integer() for cell in filled):
            return pa.array([None if c is None else int(c) for c in filled], pa.int64())
        return pa.array([None if c is None else float(c) for c in filled], pa.float64())
    if kinds == {bool}:
        return pa.array(filled, pa.bool_())
    if kinds and kinds <= {dt.datetime, dt.date}:
        return pa.array([_moment(cell) for cell in filled], pa.timestamp("us"))
    return pa.array([_text(cell) for cell in filled], pa.string())


def _moment(cell: dt.date | dt.datetime | None) -> dt.datetime | None:
    if cell is None or isinstance(cell, dt.datetime):
        return cell
    return dt.datetime.combine(cell, dt.time())


def _text(cell: Any) -> str | None:  # noqa: ANN401
    if cell is None:
        return None
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)
