"""A classifier and a file in, the same rows with predictions out: the stage 'predict file'."""

from __future__ import annotations

import time
from typing import Any

import pyarrow as pa

from engine.classify.classifier import Card, load_classifier
from engine.classify.files.plan import FilePlan, choose
from engine.classify.files.prediction import Prediction, probability
from engine.classify.files.spec import PredictFileSpec
from engine.classify.files.summary import Summary
from engine.data.files.chunks import Chunks
from engine.data.files.joined import free_names, join
from engine.data.files.languages import language_note
from engine.data.files.space import check_result
from engine.data.rows import Reader
from engine.data.sample import Sample, table_sample
from engine.encoder.by_window import ByWindow, window_rows
from engine.errors import InputError
from engine.store.files import read_json, write_json
from engine.work import Work

FILE = "rows.parquet"
_FOREIGN = (
    ", and the classifier learnt from {known} texts: its predictions there are little better than "
    "guesses."
)


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
    if large := check_result(
        rows, len(card.labels) + 1, work.scratch, doing="Predicting this file"
    ):
        work.progress.note(large)
    notes = list(plan.notes)
    warning, spoken = language_note(
        _texts(plan, sample),
        dataset.path / "rows.parquet" if dataset else None,
        warning=_FOREIGN,
    )
    notes += [warning] if warning else []
    for note in notes:
        work.progress.note(note)
    names = new_columns(card, list(sample))
    del sample
    pa.default_memory_pool().release_unused()
    work.progress.stage("Loading the classifier")
    classifier = load_classifier(model.path)
    chunks = Chunks(work.scratch, rows, window_rows(classifier.encoder))
    done = chunks.done
    began, already = time.monotonic(), min(done * chunks.size, chunks.total)
    ByWindow(rows, classifier.encoder, plan.plan, chunks, card.max_length).run(
        Prediction(classifier, plan.plan),
        work.progress,
        done=done,
        doing=f"Predicting {chunks.total:,} rows",
    )
    seconds = time.monotonic() - began
    del classifier  # writing needs no encoder
    summary = Summary(card.labels, plan.plan.label)
    titles = {"prediction": names["prediction"], "confidence": names["confidence"]}
    titles |= {probability(n): names["probabilities"][one] for n, one in enumerate(card.labels)}
    join(rows, chunks, titles, work.out / FILE, count=summary.add, progress=work.progress)
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
    probabilities = {label: f"probability {label}" for label in card.labels}
    free = free_names(["prediction", "confidence", *probabilities.values()], taken)
    return {
        "prediction": free["prediction"],
        "confidence": free["confidence"],
        "probabilities": {label: free[name] for label, name in probabilities.items()},
    }


def _texts(plan: FilePlan, sample: Sample) -> list[str]:
    return Reader(plan.plan).texts({name: list(sample[name]) for name in plan.plan.text})
