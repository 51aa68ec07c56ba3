"""The stage 'source': a file in, its rows as Parquet with what was found out about it out."""

from __future__ import annotations

from pathlib import Path

from engine.data.facts import ReadOptions
from engine.data.read import import_file
from engine.data.spec_source import SourceSpec
from engine.work import Work


def build(spec: SourceSpec, work: Work) -> dict[str, object]:
    """Import the spec's file into `work.out`; the facts are those of :class:`SourceFacts`."""
    options = ReadOptions(
        header=spec.header,
        delimiter=spec.delimiter,
        encoding=spec.encoding,
        max_bytes=spec.max_bytes,
        name=Path(spec.path).name,
    )
    facts = import_file(
        work.file("path"),
        work.out,
        options=options,
        scratch=work.scratch,
        progress=work.progress,
    )
    for note in facts.notes:
        work.progress.note(note)
    return facts.as_dict()
