"""Two datasets in, one with the texts of the first and then of the second out: 'data append'."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import xxhash

from engine.data.dataset import DROPPED, SCHEMA
from engine.data.duplicates import text_hash
from engine.data.edit import counts_of
from engine.data.spec_append import AppendSpec, JoinSpec
from engine.errors import InputError
from engine.store import Artifact
from engine.work import Work

_BATCH = 16_384


def build(spec: AppendSpec, work: Work) -> dict[str, Any]:
    """Write rows.parquet and dropped.parquet; every row keeps its text, label, date and split.

    Rows are numbered on through both files, and a text that the first has too is in its group, so
    that copies still stand on one side of a split only where they did so before. The two files
    become one (stage 'data join') where both are here.

    Returns:
        The facts of the first dataset with everything counted anew, and appended: key, rows and
        text_digest of the first, key of the second.

    Raises:
        InputError: both are the same dataset.
    """
    first, second = work.inputs["dataset"], work.inputs["more"]
    if first.facts["text_digest"] == second.facts["text_digest"]:
        raise InputError(
            f"{second.title} holds the very texts of {first.title}; choose a dataset with new ones."
        )
    offset = _offset(first, second, work)
    work.progress.stage(
        "Putting the texts together", total=float(first.facts["rows"] + second.facts["rows"])
    )
    texts = _write(first, second, offset, work)
    _write_dropped(first, second, offset, work)
    small = pq.read_table(work.out / "rows.parquet", columns=["label", "split", "date"])
    notes = _notes(first, second)
    for note in notes:
        work.progress.note(note)
    return {
        **first.facts,
        **counts_of(small),
        **texts,
        "dropped": _added(first.facts["dropped"], second.facts["dropped"]),
        "join": first.facts.get("join") or first.manifest.spec.get("join"),
        "appended": {
            "first": first.key,
            "rows": first.facts["rows"],
            "text_digest": first.facts["text_digest"],
            "second": second.key,
        },
        "notes": notes,
    }


def _offset(first: Artifact, second: Artifact, work: Work) -> int:
    """What is added to the row numbers of the second; the joined file is recorded as an input."""
    files = [_file_of(one, work) for one in (first, second)]
    if files[0] and files[1]:
        joined = work.make(JoinSpec(first=files[0].key, second=files[1].key))
        work.reads("source", joined)
        return int(files[0].facts["rows"])
    rows = pq.read_table(first.path / "rows.parquet", columns=["row"])["row"]
    return int(pc.max(rows).as_py()) + 1


def _file_of(dataset: Artifact, work: Work) -> Artifact | None:
    return next((a for a in work.store.lineage(dataset) if a.kind == "source"), None)


def _write(first: Artifact, second: Artifact, offset: int, work: Work) -> dict[str, Any]:
    digest, groups = xxhash.xxh3_128(), dict[int, int]()
    copies = 0
    with pq.ParquetWriter(work.out / "rows.parquet", SCHEMA, compression="zstd") as writer:
        for start, batch in _batches(first, second):
            move = 0 if start < int(first.facts["rows"]) else offset
            mine = np.asarray(batch["group"].to_numpy()) + move
            for n, text in enumerate(batch["text"].to_pylist()):
                digest.update(text.encode("utf-8", "surrogatepass") + b"\0")
                known = groups.setdefault(text_hash(text), int(mine[n]))
                copies += known != mine[n] and bool(move)
                mine[n] = known if move else mine[n]
            rows = pc.add(batch["row"], move)
            columns = {
                **{name: batch[name] for name in SCHEMA.names},
                "row": rows,
                "group": pa.array(mine),
            }
            writer.write_table(pa.table(columns, schema=SCHEMA))
            work.progress.advance(batch.num_rows)
    kept = [one.facts["duplicates"] for one in (first, second)]
    near = None if None in [one["near"] for one in kept] else sum(one["near"] for one in kept)
    return {
        "text_digest": digest.hexdigest(),
        "duplicates": {"exact": sum(one["exact"] for one in kept) + copies, "near": near},
    }


def _batches(first: Artifact, second: Artifact) -> Iterator[tuple[int, pa.Table]]:
    """Place of the first row in the new dataset, and rows."""
    start = 0
    for dataset in (first, second):
        with pq.ParquetFile(dataset.path / "rows.parquet") as file:
            for batch in file.iter_batches(_BATCH, columns=SCHEMA.names):
                yield start, pa.Table.from_batches([batch])
                start += batch.num_rows


def _write_dropped(first: Artifact, second: Artifact, offset: int, work: Work) -> None:
    found = []
    for dataset, move in ((first, 0), (second, offset)):
        path = dataset.path / "dropped.parquet"
        rows = pq.read_table(path).to_pylist() if path.exists() else []
        found += [(one["row"] + move, one["reason"]) for one in rows]
    columns = [[row for row, _ in found], [why for _, why in found]]
    pq.write_table(pa.table(columns, schema=DROPPED), work.out / "dropped.parquet")


def _added(one: dict[str, int], other: dict[str, int]) -> dict[str, int]:
    return {why: one.get(why, 0) + other.get(why, 0) for why in {**one, **other}}


def _notes(first: Artifact, second: Artifact) -> list[str]:
    notes = []
    if set(first.facts.get("clean", ())) != set(second.facts.get("clean", ())):
        notes.append(
            f"{second.title} was cleaned in other steps than {first.title}; the same words may "
            "look different in them."
        )
    if any("weighted" in one.facts and one.facts["weighted"] for one in (first, second)):
        notes.append("Weights of rows are not carried over; every row counts once.")
    return notes
