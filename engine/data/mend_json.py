"""JSON lines with flaws, or one JSON document, in; clean JSON lines and rejects out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.data.encoding import mending_decoder
from engine.data.rejects import Rejects
from engine.data.sniff import unique_names
from engine.data.unpack import size
from engine.errors import InputError
from engine.progress import SILENT, Progress

# One document has to be held whole; its parsed form takes several times its size.
DOCUMENT_LIMIT = 256 << 20
_BIGINT = 2**63


@dataclass
class Columns:
    """Every key met, its column and the kinds of its values, which give the column's type."""

    names: dict[str, str] = field(default_factory=dict)
    kinds: dict[str, set[str]] = field(default_factory=dict)
    rows: int = 0

    def take(self, record: dict[str, Any]) -> dict[str, Any]:
        """`record` under its column names, with values that keep their text exactly."""
        self.rows += 1
        clean = {}
        for key, value in record.items():
            if key not in self.names:
                name = unique_names([*self.names.values(), key])[0][-1]
                self.names[key], self.kinds[name] = name, set()
            name = self.names[key]
            kind = _kind(value)
            if kind:
                self.kinds[name].add(kind)
            if isinstance(value, int) and kind == "text":
                value = str(value)
            clean[name] = value
        return clean

    def types(self) -> dict[str, str]:
        """Column name to DuckDB type: one kind of scalar keeps its type, all else is VARCHAR."""
        return {name: _type(kinds) for name, kinds in self.kinds.items()}


def mend_json_lines(
    source: Path, target: Path, rejects: Rejects, *, progress: Progress = SILENT
) -> Columns:
    """Write every line of `source` that holds an object to `target`; the others go to `rejects`."""
    columns = Columns()
    progress.stage("Mend rows", source.stat().st_size, "bytes")
    done = 0
    with (
        source.open(encoding="utf-8", errors=mending_decoder(), newline="\n") as lines,
        target.open("w", encoding="utf-8") as out,
    ):
        for number, line in enumerate(lines, 1):
            done += len(line)
            if number % 1000 == 0:
                progress.at(done)
            if not line.strip("\ufeff\0 \t\r\n"):
                continue
            try:
                found = list(_documents(line.strip("\ufeff\0 \t\r\n,")))
            except (ValueError, RecursionError) as error:
                rejects.add(number, f"not JSON: {error}", line.rstrip("\r\n"))
                continue
            for record in found:
                if isinstance(record, dict):
                    _write(out, columns.take(record))
                else:
                    rejects.add(number, "not an object with named values", line.rstrip("\r\n"))
    return columns


def mend_document(source: Path, target: Path, name: str) -> Columns:
    """Write the records of one JSON document to `target`, whichever common layout it has.

    Raises:
        InputError: it is not JSON, too large to hold, or has no rows Limn can recognise.
    """
    length = source.stat().st_size
    if length > DOCUMENT_LIMIT:
        raise InputError(
            f"{name} is one JSON document of {size(length)}, too large to read in one piece: "
            "save it as JSON lines (one object a line) and import that."
        )
    text = source.read_text(encoding="utf-8", errors=mending_decoder()).lstrip("\ufeff")
    try:
        found = list(_documents(text))
    except (ValueError, RecursionError) as error:
        raise InputError(f"{name} is not complete JSON ({error}): export it again.") from error
    columns = Columns()
    with target.open("w", encoding="utf-8") as out:
        for record in _records(found[0] if len(found) == 1 else found, name):
            _write(out, columns.take(record))
    return columns


def _documents(text: str) -> Iterator[Any]:
    """One value, or several end to end with nothing but space between."""
    decoder = json.JSONDecoder(strict=False)
    at = 0
    while at < len(text):
        value, at = decoder.raw_decode(text, at)
        yield value
        while at < len(text) and text[at] in " \t\r\n":
            at += 1


def _records(value: Any, name: str) -> Iterable[Any]:  # noqa: ANN401
    if isinstance(value, list):
        if value and all(isinstance(item, dict) for item in value):
            return value
        if value and all(isinstance(item, str) for item in value):
            return [{"text": item} for item in value]
    if isinstance(value, dict) and value:
        tables: list[list[Any]] = [item for item in value.values() if _is_table(item)]
        if tables:
            return max(tables, key=len)
        columns = list(value.values())
        if all(isinstance(c, list) for c in columns) and len({len(c) for c in columns}) == 1:
            rows = zip(*columns, strict=True)
            return [dict(zip(value, row, strict=True)) for row in rows]
        if all(isinstance(column, dict) for column in columns):
            if len({tuple(column) for column in columns}) == 1 and len(columns[0]) > len(columns):
                return [{key: value[key][row] for key in value} for row in columns[0]]
            return columns
        if not all(isinstance(column, list) for column in columns):
            return [value]
    raise InputError(
        f"{name} holds JSON without rows: it should be a list of objects, "
        'such as [{"text": "...", "label": "..."}], or one object a line.'
    )


def _is_table(value: Any) -> bool:  # noqa: ANN401
    return isinstance(value, list) and bool(value) and all(isinstance(item, dict) for item in value)


def _write(out: Any, record: dict[str, Any]) -> None:  # noqa: ANN401
    text = json.dumps(record, ensure_ascii=False)
    out.write(text.encode("utf-8", "replace").decode("utf-8"))
    out.write("\n")


def _kind(value: Any) -> str:  # noqa: ANN401
    if value is None:
        return ""
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int):
        return "int" if -_BIGINT <= value < _BIGINT else "text"
    return "float" if isinstance(value, float) else "text"


def _type(kinds: set[str]) -> str:
    if kinds == {"int"}:
        return "BIGINT"
    if kinds == {"bool"}:
        return "BOOLEAN"
    return "DOUBLE" if kinds and kinds <= {"int", "float"} else "VARCHAR"
