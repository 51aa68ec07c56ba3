"""A dataset and edits of its rows in, its next version out: the data edit stage."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import xxhash

from engine.data import split
from engine.data.dataset import DROPPED, SCHEMA
from engine.data.duplicates import text_hash
from engine.data.edit_added import added_rows
from engine.data.edit_told import copies_that_differ, edits_told, notes_on
from engine.data.edits import FILE, NO_ROW, Edit, read_edits
from engine.data.spec_edit import EditSpec, ExtendSpec
from engine.errors import InputError
from engine.store.files import write_json

if TYPE_CHECKING:
    from engine.store import Artifact
    from engine.work import Work

BY_HAND = "excluded by hand"
_SMALL = ("row", "label", "date", "split", "group", "weight")
_BATCH = 16_384
_MOST_LABELS = 1000
_SHOWN = 6


def build(spec: EditSpec, work: Work) -> dict[str, Any]:
    """Write rows.parquet, dropped.parquet and edits.json to ``work.out``; returns the facts.

    Rows, splits and groups of what is kept stay as they are, so that scores on it can be compared.
    A float32 column `weight` is there where any row counts other than once. Added texts come last,
    numbered on from the file's rows (see :func:`engine.data.edit_added.added_rows`); the file with
    them under it (stage 'data extend') is then what the version came from.

    Raises:
        InputError: a row is not in the dataset, a label is new and was not announced, no row would
            be left, or a text cannot be added.
    """
    dataset = work.inputs["dataset"]
    edits = read_edits(work.file("edits"))
    rows = dataset.path / "rows.parquet"
    names = pq.read_schema(rows).names
    old = pq.read_table(rows, columns=[name for name in _SMALL if name in names])
    adds = [edit for edit in edits if edit.action == "add"]
    changes = [edit for edit in edits if edit.action != "add"]
    places = _places(changes, old, dataset)
    _places([edit for edit in adds if edit.row != NO_ROW], old, dataset)
    _check_labels(edits, old, spec, dataset)
    new, keep = edited(old, changes, places)
    if not keep.any():
        raise InputError(f"The edits leave no row of {dataset.title}; exclude fewer.")
    source = next((a for a in work.store.inputs(dataset) if a.kind == "source"), None)
    more = SCHEMA.empty_table()
    if adds:
        first = _free_row(dataset, old, source)
        more = added_rows(adds, dataset, keep, first=first, progress=work.progress)
    texts = _write(dataset, new, keep, more, work)
    write_json(work.out / FILE, [edit.model_dump(mode="json") for edit in edits])
    if source:
        _record_source(source, adds, dataset, work)
    kept = new.filter(pa.array(keep))
    told = edits_told(changes, old, places)
    if adds:
        told = {**told, "total": len(edits), "add": len(adds)}
    facts = {
        **dataset.facts,
        **counts_of(pa.concat_tables([kept, _as_in(kept.schema, more)])),
        **texts,
        "join": dataset.facts.get("join") or dataset.manifest.spec.get("join"),
        "edits": {**told, "copies_differ": copies_that_differ(changes, new, keep, places)},
    }
    notes = notes_on(facts)
    for note in notes:
        work.progress.note(note)
    return {**facts, "notes": notes}


def edited(old: pa.Table, edits: list[Edit], places: list[int]) -> tuple[pa.Table, Any]:
    """The small columns with the edits in them, and (n,) bool: which rows are kept.

    Args:
        old: The columns before, `label` and, where rows were weighted before, `weight` among them.
        edits: Of different places.
        places: Where in `old` the row of each edit is.
    """
    labels = old["label"].to_numpy(zero_copy_only=False).copy()
    weights = np.ones(len(old), dtype=np.float32)
    if "weight" in old.column_names:
        weights = old["weight"].to_numpy().astype(np.float32)
    keep = np.ones(len(old), dtype=bool)
    for edit, place in zip(edits, places, strict=True):
        match edit.action:
            case "relabel":
                labels[place] = edit.value
            case "weight":
                weights[place] = edit.value
            case "exclude":
                keep[place] = False
    at = old.column_names.index("label")
    new = old.set_column(at, "label", pa.array(labels, pa.string()))
    if "weight" in new.column_names:
        new = new.drop_columns(["weight"])
    if (weights[keep] != 1).any():
        new = new.append_column("weight", pa.array(weights))
    return new, keep


def _places(edits: list[Edit], old: pa.Table, dataset: Artifact) -> list[int]:
    """Where in the dataset the row of each edit is."""
    wanted = pa.array([edit.row for edit in edits], pa.int64())
    places: list[int | None] = pc.index_in(wanted, value_set=old["row"]).to_pylist()
    if None in places:
        edit = edits[places.index(None)]
        first, last = pc.min(old["row"]).as_py(), pc.max(old["row"]).as_py()
        raise InputError(
            f"Row {edit.row} is not in {dataset.title} (its rows lie between {first} and {last}; "
            "some may have been left out); take that edit away."
        )
    return [place for place in places if place is not None]


def _check_labels(edits: list[Edit], old: pa.Table, spec: EditSpec, dataset: Artifact) -> None:
    there = sorted(pc.unique(old["label"]).drop_null().to_pylist())
    known = {*there, *spec.new_labels}
    for edit in edits:
        if edit.action in ("relabel", "add") and edit.value not in known:
            more = f" and {len(there) - _SHOWN} more" if len(there) > _SHOWN else ""
            what = f"Row {edit.row}" if edit.row != NO_ROW else f"The text '{edit.text[:60]}'"
            raise InputError(
                f"{what}: '{edit.value}' is not a label of {dataset.title} (it has "
                f"{', '.join(there[:_SHOWN]) or 'none'}{more}); if a new one is meant, say so with "
                f"--new-labels='{edit.value}'."
            )


def _free_row(dataset: Artifact, old: pa.Table, source: Artifact | None) -> int:
    """A number above those of all rows there are, or ever were, in the file and the dataset."""
    found = [int(pc.max(old["row"]).as_py()) + 1, int(source.facts["rows"]) if source else 0]
    if (path := dataset.path / "dropped.parquet").exists():
        found.append((pc.max(pq.read_table(path)["row"]).as_py() or 0) + 1)
    return max(found)


def _record_source(source: Artifact, adds: list[Edit], dataset: Artifact, work: Work) -> None:
    """What the new version's rows are numbers in: the file, or the file with what was added."""
    if not adds:
        work.reads("source", source)
        return
    columns = dataset.facts.get("text_columns") or [""]
    work.make(ExtendSpec(source=source.key, edits=str(work.file("edits")), text_column=columns[-1]))


