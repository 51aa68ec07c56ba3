"""JSON lines or a JSON document in, rows.parquet out: scalars typed, nested values as JSON text."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from engine.data.duck import connect, copy_to_parquet, file_literal, identifier, literal, run
from engine.data.facts import Reading
from engine.data.mend_json import Columns, mend_document, mend_json_lines
from engine.errors import InputError

if TYPE_CHECKING:
    import duckdb

_SAMPLE = 1_000
_MAX_COLUMNS = 2_000
_KINDS = {"BIGINT": "int", "UBIGINT": "int", "DOUBLE": "float", "BOOLEAN": "bool", "NULL": ""}


# Records seldom repeat their long values, and looking for repeats costs a tenth of the import
# (measured on 2 cores); short ones such as categories still fit.
_DICTIONARY_BYTES = 100_000


class _Irregular(Exception):
    """The fast path would lose something: keys that differ only in case, for instance."""


def read_json(job: Reading, *, lines: bool) -> int:
    """Read `job.source`: JSON lines, or one document (a list of objects, columns, {"data": []}).

    Returns:
        The number of rows.

    Raises:
        InputError: nothing in it can be read as rows.
    """
    import duckdb

    layout = "newline_delimited" if lines else "array"
    try:
        with connect(job.scratch) as con:
            types = _columns(con, job, layout)
            return _copy(con, job, job.source, types, layout)
    except (duckdb.Error, _Irregular):
        pass  # not right to the letter: take the patient way, which says what is wrong
    clean = job.scratch / "mended.jsonl"
    try:
        if lines:
            found = mend_json_lines(job.source, clean, job.rejects, progress=job.progress)
        else:
            found = mend_document(job.source, clean, job.name)
        if not found.rows or not found.names:
            return 0
        _check_width(job, len(found.names))
        with connect(job.scratch) as con:
            return _copy(con, job, clean, found.types(), "newline_delimited")
    finally:
        clean.unlink(missing_ok=True)


def _columns(con: duckdb.DuckDBPyConnection, job: Reading, layout: str) -> dict[str, str]:
    """Every key with its type, from a pass over the whole file so that none is missed."""
    objects = f"read_json_objects({file_literal(job.source)}, format='{layout}')"
    sample = Columns()
    for (text,) in con.execute(f"SELECT json FROM {objects} LIMIT {_SAMPLE}").fetchall():
        record = json.loads(text)
        if not isinstance(record, dict):
            raise _Irregular
        sample.take(record)
    scalars = [name for name, kind in sample.types().items() if kind != "VARCHAR"]
    if any(set(name) & set('"\\') for name in scalars) or any(
        k != v for k, v in sample.names.items()
    ):
        raise _Irregular
    paths = ", ".join(literal(f'$."{name}"') for name in scalars)
    kinds = f"json_type(json, [{paths}]::VARCHAR[])" if scalars else "NULL"
    job.progress.stage("Look at the fields", job.size, "bytes")
    found = run(
        con,
        f"SELECT DISTINCT json_keys(json), {kinds} FROM {objects}",
        progress=job.progress,
        total=job.size,
    )
    types = dict.fromkeys(sample.names, "VARCHAR")
    met: dict[str, set[str]] = {name: set() for name in scalars}
    for keys, values in found:
        for key in keys or ():
            types.setdefault(key, "VARCHAR")
        for name, value in zip(scalars, values or (), strict=False):
            met[name].add(_KINDS.get(value or "NULL", "text"))
    _check_width(job, len(types))
    if len({name.strip().lower() for name in types}) < len(types) or not all(map(str.strip, types)):
        raise _Irregular
    checked = Columns(kinds={name: seen - {""} for name, seen in met.items()}).types()
    return types | checked


def _copy(
    con: duckdb.DuckDBPyConnection, job: Reading, source: Path, types: dict[str, str], layout: str
) -> int:
    if not types:
        raise _Irregular
    job.progress.stage("Read rows", source.stat().st_size, "bytes")
    columns = ", ".join(f"{literal(name)}: '{kind}'" for name, kind in types.items())
    names = ", ".join(identifier(name) for name in types)
    query = (
        f"SELECT {names} FROM read_json({file_literal(source)}, format='{layout}', "
        f"columns={{{columns}}})"
    )
    return copy_to_parquet(
        con,
        query,
        job.target,
        source=source,
        dictionary_bytes=_DICTIONARY_BYTES,
        progress=job.progress,
        total_bytes=job.size,
    )


def _check_width(job: Reading, width: int) -> None:
    if width > _MAX_COLUMNS:
        raise InputError(
            f"{job.name} uses {width:,} different keys, more than the {_MAX_COLUMNS:,} columns a "
            "table may have here: give every object the same keys."
        )
