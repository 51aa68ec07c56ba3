"""A rows.parquet in, a page, a sample or a count of its rows out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.data.duck import connect, file_literal, identifier
from engine.errors import InputError

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Contains:
    """A condition: the column, as text, holds `text` somewhere, upper or lower case."""

    text: str


Where = Mapping[str, object]


def page(
    path: Path,
    *,
    columns: Sequence[str] | None = None,
    where: Where | None = None,
    offset: int = 0,
    limit: int = 100,
    numbered: bool = False,
) -> pa.Table:
    """Rows `offset` to `offset + limit` in file order.

    Args:
        where: column to value, all of which must hold; None asks for empty cells, a list for any of
            its values, :class:`Contains` for a part of the text.
        numbered: adds `row`, the row's position in the file (from 0).

    Raises:
        InputError: a column that the table does not have.
    """
    source, condition, values = _parts(path, columns, where)
    selected = _selected(columns, numbered)
    first, last = int(offset), int(offset) + int(limit)
    if condition:  # the positions first, so that only the shown rows are read whole
        chosen = (
            f"IN (SELECT file_row_number FROM {source} {condition} "
            f"ORDER BY file_row_number LIMIT {last - first} OFFSET {first})"
        )
    else:
        chosen = f"BETWEEN {first} AND {last - 1}"
    sql = f"SELECT {selected} FROM {source} WHERE file_row_number {chosen} ORDER BY file_row_number"
    return _fetch(sql, values)


def rows(path: Path, positions: Sequence[int], *, columns: Sequence[str] | None = None) -> pa.Table:
    """The rows at `positions` (from 0), in the order asked for, with their position as `row`."""
    source, _, _ = _parts(path, columns, None)
    sql = (
        f"SELECT {_selected(columns, True)} FROM {source} JOIN "
        "(SELECT unnest(?::BIGINT[]) AS wanted_, generate_subscripts(?::BIGINT[], 1) AS place_) "
        "ON file_row_number = wanted_ ORDER BY place_"
    )
    wanted = [int(position) for position in positions]
    return _fetch(sql, [wanted, wanted])


def sample(path: Path, n: int, *, columns: Sequence[str] | None = None, seed: int = 0) -> pa.Table:
    """`n` rows at random, the same for a `seed`, in file order, with their position as `row`."""
    source, _, _ = _parts(path, columns, None)
    chosen = (
        f"SELECT file_row_number AS place_ FROM {source} "
        f"ORDER BY hash(file_row_number + {int(seed)} * 1000003) LIMIT {int(n)}"
    )
    sql = (
        f"SELECT {_selected(columns, True)} FROM {source} "
        f"WHERE file_row_number IN ({chosen}) ORDER BY file_row_number"
    )
    return _fetch(sql, [])


def count(path: Path, *, where: Where | None = None) -> int:
    """How many rows there are, or how many meet `where`."""
    source, condition, values = _parts(path, None, where)
    return int(_fetch(f"SELECT count(*) AS n FROM {source} {condition}", values)["n"][0].as_py())


def _parts(
    path: Path, columns: Sequence[str] | None, where: Where | None
) -> tuple[str, str, list[Any]]:
    source = f"read_parquet({file_literal(path)}, file_row_number=true)"
    asked = [*(columns or ()), *(where or ())]
    if asked:
        with connect() as con:
            known = {row[0] for row in con.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()}
        for name in asked:
            if name not in known:
                listed = ", ".join(sorted(known - {"file_row_number"}))
                raise InputError(f"There is no column {name!r}: the table has {listed}.")
    parts, values = [], list[Any]()
    for name, value in (where or {}).items():
        column = identifier(name)
        if value is None:
            parts.append(f"{column} IS NULL")
        elif isinstance(value, Contains):
            parts.append(f"contains(lower({column}::VARCHAR), lower(?))")
            values.append(value.text)
        elif isinstance(value, list | tuple):
            parts.append(f"list_contains(?, {column})")
            values.append(list(value))
        else:
            parts.append(f"{column} = ?")
            values.append(value)
    return source, f"WHERE {' AND '.join(parts)}" if parts else "", values


def _selected(columns: Sequence[str] | None, numbered: bool) -> str:
    names = ", ".join(map(identifier, columns)) if columns else "* EXCLUDE (file_row_number)"
    return f"file_row_number AS row, {names}" if numbered else names


def _fetch(sql: str, values: list[Any]) -> pa.Table:
    with connect() as con:
        return con.sql(sql, params=values).to_arrow_table()
