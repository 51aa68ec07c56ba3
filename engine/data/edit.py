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
from engine.data.dataset import DROPPED
from engine.data.duplicates import text_hash
from engine.data.edits import FILE, Edit, read_edits
from engine.data.spec_edit import EditSpec
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
    A float32 column `weight` is there where any row counts other than once.

    Raises:
        InputError: a row is not in the dataset, a label is new and was not announced, or no row
            would be left.
    """
    dataset = work.inputs["dataset"]
    edits = read_edits(work.file("edits"))
    rows = dataset.path / "rows.parquet"
    names = pq.read_schema(rows).names
    old = pq.read_table(rows, columns=[name for name in _SMALL if name in names])
    places = _places(edits, old, dataset)
    _check_labels(edits, old, spec, dataset)
    new, keep = edited(old, edits, places)
    if not keep.any():
        raise InputError(f"The edits leave no row of {dataset.title}; exclude fewer.")
    texts = _write(dataset, new, keep, work)
    write_json(work.out / FILE, [edit.model_dump(mode="json") for edit in edits])
    if source := next((a for a in work.store.inputs(dataset) if a.kind == "source"), None):
        work.reads("source", source)
    facts = {
        **dataset.facts,
        **counts_of(new.filter(pa.array(keep))),
        **texts,
        "join": dataset.facts.get("join") or dataset.manifest.spec.get("join"),
        "edits": {**_told(edits, old, places), "copies_differ": _copies(edits, new, keep, places)},
    }
    notes = _notes(facts)
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
        if edit.action == "relabel" and edit.value not in known:
            more = f" and {len(there) - _SHOWN} more" if len(there) > _SHOWN else ""
            raise InputError(
                f"Row {edit.row}: '{edit.value}' is not a label of {dataset.title} (it has "
                f"{', '.join(there[:_SHOWN]) or 'none'}{more}); if a new one is meant, say so with "
                f"--new-labels='{edit.value}'."
            )


def _write(dataset: Artifact, new: pa.Table, keep: Any, work: Work) -> dict[str, Any]:
    """Copy the rows with their new columns; what is known of their texts where some are gone."""
    work.progress.stage("Writing the new version", total=len(new))
    changed = [name for name in ("label", "weight") if name in new.column_names]
    digest, hashes, start = xxhash.xxh3_128(), set[int](), 0
    whole = bool(keep.all())
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
    gone = pc.filter(new["row"], pa.array(~keep)).to_pylist()
    _write_dropped(dataset, gone, work)
    if whole:
        return {}
    rows = int(keep.sum())
    groups = pc.count_distinct(pc.filter(new["group"], pa.array(keep))).as_py()
    near = dataset.facts["duplicates"]["near"]
    return {
        "text_digest": digest.hexdigest(),
        "dropped": {
            **dataset.facts["dropped"],
            BY_HAND: dataset.facts["dropped"].get(BY_HAND, 0) + len(gone),
        },
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


def _told(edits: list[Edit], old: pa.Table, places: list[int]) -> dict[str, int]:
    """How many edits of each kind there were, and how many of them the test sees."""
    labels, splits = (old[name].take(places).to_pylist() for name in ("label", "split"))
    test = [edit for edit, part in zip(edits, splits, strict=True) if part == "test"]
    return {
        "total": len(edits),
        **Counter(edit.action for edit in edits),
        "without_effect": sum(
            edit.action == "relabel" and edit.value == label
            for edit, label in zip(edits, labels, strict=True)
        ),
        "test_relabelled": sum(edit.action == "relabel" for edit in test),
        "test_excluded": sum(edit.action == "exclude" for edit in test),
    }


def _copies(edits: list[Edit], new: pa.Table, keep: Any, places: list[int]) -> int:
    """How many relabelled rows have a copy, or almost one, that keeps another label."""
    groups = new["group"].to_numpy()
    mine = [p for edit, p in zip(edits, places, strict=True) if edit.action == "relabel"]
    here = np.flatnonzero(np.isin(groups, groups[mine]) & keep)
    seen: dict[int, set[str | None]] = {}
    for group, label in zip(groups[here], new["label"].take(here).to_pylist(), strict=True):
        seen.setdefault(int(group), set()).add(label)
    return sum(len(seen[int(group)]) > 1 for group in groups[mine])


def _notes(facts: dict[str, Any]) -> list[str]:
    told = facts["edits"]
    notes = []
    if n := told["test_relabelled"]:
        notes.append(
            f"{n:,} of the edits change{'s' * (n == 1)} the label of a test text: what is scored "
            "on it now is measured against the new labels."
        )
    if n := told["test_excluded"]:
        notes.append(f"{n:,} of the edits take{'s' * (n == 1)} a text out of the test.")
    if n := told["copies_differ"]:
        notes.append(
            f"{n:,} of the relabelled texts {'has' if n == 1 else 'have'} a copy, or almost one, "
            "that keeps another label."
        )
    if n := told["without_effect"]:
        notes.append(f"{n:,} of the edits give{'s' * (n == 1)} a row the label it has already.")
    try:
        lonely = split.check_trainable(facts["labels"]) if facts["labels"] else []
    except InputError as error:  # topics need no labels, so here it is only worth knowing
        lonely = [str(error)]
    return [*notes, *lonely[:5]]
