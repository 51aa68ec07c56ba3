"""A dataset and the name of a column in, a value for each document out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from engine.errors import InputError
from engine.topics.documents import source_places

_FEW = 12
_SAMPLE = 20_000
_DIFFERENT = 0.5


@dataclass(frozen=True, eq=False)
class Column:
    """A column of n documents. kind "number": values float64, nan where there is none; "date":
    datetime64[us], NaT; "category": str or None."""

    name: str
    kind: Literal["number", "date", "category"]
    values: NDArray[Any]


def columns_of(source: Path, *, without: tuple[str, ...] = ()) -> list[str]:
    """Columns of a file that a map may be coloured by: not the texts, not lists of things."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pq.read_schema(source)
    return [
        field.name
        for field in schema
        if field.name not in without and not pa.types.is_nested(field.type)
    ]


def column(rows: Path, name: str, *, source: Path | None = None) -> Column:
    """The values of a column in the order of the documents.

    Args:
        rows: rows.parquet of a dataset.
        name: A column of `source` where that is given, else of the dataset (label, date, split).
        source: rows.parquet of the file the dataset came from.

    Raises:
        InputError: no such column, or one that says something else of nearly every document.
    """
    return _read(name, held_column(rows, name, source=source))


def held_column(rows: Path, name: str, *, source: Path | None = None) -> Any:
    """The values as they lie in the file, an Arrow array in the order of the documents.

    Raises:
        InputError: no such column.
    """
    import pyarrow.parquet as pq

    path = source or rows
    if name not in pq.read_schema(path).names:
        raise InputError(f"There is no column {name!r} in this file.")
    held = pq.read_table(path, columns=[name])[name].combine_chunks()
    return held.take(source_places(rows)) if source is not None else held


def _read(name: str, held: Any) -> Column:
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_temporal(held.type) and not pa.types.is_time(held.type):
        values = held.cast(pa.timestamp("us"), safe=False).to_numpy(zero_copy_only=False)
        return Column(name, "date", values.astype("datetime64[us]"))
    different = pc.count_distinct(held).as_py()
    if pa.types.is_integer(held.type) or pa.types.is_floating(held.type):
        numbers = held.cast(pa.float64()).to_numpy(zero_copy_only=False)
        if different > _FEW:
            return Column(name, "number", numbers)
    elif different > _FEW and (found := _numbers(held)) is not None:
        return Column(name, "number", found)
    if different > max(200, _DIFFERENT * len(held)):
        raise InputError(
            f"The column {name!r} says something else of nearly every document ({different:,} "
            "values), so colours would tell nothing; choose one with fewer values."
        )
    words = held.cast(pa.string())
    return Column(name, "category", np.array(words.to_pylist(), dtype=object))


def _numbers(held: Any) -> NDArray[np.float64] | None:
    """Numbers written as text; None where more than a twentieth of the cells are none."""
    import pyarrow as pa

    if not (pa.types.is_string(held.type) or pa.types.is_large_string(held.type)):
        return None
    if _share_read(held.slice(0, _SAMPLE).to_pylist())[1] < 0.95:
        return None
    found, share = _share_read(held.to_pylist())
    return found if share >= 0.95 else None


def _share_read(cells: list[str | None]) -> tuple[NDArray[np.float64], float]:
    found = np.full(len(cells), np.nan)
    filled = 0
    for n, cell in enumerate(cells):
        if cell is None or not cell.strip():
            continue
        filled += 1
        try:
            found[n] = float(cell)
        except ValueError:
            continue
    return found, float(np.isfinite(found).sum()) / max(1, filled)
