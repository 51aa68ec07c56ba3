"""Helpers for the tests of reading: bytes in, rows out."""

import dataclasses
from pathlib import Path

import pyarrow.parquet as pq

from engine.data.facts import ReadOptions, SourceFacts
from engine.data.read import import_file


@dataclasses.dataclass
class Imported:
    facts: SourceFacts
    folder: Path

    @property
    def table(self):
        return pq.read_table(self.folder / "rows.parquet")

    @property
    def names(self):
        return self.table.column_names

    @property
    def rows(self):
        return [tuple(row.values()) for row in self.table.to_pylist()]

    @property
    def rejects(self):
        return pq.read_table(self.folder / "rejects.parquet").to_pylist()


def read_bytes(folder: Path, name: str, content: bytes, **options) -> Imported:
    source = folder / name
    source.write_bytes(content)
    return read_path(source, **options)


def read_path(source: Path, **options) -> Imported:
    out = source.parent / f"{source.name}.out"
    out.mkdir(exist_ok=True)
    facts = import_file(source, out, options=ReadOptions(**options))
    assert not [p for p in out.iterdir() if p.name.startswith(".import-")]
    return Imported(facts, out)
