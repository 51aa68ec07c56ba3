"""Predicted rows in, a page of those a person asked for out: of one category, or unsure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Pick:
    """Which rows.

    prediction: of this category only, "" for all. below: less sure than this, 0 to 1.
    least_sure_first: else they come in the order of the file.
    """

    prediction: str = ""
    below: float = 1.01
    least_sure_first: bool = False


def count(rows: Path, columns: dict[str, Any], pick: Pick) -> int:
    """How many rows there are like that."""
    import duckdb

    query, values = _where(rows, columns, pick)
    with duckdb.connect() as connection:
        found = connection.sql(f"SELECT count(*) FROM {query}", params=values).fetchall()
    return int(found[0][0])


def page(
    rows: Path,
    columns: dict[str, Any],
    pick: Pick,
    *,
    shown: Sequence[str],
    offset: int = 0,
    limit: int = 50,
) -> list[dict[str, Any]]:
    """Some of those rows, as ``{"row": place in the file, column: value}``.

    Args:
        rows: ``rows.parquet`` of a predictions artifact.
        columns: Its fact of that name.
        pick: Which rows.
        shown: Columns wanted.
        offset: Rows to leave out.
        limit: Most rows.
    """
    import duckdb

    from engine.data.duck import identifier

    query, values = _where(rows, columns, pick)
    order = "file_row_number"
    if pick.least_sure_first:
        order = f"{identifier(columns['confidence'])} NULLS LAST, file_row_number"
    # The places first, so that only the rows of the page are read whole.
    places = f"SELECT file_row_number FROM {query} ORDER BY {order} LIMIT ? OFFSET ?"
    with duckdb.connect() as connection:
        numbers = connection.sql(places, params=[*values, int(limit), int(offset)]).fetchall()
    from engine.data.table import rows as rows_at

    wanted = [int(number) for (number,) in numbers]
    names = [name for name in dict.fromkeys(shown) if name != "row"]
    found: list[dict[str, Any]] = rows_at(rows, wanted, columns=names).to_pylist()
    return found


def _where(rows: Path, columns: dict[str, Any], pick: Pick) -> tuple[str, list[Any]]:
    from engine.data.duck import file_literal, identifier

    parts, values = [], list[Any]()
    if pick.prediction:
        parts.append(f"{identifier(columns['prediction'])} = ?")
        values.append(pick.prediction)
    if pick.below <= 1:
        parts.append(f"{identifier(columns['confidence'])} < ?")
        values.append(float(pick.below))
    condition = f" WHERE {' AND '.join(parts)}" if parts else ""
    return f"read_parquet({file_literal(rows)}, file_row_number=true){condition}", values