def _as_in(schema: pa.Schema, more: pa.Table) -> pa.Table:
    """The added rows with the columns of `schema`; each of them counts once."""
    ones = pa.array(np.ones(len(more), dtype=np.float32))
    return pa.table(
        {name: ones if name == "weight" else more[name] for name in schema.names}, schema=schema
    )


def _write(
    dataset: Artifact, new: pa.Table, keep: Any, more: pa.Table, work: Work
) -> dict[str, Any]:
    """Copy the rows with their new columns, then the added ones.

    Returns:
        What is known of their texts, where those are no longer the same.
    """
    work.progress.stage("Writing the new version", total=len(new))
    changed = [name for name in ("label", "weight") if name in new.column_names]
    digest, hashes, start = xxhash.xxh3_128(), set[int](), 0
    whole = bool(keep.all()) and not len(more)
    with pq.ParquetFile(dataset.path / "rows.parquet") as file:
        fields = [field for field in file.schema_arrow if field.name != "weight"]
        if "weight" in changed:
            fields.append(pa.field("weight", pa.float32()))
        schema = pa.schema(fields)
        with pq.ParquetWriter(work.out / "rows.parquet", schema, compression="zstd") as writer:
            for batch in file.iter_batches(batch_size=_BATCH):
                part = slice(start, start + batch.num_rows)
                start += batch.num_rows
                columns = {
                    name: new[name][part] if name in changed else batch[name]
                    for name in schema.names
                }
                table = pa.table(columns, schema=schema).filter(pa.array(keep[part]))
                for text in [] if whole else table["text"].to_pylist():
                    digest.update(text.encode("utf-8", "surrogatepass") + b"\0")
                    hashes.add(text_hash(text))
                writer.write_table(table)
                work.progress.at(start)
            for text in more["text"].to_pylist():
                digest.update(text.encode("utf-8", "surrogatepass") + b"\0")
                hashes.add(text_hash(text))
            writer.write_table(_as_in(schema, more))
    gone = pc.filter(new["row"], pa.array(~keep)).to_pylist()
    _write_dropped(dataset, gone, work)
    if whole:
        return {}
    rows = int(keep.sum()) + len(more)
    kept = pc.filter(new["group"], pa.array(keep)).combine_chunks()
    groups = pc.count_distinct(pa.chunked_array([kept, *more["group"].chunks])).as_py()
    near = dataset.facts["duplicates"]["near"]
    dropped = dict(dataset.facts["dropped"])
    if gone:
        dropped[BY_HAND] = dropped.get(BY_HAND, 0) + len(gone)
    return {
        "text_digest": digest.hexdigest(),
        "dropped": dropped,
        "duplicates": {
            "exact": rows - len(hashes),
            "near": None if near is None else max(0, len(hashes) - groups),
        },
    }


def _write_dropped(dataset: Artifact, gone: list[int], work: Work) -> None:
    path = dataset.path / "dropped.parquet"
    before = pq.read_table(path).to_pylist() if path.exists() else []
    dropped = sorted(
        [*((one["row"], one["reason"]) for one in before), *((r, BY_HAND) for r in gone)]
    )
    rows, reasons = [row for row, _ in dropped], [why for _, why in dropped]
    pq.write_table(pa.table([rows, reasons], schema=DROPPED), work.out / "dropped.parquet")


def counts_of(new: pa.Table) -> dict[str, Any]:
    """Facts counted from the columns label, split, date and, where it is there, weight."""
    labels = Counter(new["label"].to_pylist())
    unlabelled = labels.pop(None, 0)
    splits = Counter(new["split"].to_pylist())
    return {
        "rows": len(new),
        "labels": dict(labels.most_common(_MOST_LABELS)),
        "unlabelled": unlabelled,
        "splits": {name: splits.get(name, 0) for name in split.SPLITS},
        "has_dates": new["date"].null_count < len(new),
        "weighted": int((new["weight"].to_numpy() != 1).sum())
        if "weight" in new.column_names
        else 0,
    }
