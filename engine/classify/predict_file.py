"""A file and a classifier in; the same rows with prediction and probabilities out, streamed."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from engine.classify.classifier import Classifier
from engine.data.plan import Plan, resolve
from engine.data.rows import Reader
from engine.data.sample import table_sample
from engine.data.spec_dataset import DatasetSpec
from engine.data.spec_source import SourceSpec
from engine.errors import InputError
from engine.progress import SILENT, Progress
from engine.store import Store
from engine.work import run

_ROWS = 2048


def predict_file(
    classifier: Classifier,
    source: Path,
    output: Path,
    *,
    store: Store,
    text: list[str] | None = None,
    progress: Progress = SILENT,
) -> dict[str, Any]:
    """Write every row of `source` with prediction, confidence and a probability per category.

    The rows keep their order and all their columns; a row without text gets empty cells. The output
    appears whole or not at all.

    Args:
        classifier: Predicts the texts.
        source: A file of any format the Data page reads.
        output: Where to write, ending in .csv or .parquet.
        store: Keeps the imported file, so that a second run need not read it again.
        text: Columns that make up the text; by default those of training, else detected.
        progress: Advanced by rows.

    Returns:
        rows, empty_rows, output and counts (category -> rows).

    Raises:
        InputError: the file cannot be read, has no text column, or the ending is another one.
    """
    begin = _writers().get(output.suffix.lower())
    if begin is None:
        raise InputError(f"'{output.name}' must end in .csv or .parquet.")
    if not output.parent.is_dir():
        raise InputError(f"There is no folder {output.parent} to write to.")
    rows = run(SourceSpec(path=str(source)), store=store, progress=progress).path / "rows.parquet"
    reader = Reader(_plan(rows, classifier, text))
    counts = dict.fromkeys(classifier.labels, 0)
    done = empty = 0
    with pq.ParquetFile(rows) as file, store.temporary() as folder:
        progress.stage("Predicting", total=file.metadata.num_rows)
        half = folder / output.name
        writer: Any = None
        for batch in file.iter_batches(_ROWS):
            table = pa.Table.from_batches([batch])
            texts = reader.texts(table.to_pydict())
            added = _predicted(texts, classifier, counts)
            for name, column in added.items():
                table = table.append_column(_free(name, table.column_names), column)
            writer = writer or begin(half, table.schema)
            writer.write_table(table)
            done, empty = done + len(texts), empty + sum(not t for t in texts)
            progress.at(done)
        if writer is not None:
            writer.close()
        _into_place(half, output)
    return {"rows": done, "empty_rows": empty, "output": str(output), "counts": counts}


def _into_place(half: Path, output: Path) -> None:
    """Move a finished file; from another disk that is a copy, which takes its name at the end."""
    beside = output.with_name(f".{secrets.token_hex(8)}{output.suffix}")
    try:
        shutil.move(half, beside)
        os.replace(beside, output)
    finally:
        beside.unlink(missing_ok=True)


def _plan(rows: Path, classifier: Classifier, text: list[str] | None) -> Plan:
    sample = table_sample(rows)
    trained_on = list(classifier.card.text_columns)
    columns = text or (trained_on if all(name in sample for name in trained_on) else [])
    spec = DatasetSpec(
        source="", text=columns, join=classifier.card.join, clean=list(classifier.card.clean),
        title="", label="", date="", split_column="",
    )  # fmt: skip
    return resolve(spec, sample)


def _predicted(
    texts: list[str], classifier: Classifier, counts: dict[str, int]
) -> dict[str, pa.Array]:
    """The new columns; rows without text stay null."""
    known = [i for i, text in enumerate(texts) if text]
    wide = np.full((len(texts), len(classifier.labels)), np.nan, dtype=np.float32)
    if known:
        wide[known] = classifier.probabilities([texts[i] for i in known])
    chosen: list[str | None] = [None] * len(texts)
    for i in known:
        chosen[i] = classifier.labels[int(wide[i].argmax())]
        counts[chosen[i] or ""] += 1
    columns = {"prediction": pa.array(chosen, pa.string())}
    confidence = np.where(np.isnan(wide[:, 0]), np.nan, np.nan_to_num(wide).max(axis=1))
    columns["confidence"] = pa.array(confidence.astype(np.float32), from_pandas=True)
    for place, label in enumerate(classifier.labels):
        columns[f"probability {label}"] = pa.array(wide[:, place], from_pandas=True)
    return columns


def _free(name: str, taken: list[str]) -> str:
    """`name`, or with a number where the file already has such a column."""
    numbered = (name if n == 1 else f"{name} {n}" for n in range(1, 1000))
    return next(candidate for candidate in numbered if candidate not in taken)


def _writers() -> dict[str, Callable[[Path, pa.Schema], Any]]:
    from pyarrow import csv

    return {".csv": csv.CSVWriter, ".parquet": pq.ParquetWriter}
