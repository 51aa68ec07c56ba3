"""A source's rows in, the cleaned texts on disk and a few numbers a row in memory out."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from engine.data.duplicates import text_hash
from engine.data.rows import Reader
from engine.data.spec_dataset import DatasetSpec
from engine.errors import InputError
from engine.progress import Progress

EMPTY, SHORT, REPEATED = "empty text", "too few words", "exact duplicate"
BATCH = 4096
MAPPED = pa.schema(
    [
        ("row", pa.int64()),
        ("text", pa.string()),
        ("title", pa.string()),
        ("label", pa.string()),
        ("date", pa.timestamp("us")),
    ]
)


@dataclass
class Kept:
    """What stays in memory of each kept row while its text is on disk."""

    rows: array[int] = field(default_factory=lambda: array("q"))
    hashes: array[int] = field(default_factory=lambda: array("Q"))
    labels: array[int] = field(default_factory=lambda: array("q"))
    splits: list[object] = field(default_factory=list)
    names: dict[str, int] = field(default_factory=dict)
    dropped: list[tuple[int, str]] = field(default_factory=list)
    dated: int = 0


def map_rows(
    source: Path, mapped: Path, spec: DatasetSpec, reader: Reader, progress: Progress
) -> Kept:
    """Stream the source through `reader` into `mapped`; only numbers stay in memory."""
    kept = Kept()
    with pq.ParquetFile(source) as file:
        wanted = _sample_rows(file.metadata.num_rows, spec)
        progress.stage("Cleaning texts", total=file.metadata.num_rows)
        with pq.ParquetWriter(mapped, MAPPED, compression="lz4") as writer:
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
    batch_size: int = BATCH,
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
    kept: Kept,
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
            kept.hashes.append(text_hash(text))
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
    return pa.table(values, schema=MAPPED)


def _sample_rows(n: int, spec: DatasetSpec) -> npt.NDArray[np.int64] | None:
    if n == 0:
        raise InputError("The file has no rows.")
    if not 0 < spec.limit < n:
        return None
    if spec.sample == "first":
        return np.arange(spec.limit)
    return np.sort(np.random.default_rng(spec.seed).choice(n, spec.limit, replace=False))
