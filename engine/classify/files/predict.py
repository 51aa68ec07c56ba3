"""A classifier and a file in, the same rows with predictions out: the stage 'predict file'."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from engine.classify.classifier import Card, load_classifier
from engine.classify.files.chunks import CUT, LABEL, WORDLESS, Chunks
from engine.classify.files.languages import language_note
from engine.classify.files.plan import FilePlan, choose
from engine.classify.files.prediction import Prediction, chunk_rows
from engine.classify.files.space import check_result
from engine.classify.files.spec import PredictFileSpec
from engine.classify.files.summary import Summary
from engine.classify.files.windows import windows
from engine.data.rows import Reader
from engine.data.sample import Sample, table_sample
from engine.errors import InputError
from engine.store.files import read_json, write_json
from engine.work import Work

FILE = "rows.parquet"
_GROUP_ROWS, _GROUP_BYTES = 100_000, 8 << 20
"""A row group of the result is written when it has so many rows, or bytes in memory."""


def build(spec: PredictFileSpec, work: Work) -> dict[str, Any]:
    """Predict every row of the source; memory does not grow with its size, a kill loses seconds.

    Writes ``rows.parquet``: every column of the source, then prediction, confidence and a
    probability for each category; rows keep their order, one without text has empty cells. Writes
    ``summary.json`` too.

    Returns:
        rows, empty_rows, counts (category to rows), confidence (a histogram), columns (what the
        new columns are called), text, label and agreement (where a column holds categories the
        model knows), languages, notes and rows_per_second.

    Raises:
        InputError: the file has no rows, no column with text, or the disk no room for the result.
    """
    source, model = work.inputs["source"], work.inputs["model"]
    rows = source.path / FILE
    work.progress.stage("Looking at the file")
    dataset = next((a for a in work.store.inputs(model) if a.kind == "dataset"), None)
    sample = table_sample(rows)
    if not next(iter(sample.values()), []):
        raise InputError(f"{source.title} has no rows to predict; choose another file.")
    card = Card.model_validate(read_json(model.path / "model.json"))
    plan = choose(sample, card, spec.columns, dataset.manifest.spec if dataset else None)
    if large := check_result(rows, len(card.labels), work.scratch):
        work.progress.note(large)
    notes = list(plan.notes)
    warning, spoken = language_note(
        _texts(plan, sample), dataset.path / "rows.parquet" if dataset else None
    )
    notes += [warning] if warning else []
    for note in notes:
        work.progress.note(note)
    names = new_columns(card, list(sample))
    del sample
    pa.default_memory_pool().release_unused()
    work.progress.stage("Loading the classifier")
    classifier = load_classifier(model.path)
    chunks = Chunks(work.scratch, rows, chunk_rows(classifier))
    done = chunks.done
    began, already = time.monotonic(), min(done * chunks.size, chunks.total)
    Prediction(rows, classifier, plan, chunks).run(work.progress, done=done)
    seconds = time.monotonic() - began
    del classifier  # writing needs no encoder
    summary = Summary(card.labels, plan.plan.label)
    _join(rows, chunks, names, summary, work)
    facts = summary.facts()
    for note in facts["notes"]:
        work.progress.note(note)
    whole = {
        **facts,
        "notes": [*notes, *facts["notes"]],
        "columns": names,
        "text": plan.plan.text,
        "languages": spoken,
        "rows_per_second": round((chunks.total - already) / max(seconds, 1e-3), 1),
    }
    write_json(work.out / "summary.json", {**whole, "confusion": summary.confusion()})
    return whole


def new_columns(card: Card, taken: list[str]) -> dict[str, Any]:
    """Names of the new columns: prediction, confidence, and probabilities by category.

    A name the file has already gets a number.
    """
    used = list(taken)

    def free(name: str) -> str:
        numbered = (name if n == 1 else f"{name} {n}" for n in range(1, len(used) + 2))
        used.append(next(one for one in numbered if one not in used))
        return used[-1]

    return {
        "prediction": free("prediction"),
        "confidence": free("confidence"),
        "probabilities": {label: free(f"probability {label}") for label in card.labels},
    }


def _texts(plan: FilePlan, sample: Sample) -> list[str]:
    return Reader(plan.plan).texts({name: list(sample[name]) for name in plan.plan.text})


def _join(rows: Path, chunks: Chunks, names: dict[str, Any], summary: Summary, work: Work) -> None:
    """Put the source's columns and the chunks side by side, window by window."""
    work.progress.stage("Writing the rows", total=chunks.total)
    titles = [names["prediction"], names["confidence"], *names["probabilities"].values()]
    writer: pq.ParquetWriter | None = None
    waiting: list[pa.Table] = []
    done = 0
    try:
        for number, table in enumerate(windows(rows, chunks.size)):
            chunk = chunks.read(number)
            summary.add(chunk)
            for title, column in zip(
                titles, chunk.drop([LABEL, CUT, WORDLESS]).columns, strict=True
            ):
                table = table.append_column(title, column)
            waiting.append(table)
            done += table.num_rows
            rows_now, bytes_now = sum(t.num_rows for t in waiting), sum(t.nbytes for t in waiting)
            if rows_now >= _GROUP_ROWS or bytes_now >= _GROUP_BYTES or done >= chunks.total:
                group = pa.concat_tables(waiting)
                waiting = []
                writer = writer or pq.ParquetWriter(
                    work.out / FILE, group.schema, compression="zstd"
                )
                writer.write_table(group)
            work.progress.at(done)
    finally:
        if writer is not None:
            writer.close()
