"""A source in, a dataset out: columns chosen, texts cleaned, duplicates grouped, rows split."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from engine.data import duplicates, split
from engine.data.plan import Plan, resolve
from engine.data.rows import Reader
from engine.data.sample import table_sample
from engine.data.spec_dataset import DatasetSpec
from engine.errors import InputError
from engine.progress import Progress

if TYPE_CHECKING:
    from engine.work import Work

EMPTY, SHORT, REPEATED = "empty text", "too few words", "exact duplicate"
NEAR_LIMIT = 200_000
_BATCH = 4096
_MOST_LABELS = 1000
_MAPPED = pa.schema(
    [
        ("row", pa.int64()),
        ("text", pa.string()),
        ("title", pa.string()),
        ("label", pa.string()),
        ("date", pa.timestamp("us")),
    ]
)
SCHEMA = _MAPPED.append(pa.field("split", pa.string())).append(pa.field("group", pa.int64()))
DROPPED = pa.schema([("row", pa.int64()), ("reason", pa.string())])


@dataclass
class _Kept:
    """What stays in memory of each kept row while its text is on disk."""

    rows: array[int] = field(default_factory=lambda: array("q"))
    hashes: array[int] = field(default_factory=lambda: array("Q"))
    labels: array[int] = field(default_factory=lambda: array("q"))
    splits: list[object] = field(default_factory=list)
    names: dict[str, int] = field(default_factory=dict)
    dropped: list[tuple[int, str]] = field(default_factory=list)
    dated: int = 0


def build(spec: DatasetSpec, work: Work) -> dict[str, object]:
    """Write rows.parquet and dropped.parquet to ``work.out``; returns the headline facts.

    Raises:
        InputError: a column is not there, or no row has a text.
    """
    source = work.inputs["source"].path / "rows.parquet"
    plan = resolve(spec, table_sample(source))
    reader = Reader(plan)
    mapped = work.scratch / "mapped.parquet"
    kept = _map(source, mapped, spec, reader, work.progress)
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
    _publish(mapped, work.out / "rows.parquet", kept, groups, splits, keep, work.progress)
    dropped = sorted(kept.dropped)
    pq.write_table(
        pa.table([[row for row, _ in dropped], [why for _, why in dropped]], schema=DROPPED),
        work.out / "dropped.parquet",
    )
    facts = _facts(plan, kept, groups, near, splits, keep)
    notes += [note for note in _split_notes(facts) if note not in notes]
    for note in notes:
        work.progress.note(note)
    return {**facts, "cleaned": reader.cleaned, "notes": notes}


def _map(
    source: Path, mapped: Path, spec: DatasetSpec, reader: Reader, progress: Progress
) -> _Kept:
    """Stream the source through `reader` into `mapped`; only numbers stay in memory."""
    kept = _Kept()
    with pq.ParquetFile(source) as file:
        wanted = _sample_rows(file.metadata.num_rows, spec)
        progress.stage("Cleaning texts", total=file.metadata.num_rows)
        with pq.ParquetWriter(mapped, _MAPPED, compression="lz4") as writer:
            for rows, batch in source_batches(file, reader.plan.columns, wanted):
                if len(rows):
                    writer.write_table(_map_batch(rows, batch, spec, reader, kept))
                progress.at(float(rows[-1]) + 1 if len(rows) else 0)
    return kept


def source_batches(
    file: pq.ParquetFile,
    columns: list[str],
    wanted: npt.NDArray[np.int64] | None = None,
    *,
    batch_size: int = _BATCH,
) -> Iterator[tuple[npt.NDArray[np.int64], dict[str, list[Any]]]]:
    """(positions in the source, column values) of each batch, of the `wanted` rows if given."""
    start = 0
    for batch in file.iter_batches(batch_size=batch_size, columns=columns):
        rows = np.arange(start, start + batch.num_rows)
        start += batch.num_rows
        if wanted is not None:
            low, high = np.searchsorted(wanted, [rows[0], rows[-1] + 1])
            if low == high:
                continue
            rows = wanted[low:high]
            batch = batch.take(pa.array(rows - (start - batch.num_rows)))
        yield rows, {name: batch.column(name).to_pylist() for name in columns}


def _map_batch(
    rows: npt.NDArray[np.int64],
    batch: dict[str, list[Any]],
    spec: DatasetSpec,
    reader: Reader,
    kept: _Kept,
) -> pa.Table:
    texts, titles = reader.texts(batch), reader.titles(batch)
    labels, moments = reader.labels(batch), reader.dates(batch)
    column = reader.plan.split_column
    splits: list[object] = list(batch[column]) if column else [None] * len(rows)
    good = []
    for i, text in enumerate(texts):
        if not text:
            kept.dropped.append((int(rows[i]), EMPTY))
        elif spec.min_words > 1 and len(text.split()) < spec.min_words:
            kept.dropped.append((int(rows[i]), SHORT))
        else:
            good.append(i)
            kept.hashes.append(duplicates.text_hash(text))
            label = labels[i]
            code = -1 if label is None else kept.names.setdefault(label, len(kept.names))
            kept.labels.append(code)
            if column:
                kept.splits.append(splits[i])
            kept.dated += moments[i] is not None
    kept.rows.extend(int(rows[i]) for i in good)
    values = [
        rows[good],
        *([column[i] for i in good] for column in (texts, titles, labels, moments)),
    ]
    return pa.table(values, schema=_MAPPED)


def _sample_rows(n: int, spec: DatasetSpec) -> npt.NDArray[np.int64] | None:
    if n == 0:
        raise InputError("The file has no rows.")
    if not 0 < spec.limit < n:
        return None
    if spec.sample == "first":
        return np.arange(spec.limit)
    return np.sort(np.random.default_rng(spec.seed).choice(n, spec.limit, replace=False))


def _group(
    mapped: Path, kept: _Kept, spec: DatasetSpec, progress: Progress, notes: list[str]
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
        for batch in file.iter_batches(batch_size=_BATCH, columns=["text"]):
            yield from batch.column(0).to_pylist()


def _split(
    spec: DatasetSpec,
    plan: Plan,
    kept: _Kept,
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
    kept: _Kept,
    groups: npt.NDArray[np.int64],
    splits: npt.NDArray[np.int8],
    keep: npt.NDArray[np.bool_],
    progress: Progress,
) -> None:
    """Write the final rows: the mapped ones that are kept, with their split and group."""
    progress.stage("Writing the dataset", total=len(groups))
    group_rows = np.array(kept.rows, dtype=np.int64)[groups]
    names = np.array(split.SPLITS, dtype=object)
    start = 0
    with (
        pq.ParquetFile(mapped) as file,
        pq.ParquetWriter(out, SCHEMA, compression="zstd") as writer,
    ):
        for batch in file.iter_batches(batch_size=4 * _BATCH):
            part = slice(start, start + batch.num_rows)
            start += batch.num_rows
            table = pa.Table.from_batches([batch])
            table = table.append_column("split", pa.array(names[splits[part]], pa.string()))
            table = table.append_column("group", pa.array(group_rows[part]))
            writer.write_table(table.filter(pa.array(keep[part])))
            progress.at(start)


def _facts(
    plan: Plan,
    kept: _Kept,
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


def _label_notes(reader: Reader, kept: _Kept) -> list[str]:
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


def _nothing_kept(plan: Plan, kept: _Kept) -> InputError:
    why = ", ".join(f"{n:,} {name}" for name, n in Counter(w for _, w in kept.dropped).items())
    return InputError(
        f"No row is left ({why}); is '{' + '.join(plan.text)}' the column with the text?"
    )
