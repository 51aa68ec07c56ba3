"""Edits that were chosen and not applied yet: a dataset in, its list on disk, changed and out.

A list lies at ``edits/<dataset key>.json`` below the store: it outlives pages, servers and a
dataset that is removed and made again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock

from engine.data.edits import (
    NO_ROW,
    Edit,
    checked,
    digest,
    edit_of,
    is_held_out,
    read_edits,
    refusal,
)
from engine.errors import InputError
from engine.store import Artifact, Store
from engine.store.files import write_json


def pending(store: Store, dataset: Artifact) -> list[Edit]:
    """The edits that wait for this dataset, by row.

    Raises:
        InputError: something else has damaged the list.
    """
    path = pending_file(store, dataset)
    return read_edits(path) if path.exists() else []


def pending_file(store: Store, dataset: Artifact) -> Path:
    """Where the list lies, if there is one."""
    return store.folder("edits") / f"{dataset.key}.json"


def record(
    store: Store,
    dataset: Artifact,
    rows: Sequence[int],
    *,
    action: str,
    value: str | float | None = None,
    note: str = "",
) -> list[Edit]:
    """Add an edit of each of `rows`, and return the whole list.

    A row has one label and one weight: the last word counts, and a row that gets back what it had
    has no edit. To exclude a row takes its other edits away; to relabel or weight an excluded one
    brings it back.

    Raises:
        InputError: a row is not in the dataset, or the value cannot be.
    """
    before = _before(dataset, rows)
    now = datetime.now(UTC).isoformat(timespec="seconds")
    with _lock(store, dataset):
        kept = {edit.place: edit for edit in pending(store, dataset)}
        for row in rows:
            if row not in before:
                raise InputError(f"Row {row} is not in {dataset.title}; it cannot be edited.")
            label, weight = before[row]
            was = {"relabel": label, "weight": weight}.get(action)
            entry = {"row": row, "action": action, "value": value, "note": note.strip(),
                     "was": was, "when": now}  # fmt: skip
            edit = edit_of(entry, f"Row {row}")
            for other in ("relabel", "weight", "exclude"):
                if "exclude" in (edit.action, other):
                    kept.pop((row, other), None)
            kept.pop(edit.place, None)
            if edit.action == "exclude" or edit.value != was:
                kept[edit.place] = edit
        return _write(store, dataset, kept.values())


def record_text(
    store: Store,
    dataset: Artifact,
    text: str,
    *,
    label: str,
    row: int = NO_ROW,
    exclude_row: bool = False,
    note: str = "",
) -> list[Edit]:
    """Add a text to learn from to the edits, and return the whole list.

    A text has one label: the last word counts.

    Args:
        store: Where the list lies.
        dataset: What the text is added to.
        text: The text.
        label: Its category.
        row: The row it is a counterfactual of, or NO_ROW.
        exclude_row: Also leave that row out, which a row that is held out asks for.
        note: Why.

    Raises:
        InputError: see :func:`record_texts`.
    """
    _check_new(dataset, [text])
    if row != NO_ROW and exclude_row:
        record(store, dataset, [row], action="exclude", note=note)
    return record_texts(store, dataset, [(row, text, label)], note=note)


def record_texts(
    store: Store, dataset: Artifact, texts: Sequence[tuple[int, str, str]], *, note: str = ""
) -> list[Edit]:
    """Add texts to learn from to the edits, all or none, and return the whole list.

    Args:
        store: Where the list lies.
        dataset: What the texts are added to.
        texts: Of each the row it is a counterfactual of, or NO_ROW, the text, and its category.
        note: Why.

    Raises:
        InputError: a row is not there, or it is held out and stays; or a text is there already, or
            it or its label cannot be. Almost the same texts are found when edits are applied.
    """
    _check_new(dataset, [text for _, text, _ in texts])
    _check_origins(store, dataset, {row for row, _, _ in texts} - {NO_ROW})
    now = datetime.now(UTC).isoformat(timespec="seconds")
    new = [
        edit_of(
            {"row": row, "action": "add", "value": label, "text": text, "note": note.strip(),
             "when": now},
            "A text to add",
        )
        for row, text, label in texts
    ]  # fmt: skip
    mine = {edit.text for edit in new}
    with _lock(store, dataset):
        others = [e for e in pending(store, dataset) if e.action != "add" or e.text not in mine]
        return _write(store, dataset, [*others, *new])


def _check_new(dataset: Artifact, texts: Sequence[str]) -> None:
    from engine.data import table

    path = dataset.path / "rows.parquet"
    wanted = [text.strip() for text in texts]
    for one in table.page(path, columns=["row"], where={"text": wanted}, limit=1).to_pylist():
        which = "This very text" if len(texts) == 1 else "One of these texts"
        raise InputError(
            f"{which} is in {dataset.title} already, in row {one['row']}: change it first, "
            "or relabel that row."
        )


def _check_origins(store: Store, dataset: Artifact, rows: set[int]) -> None:
    import pyarrow.parquet as pq

    if not rows:
        return
    path = dataset.path / "rows.parquet"
    found = pq.read_table(path, columns=["row", "split"], filters=[("row", "in", sorted(rows))])
    splits = dict(zip(found["row"].to_pylist(), found["split"].to_pylist(), strict=True))
    gone = {edit.row for edit in pending(store, dataset) if edit.action == "exclude"}
    for row in sorted(rows):
        if row not in splits:
            raise InputError(f"Row {row} is not in {dataset.title}; nothing can be made of it.")
        if is_held_out(splits[row]) and row not in gone:
            raise InputError(refusal(row, splits[row]))


def undo(store: Store, dataset: Artifact, edits: Iterable[Edit]) -> list[Edit]:
    """Take these edits away, and return what is left."""
    gone = {edit.place for edit in edits}
    with _lock(store, dataset):
        left = [edit for edit in pending(store, dataset) if edit.place not in gone]
        return _write(store, dataset, left)


def settle(store: Store, dataset: Artifact, applied: Iterable[Edit]) -> list[Edit]:
    """Take away what was applied just so; what was chosen anew meanwhile stays."""
    done = {(edit.place, edit.value) for edit in applied}
    with _lock(store, dataset):
        left = [e for e in pending(store, dataset) if (e.place, e.value) not in done]
        return _write(store, dataset, left)


def frozen(store: Store, dataset: Artifact) -> Path:
    """The list as it is now, in a file that is never changed again: what an EditSpec can name.

    Raises:
        InputError: there is no edit.
    """
    edits = checked(pending(store, dataset), source="The list")
    path = store.folder("edits") / f"list-{digest(edits)}.json"
    if not path.exists():
        write_json(path, [edit.model_dump(mode="json") for edit in edits])
    return path


def new_labels(dataset: Artifact, edits: Iterable[Edit]) -> list[str]:
    """The labels that edits bring and the dataset does not have yet."""
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    wanted = {str(edit.value) for edit in edits if edit.action in ("relabel", "add")}
    if wanted <= set(dataset.facts.get("labels", {})):
        return []
    labels = pq.read_table(dataset.path / "rows.parquet", columns=["label"])["label"]
    return sorted(wanted - set(pc.unique(labels).to_pylist()))


def _before(dataset: Artifact, rows: Sequence[int]) -> dict[int, tuple[str | None, float]]:
    """Label and weight of the rows that are there."""
    import pyarrow.parquet as pq

    path = dataset.path / "rows.parquet"
    weighted = "weight" in pq.read_schema(path).names
    columns = ["row", "label", *(["weight"] if weighted else [])]
    found = pq.read_table(path, columns=columns, filters=[("row", "in", list(rows))]).to_pylist()
    return {one["row"]: (one["label"], float(one.get("weight", 1.0))) for one in found}


def _write(store: Store, dataset: Artifact, edits: Iterable[Edit]) -> list[Edit]:
    path = pending_file(store, dataset)
    left = sorted(edits, key=lambda edit: edit.place)
    if left:
        write_json(path, [edit.model_dump(mode="json") for edit in left])
    else:
        path.unlink(missing_ok=True)
    return left


def _lock(store: Store, dataset: Artifact) -> FileLock:
    return FileLock(store.folder("locks") / f"edits-{dataset.key}.lock")
