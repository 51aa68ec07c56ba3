"""A file of texts in, rows.parquet, columns.json and (where lines fit no row) rejects.parquet out.

Look at the content, unpack and convert to UTF-8 where needed, then stream into Parquet with DuckDB
under a fixed memory limit. A file that is not right to the letter takes a slower way that keeps
every row it can and counts the rest.
"""

from __future__ import annotations

import json
import tempfile
from dataclasses import replace
from pathlib import Path

from engine.data import formats
from engine.data.duck import connect, file_literal, raise_if_disk_full
from engine.data.encoding import copy_as_utf8, detect, mending_decoder
from engine.data.facts import Reading, ReadOptions, SourceFacts
from engine.data.rejects import Rejects
from engine.data.sniff import Dialect, sniff
from engine.data.unpack import check_space, size, unpack
from engine.errors import InputError
from engine.progress import SILENT, Progress

_SAMPLE, _LONGEST_LINE = 1 << 18, 64 << 20
# rows.parquet, spills and a possible clean copy next to the file itself.
_SPACE_PER_BYTE = 1.5


def import_file(
    path: Path,
    out_dir: Path,
    *,
    options: ReadOptions | None = None,
    scratch: Path | None = None,
    progress: Progress = SILENT,
) -> SourceFacts:
    """Read the file at `path` into `out_dir`. Peak memory does not grow with the file.

    Temporary copies live below `scratch` (default: `out_dir`) and are gone on return.

    Raises:
        InputError: the file cannot be used; one sentence says why and the way out.
    """
    options = options or ReadOptions()
    name = options.name or path.name
    _check(path, name, out_dir, options)
    rejects = Rejects(out_dir / "rejects.parquet")
    try:
        with tempfile.TemporaryDirectory(dir=scratch or out_dir, prefix=".import-") as folder:
            job = Reading(
                path, name, out_dir / "rows.parquet", Path(folder), rejects, options, progress, []
            )
            try:
                facts = _read(job)
            finally:
                rejects.close()
            facts = replace(facts, bytes=path.stat().st_size, skipped_rows=rejects.count)
            facts = replace(facts, columns=_describe(job))
    except OSError as error:
        raise_if_disk_full(error)
        raise
    if not facts.rows:
        raise InputError(_nothing(name, rejects.count, facts))
    if rejects.count:
        lines = "1 line" if rejects.count == 1 else f"{rejects.count:,} lines"
        facts.notes.append(f"{lines} did not fit the table: set aside in rejects.parquet.")
    return facts


def _check(path: Path, name: str, out_dir: Path, options: ReadOptions) -> None:
    if path.is_dir():
        raise InputError(f"{name} is a folder: choose one file in it.")
    if not path.is_file():
        raise InputError(f"There is no file {path}: check the name and the folder.")
    try:
        with path.open("rb"):
            pass
    except PermissionError as error:
        raise InputError(f"{name} may not be read: change its permissions or copy it.") from error
    length = path.stat().st_size
    if length > options.max_bytes:
        raise InputError(
            f"{name} is {size(length)}, over the limit of {size(options.max_bytes)} for an import: "
            "import a part of it, or raise the limit."
        )
    check_space(out_dir, int(length * _SPACE_PER_BYTE))


def _read(job: Reading) -> SourceFacts:
    packing = formats.packing(job.source)
    if packing:
        inside = unpack(
            job.source,
            packing,
            job.scratch,
            max_bytes=job.options.max_bytes,
            progress=job.progress,
        )
        job.notes.extend(inside.notes)
        job = replace(job, source=inside.path, name=inside.name)
    layout = formats.layout(job.source)
    if layout == "parquet":
        from engine.data.read_parquet import read_parquet

        return _facts(job, read_parquet(job), "parquet")
    if layout == "excel":
        from engine.data.read_excel import read_excel

        rows, header = read_excel(job)
        return replace(_facts(job, rows, "excel"), header=header)
    return _read_characters(job)


def _read_characters(job: Reading) -> SourceFacts:
    chosen = job.options.encoding
    encoding = detect(job.source) if chosen == "auto" else chosen
    job, encoding = _as_utf8(job, encoding)
    with job.source.open("rb") as file:
        raw = file.read(_SAMPLE) + file.readline(_LONGEST_LINE)
    whole = len(raw) == job.size
    sample = raw.decode("utf-8", mending_decoder())
    if not sample.strip("\ufeff \t\r\n\0"):
        raise InputError(f"{job.name} holds only blank lines: choose a file with at least one row.")
    kind = "table"
    if job.options.delimiter == "auto":
        kind = formats.shape(sample, whole=whole, suffix=Path(job.name).suffix)
    if kind != "table":
        from engine.data.read_json import read_json

        rows = read_json(job, lines=kind == "jsonl")
        return replace(_facts(job, rows, kind), encoding=encoding)
    dialect = sniff(
        sample.lstrip("\ufeff"),
        whole=whole,
        delimiter=job.options.delimiter,
        header=job.options.header,
        suffix=Path(job.name).suffix,
    )
    facts = _read_table(job, dialect)
    return replace(facts, encoding=encoding, header=dialect.header)


def _read_table(job: Reading, dialect: Dialect) -> SourceFacts:
    if not dialect.delimiter:
        from engine.data.read_text import read_text

        return _facts(job, read_text(job, header=dialect.header), "text")
    from engine.data.read_csv import read_csv

    rows = read_csv(job, dialect)
    kind = "tsv" if dialect.delimiter == "\t" else "csv"
    return replace(_facts(job, rows, kind), delimiter=dialect.delimiter)


def _as_utf8(job: Reading, encoding: str) -> tuple[Reading, str]:
    """The job on a file in plain UTF-8, which most files already are."""
    plain = encoding.lower().replace("_", "-") in ("utf-8", "utf8")
    if plain and job.options.encoding == "auto":
        return job, "utf-8"
    target = job.scratch / "utf8"
    check_space(job.scratch, job.size * 2)
    copy_as_utf8(job.source, target, encoding, name=job.name, progress=job.progress)
    if job.source.parent == job.scratch:
        job.source.unlink()
    return replace(job, source=target), encoding


def _facts(job: Reading, rows: int, kind: str) -> SourceFacts:
    return SourceFacts(rows=rows, columns=0, bytes=0, format=kind, notes=job.notes)


def _describe(job: Reading) -> int:
    """Write columns.json; returns the number of columns."""
    columns: list[dict[str, str]] = []
    if job.target.exists():
        with connect() as con:
            table = con.execute(f"DESCRIBE SELECT * FROM read_parquet({file_literal(job.target)})")
            columns = [{"name": name, "type": kind} for name, kind, *_ in table.fetchall()]
    text = json.dumps(columns, ensure_ascii=False, indent=1)
    job.target.with_name("columns.json").write_text(text, encoding="utf-8")
    return len(columns)


def _nothing(name: str, rejected: int, facts: SourceFacts) -> str:
    if rejected:
        return f"No line of {name} could be read as a row: check its format and export it again."
    if facts.header:
        return f"{name} has a header and no rows below it: add rows, or say that it has no header."
    return f"{name} has no rows: choose a file with at least one."
