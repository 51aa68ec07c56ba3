"""A Parquet file in, rows.parquet out: scalars in their own type, nested values as JSON text."""

from __future__ import annotations

from engine.data.duck import connect, copy_to_parquet, file_literal, identifier
from engine.data.facts import Reading
from engine.errors import InputError

_KEPT = (
    "BOOLEAN", "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER",
    "UBIGINT", "FLOAT", "DOUBLE", "VARCHAR", "DATE", "TIMESTAMP",
)  # fmt: skip


def read_parquet(job: Reading) -> int:
    """Read `job.source`; returns the number of rows.

    Raises:
        InputError: the file is damaged, encrypted or has no columns.
    """
    import duckdb

    job.progress.stage("Read rows", job.size, "bytes")
    table = f"read_parquet({file_literal(job.source)}, binary_as_string=true)"
    with connect(job.scratch) as con:
        try:
            columns = con.execute(f"DESCRIBE SELECT * FROM {table}").fetchall()
            selected = ", ".join(_plain(name, kind) for name, kind, *_ in columns)
            query = f"SELECT {selected} FROM {table}"
            return copy_to_parquet(
                con, query, job.target, progress=job.progress, total_bytes=job.size
            )
        except duckdb.Error as error:
            reason = str(error).split("\n", 1)[0].split(":", 1)[-1].strip()
            raise InputError(
                f"{job.name} looks like Parquet but cannot be read ({reason[:160]}): "
                "it may be cut off. Copy or export it again."
            ) from error


def _plain(name: str, kind: str) -> str:
    column = identifier(name)
    if kind in _KEPT:
        return column
    if kind.startswith("DECIMAL"):
        return f"{column}::DOUBLE AS {column}"
    if kind.startswith("TIMESTAMP"):
        return f"{column}::TIMESTAMP AS {column}"
    if kind.endswith("]") or kind.startswith(("STRUCT", "MAP", "UNION")):
        return f"to_json({column})::VARCHAR AS {column}"
    return f"{column}::VARCHAR AS {column}"
