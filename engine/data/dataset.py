"""A source in, a dataset out: columns chosen, texts cleaned, duplicates grouped, rows split."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq
import xxhash

from engine.data import duplicates, split
from engine.data.mapped import BATCH, MAPPED, REPEATED, Kept, map_rows
from engine.data.plan import Plan, resolve
from engine.data.rows import Reader
from engine.data.sample import table_sample
from engine.data.spec_dataset import DatasetSpec
from engine.errors import InputError
from engine.progress import Progress

if TYPE_CHECKING:
    from engine.work import Work

NEAR_LIMIT = 200_000
_MOST_LABELS = 1000
SCHEMA = MAPPED.append(pa.field("split", pa.string())).append(pa.field("group", pa.int64()))
DROPPED = pa.schema([("row", pa.int64()), ("reason", pa.string())])


def build(spec: DatasetSpec, work: Work) -> dict[str, object]:
    """Write rows.parquet and dropped.parquet to ``work.out``; returns the headline facts.

    Raises:
        InputError: a column is not there, or no row has a text.
    """
    mapped = work.scratch / "mapped.parquet"
    try:
        return _build(spec, work, mapped)
    finally:
        # No checkpoint, for it is made anew each time; on a full disk it would be in the way.
        mapped.unlink(missing_ok=True)


def _build(spec: DatasetSpec, work: Work, mapped: Path) -> dict[str, object]:
    source = work.inputs["source"].path / "rows.parquet"
    plan = resolve(spec, table_sample(source))
    reader = Reader(plan)
    kept = map_rows(source, mapped, spec, reader, work.progress)
    if not kept.rows:
        raise _nothing_kept(plan, kept)
    notes = [*plan.notes, *_label_notes(reader, kept)]
    groups, near = _group(mapped, kept, spec, work.progress, notes)
    keep = np.ones(len(groups), dtype=bool)
    if not spec.keep_duplicates:
        keep = duplicates.exact_groups(np.array(kept.hashes, dtype=np.uint64)) == np.arange(
            len(groups)
        )
        kept.dropped.extend((kept.rows[i], REPEATED) for i in np.flatnonzero(~keep))
    splits = _split(spec, plan, kept, groups, keep, notes)
    out = work.out / "rows.parquet"
    texts = _publish(mapped, out, kept, groups, splits, keep, work.progress)
    dropped = sorted(kept.dropped)
    pq.write_table(
        pa.table([[row for row, _ in dropped], [why for _, why in dropped]], schema=DROPPED),
        work.out / "dropped.parquet",
    )
    facts = _facts(plan, kept, groups, near, splits, keep)
    notes += [note for note in _split_notes(facts) if note not in notes]
    for note in notes:
        work.progress.note(note)
    return {**facts, "text_digest": texts, "cleaned": reader.cleaned, "notes": notes}


def _group(
    mapped: Path, kept: Kept, spec: DatasetSpec, progress: Progress, notes: list[str]
) -> tuple[npt.NDArray[np.int64], bool]:
    """(n,) group numbers by position, and whether near-duplicates are in one group too."""
    groups = duplicates.exact_groups(np.array(kept.hashes, dtype=np.uint64))
    near = spec.near_duplicates == "yes"
    if spec.near_duplicates == "auto":
        near = len(groups) <= NEAR_LIMIT
        if not near:
            notes.append(
                f"Near-duplicates were not looked for in more than {NEAR_LIMIT:,} rows; "
                "ask for them to have them grouped."
            )
    if not near:
        return groups, False
    first = np.flatnonzero(groups == np.arange(len(groups)))
    texts = (text for text, is_first in zip(
        _texts(mapped), groups == np.arange(len(groups)), strict=True) if is_first)  # fmt: skip
    alike = duplicates.near_groups(
        texts, len(first), threshold=spec.near_threshold, progress=progress
    )
    position = np.searchsorted(first, groups)
    return first[alike[position]], True


def _texts(parquet: Path) -> Iterator[str]:
    with pq.ParquetFile(parquet) as file:
        for batch in file.iter_batches(batch_size=BATCH, columns=["text"]):
            yield from batch.column(0).to_pylist()


def _split(
    spec: DatasetSpec,
    plan: Plan,
    kept: Kept,
    groups: npt.NDArray[np.int64],
    keep: npt.NDArray[np.bool_],
    notes: list[str],
) -> npt.NDArray[np.int8]:
    labels = np.array(kept.labels, dtype=np.int64)
    keys = np.array(kept.hashes, dtype=np.uint64)
    splits = np.zeros(len(labels), dtype=np.int8)
    fractions = (spec.train, spec.validation, spec.test)
    pool = keep.copy()
    if plan.split_column:
        splits, unknown = split.from_column(kept.splits)
        if unknown:
            names = ", ".join(
                f"'{name}'" if name else "empty" for name, _ in unknown.most_common(3)
            )
            notes.append(
                f"{unknown.total():,} rows have no known split in '{plan.split_column}' ({names}); "
                "they are in train."
            )
            splits[splits == split.UNASSIGNED] = 0
        missing = [i for i in (1, 2) if fractions[i] > 0 and not (splits[keep] == i).any()]
        pool &= splits == 0
        if not missing or not pool.any():
            return splits
        share = [fractions[i] if i in missing else 0.0 for i in range(3)]
        share[0] = max(0.0, 1 - sum(share))
        fractions = (share[0], share[1], share[2])
        named = " and ".join(split.SPLITS[i] for i in missing)
        notes.append(
            f"'{plan.split_column}' has no {named} rows; a share of train was set aside for it."
        )
    splits[pool] = split.stratified(
        labels[pool], groups[pool], keys[pool], fractions, seed=spec.seed
    )
    return splits


def _publish(
    mapped: Path,
    out: Path,
    kept: Kept,
    groups: npt.NDArray[np.int64],
    splits: npt.NDArray[np.int8],
    keep: npt.NDArray[np.bool_],
    progress: Progress,
) -> str:
    """Write the final rows: the mapped ones that are kept, with their split and group.

    Returns the XXH3-128 of the texts in order. What is made from the texts alone (tokens, vectors)
    is found again under it when only labels or splits have changed.
    """
    progress.stage("Writing the dataset", total=len(groups))
    group_rows = np.array(kept.rows, dtype=np.int64)[groups]
    names = np.array(split.SPLITS, dtype=object)
    digest = xxhash.xxh3_128()
    start = 0
    with (
        pq.ParquetFile(mapped) as file,
        pq.ParquetWriter(out, SCHEMA, compression="zstd") as writer,
    ):
        for batch in file.iter_batches(batch_size=4 * BATCH):
            part = slice(start, start + batch.num_rows)
            start += batch.num_rows
            table = pa.Table.from_batches([batch])
            table = table.append_column("split", pa.array(names[splits[part]], pa.string()))
            table = table.append_column("group", pa.array(group_rows[part]))
            table = table.filter(pa.array(keep[part]))
            for text in table["text"].to_pylist():
                digest.update(text.encode("utf-8", "surrogatepass") + b"\0")
            writer.write_table(table)
            progress.at(start)
    return digest.hexdigest()


def _facts(
    plan: Plan,
    kept: Kept,
    groups: npt.NDArray[np.int64],
    near: bool,
    splits: npt.NDArray[np.int8],
    keep: npt.NDArray[np.bool_],
) -> dict[str, Any]:
    names = [*kept.names, None]
    codes = Counter(np.array(kept.labels)[keep].tolist())
    labels = {str(names[code]): n for code, n in codes.most_common(_MOST_LABELS) if code >= 0}
    exact = duplicates.exact_groups(np.array(kept.hashes, dtype=np.uint64))
    position = np.arange(len(groups))
    return {
        "rows": int(keep.sum()),
        "labels": labels,
        "unlabelled": codes.get(-1, 0),
        "splits": {name: int((splits[keep] == i).sum()) for i, name in enumerate(split.SPLITS)},
        "dropped": dict(Counter(why for _, why in kept.dropped)),
        "duplicates": {
            "exact": int((exact != position).sum()),
            "near": int(((groups != position) & (exact == position)).sum()) if near else None,
        },
        "preset": plan.preset,
        "file": plan.file,
        "text_column": " + ".join(plan.text),
        "text_columns": plan.text,
        "title_column": plan.title,
        "label_column": plan.label,
        "label_map": plan.label_map,
        "date_column": plan.date,
        "split_column": plan.split_column,
        "has_dates": kept.dated > 0,
        "clean": [step.name for step in plan.steps],
    }


def _label_notes(reader: Reader, kept: Kept) -> list[str]:
    notes = []
    if reader.unmapped:
        shown = ", ".join(f"'{name}'" for name in list(reader.unmapped)[:5])
        notes.append(f"Labels without a new name keep their own: {shown}.")
    if len(kept.names) > _MOST_LABELS:
        notes.append(
            f"'{reader.plan.label}' has {len(kept.names):,} different values; is it really the "
            "category?"
        )
    return notes


def _split_notes(facts: dict[str, Any]) -> list[str]:
    if not facts["labels"]:
        return []
    try:
        notes = split.check_trainable(facts["labels"])
    except InputError as error:  # topics need no labels, so here it is only worth knowing
        return [str(error)]
    return notes[:5] + ([f"{len(notes) - 5} more classes have one text."] if len(notes) > 5 else [])


def _nothing_kept(plan: Plan, kept: Kept) -> InputError:
    why = ", ".join(f"{n:,} {name}" for name, n in Counter(w for _, w in kept.dropped).items())
    return InputError(
        f"No row is left ({why}); is '{' + '.join(plan.text)}' the column with the text?"
    )
