"""A date for each document in; days, weeks, months, quarters or years, and the one of each, out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from engine.errors import InputError
from engine.topics.columns import held_column

Unit = Literal["day", "week", "month", "quarter", "year"]
UNITS: tuple[Unit, ...] = get_args(Unit)
Dates = NDArray[np.datetime64]

MOST = 400
"""Most periods: a line of more cannot be read."""
_HANDY, _ENOUGH = 60, 20
_CENTRAL = 0.005
_SAMPLE = 200
_MONDAY = 3  # days from the Monday before 1970-01-01, a Thursday


@dataclass(frozen=True, eq=False)
class Periods:
    """b periods that follow on one another, also those without a document.

    codes: (n,) int32, the period of each document, -1 without a date. names: such as "2019 Q2".
    middles: (b,) float64, when each is, in years of the calendar. left_out: Documents whose date is
    so far from the others that their periods are not shown.
    """

    unit: Unit
    codes: NDArray[np.int32]
    names: tuple[str, ...]
    middles: NDArray[np.float64]
    left_out: int = 0

    @property
    def undated(self) -> int:
        """Documents without a date."""
        return int((self.codes < 0).sum()) - self.left_out


def date_columns(source: Path) -> list[str]:
    """Columns of a file that read as dates, judged by their first values."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from engine.data.dates import recognise

    with pq.ParquetFile(source) as file:
        fields = [f for f in file.schema_arrow if f.name != "row"]
        names = [f.name for f in fields if pa.types.is_temporal(f.type) or _is_text(f.type)]
        head = next(file.iter_batches(_SAMPLE, columns=names), None) if names else None
    if head is None:
        return []
    kinds = {name: recognise(head.column(name).to_pylist()) for name in names}
    # A bare number may be anything.
    return [n for n in names if kinds[n] and not str(kinds[n]).startswith("unix")]


def dates_of(rows: Path, name: str = "date", *, source: Path | None = None) -> Dates:
    """(n,) datetime64[us], NaT where a document has no date.

    Args:
        rows: rows.parquet of a dataset.
        name: Its column, or one of `source` where that is given.
        source: rows.parquet of the file the dataset came from.

    Raises:
        InputError: no such column, or one whose values do not read as dates.
    """
    import pyarrow as pa

    from engine.data.dates import parse, recognise

    held = held_column(rows, name, source=source)
    if pa.types.is_timestamp(held.type) or pa.types.is_date(held.type):
        native: Dates = held.cast(pa.timestamp("us"), safe=False).to_numpy(zero_copy_only=False)
        return native.astype("datetime64[us]")
    # Many documents share a date: each different value is read once.
    coded = held.dictionary_encode()
    values: list[Any] = coded.dictionary.to_pylist()
    kind = recognise(values[:_SAMPLE])
    if kind is None:
        raise InputError(
            f"The values of the column {name!r} do not read as dates; choose another column."
        )
    read = np.array([*parse(values, kind), None], dtype="datetime64[us]")
    places: NDArray[np.int64] = coded.indices.fill_null(len(values)).to_numpy()
    found: Dates = read[places]
    return found


def periods(dates: Dates, unit: Unit | None = None) -> Periods:
    """Every document in its period.

    Args:
        dates: (n,) datetime64, NaT without a date.
        unit: None takes the finest that makes at most 60 periods, half of them with 20 documents.

    Raises:
        InputError: no document has a date, or there are more than 400 periods.
    """
    known = np.flatnonzero(~np.isnat(dates))
    if not len(known):
        raise InputError("None of these documents has a date, so there is nothing over time.")
    unit = unit or handy_unit(dates)
    numbers = _numbered(dates[known], unit)
    first, last = _shown(numbers)
    if last - first >= MOST:
        raise InputError(
            f"{last - first + 1:,} {unit}s are too many to see; choose a longer period."
        )
    inside = (numbers >= first) & (numbers <= last)
    codes = np.full(len(dates), -1, dtype=np.int32)
    codes[known[inside]] = numbers[inside] - first
    every = np.arange(first, last + 1)
    starts, ends = _start(every, unit), _start(every + 1, unit)
    middles = (_year_of(starts) + _year_of(ends)) / 2
    names = tuple(_name(start, unit) for start in starts)
    return Periods(unit, codes, names, middles, int((~inside).sum()))


def handy_unit(dates: Dates) -> Unit:
    """The finest unit of at most 60 periods of which half hold 20 documents; else the year."""
    known = dates[~np.isnat(dates)]
    for unit in UNITS if len(known) else ():
        numbers = _numbered(known, unit)
        first, last = np.quantile(numbers, [_CENTRAL, 1 - _CENTRAL], method="nearest")
        if last - first + 1 > _HANDY:
            continue
        counts = np.bincount((numbers - first)[(numbers >= first) & (numbers <= last)])
        if np.median(counts) >= _ENOUGH:
            return unit
    return "year"


def _shown(numbers: NDArray[np.int64]) -> tuple[int, int]:
    """First and last period: all, or where a few strays make too many, those of nearly all."""
    first, last = int(numbers.min()), int(numbers.max())
    if last - first < MOST:
        return first, last
    low, high = np.quantile(numbers, [_CENTRAL, 1 - _CENTRAL], method="nearest")
    return int(low), int(high)


def _numbered(dates: Dates, unit: Unit) -> NDArray[np.int64]:
    """Periods counted from 1970 on."""
    if unit in ("day", "week"):
        days = dates.astype("datetime64[D]").astype(np.int64)
        return days if unit == "day" else (days + _MONDAY) // 7
    months = dates.astype("datetime64[M]").astype(np.int64)
    return months // {"month": 1, "quarter": 3, "year": 12}[unit]


def _start(numbers: NDArray[np.int64], unit: Unit) -> Dates:
    if unit == "day":
        days = numbers
    elif unit == "week":
        days = numbers * 7 - _MONDAY
    else:
        months = numbers * {"month": 1, "quarter": 3, "year": 12}[unit]
        return months.astype("datetime64[M]").astype("datetime64[D]")
    return days.astype("datetime64[D]")


def _year_of(days: Dates) -> NDArray[np.float64]:
    years = days.astype("datetime64[Y]")
    begins = years.astype("datetime64[D]")
    length = ((years + 1).astype("datetime64[D]") - begins).astype(np.float64)
    found: NDArray[np.float64] = (
        years.astype(np.int64) + 1970 + (days - begins).astype(np.float64) / length
    )
    return found


def _name(start: np.datetime64, unit: Unit) -> str:
    day = str(start)
    if unit in ("day", "week"):
        return day
    year, month = day[:4], day[5:7]
    if unit == "month":
        return f"{year}-{month}"
    return f"{year} Q{(int(month) + 2) // 3}" if unit == "quarter" else year


def _is_text(kind: Any) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))
