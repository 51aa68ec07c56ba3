"""Topics and a file in, the same rows with their topics out: the stage 'assign file'."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa

from engine.data.files.chunks import Chunks
from engine.data.files.joined import free_names, join
from engine.data.files.languages import language_note
from engine.data.files.space import check_result
from engine.data.files.text_columns import TextPlan, choose_text
from engine.data.rows import Reader
from engine.data.sample import Sample, table_sample
from engine.encoder.by_window import ByWindow, Window, window_rows
from engine.errors import InputError
from engine.store.files import write_json
from engine.topics.assign.assigner import Assigner
from engine.topics.assign.build import told
from engine.topics.assign.card import Card, load_card, load_reader
from engine.topics.assign.neighbourhood import Neighbourhood, load_neighbourhood
from engine.topics.assign.opening import open_assigner, topics_at
from engine.topics.assign.spec import UNEDITED, AssignerSpec, AssignFileSpec
from engine.topics.assign.summary import Summary
from engine.topics.edit import pending
from engine.topics.topics import NO_TOPIC
from engine.work import Work

FILE = "rows.parquet"
NEW = ("topic", "topic_name", "confidence", "runner_up", "runner_up_confidence", "unlike")
"""Columns that every row gets."""
NUMBERS = 5
"""About so many numbers a row these take on disk."""
_FOREIGN = (
    ", and the topics were found in {known} texts: what is said of those is little better than a "
    "guess."
)


def build(spec: AssignFileSpec, work: Work) -> dict[str, Any]:
    """Assign every row of the source; memory does not grow with its size, a kill loses seconds.

    Writes ``rows.parquet``: every column of the source, then topic (its id, -1 for none),
    topic_name, confidence, runner_up (a name), runner_up_confidence and unlike; rows keep their
    order, one without text has empty cells. Writes ``summary.json`` too.

    Returns:
        rows, empty_rows, unlike, known (the very text is among the topics' documents), by_topic (of
        each its documents before, when taken out and assigned again, and after), drift, confidence
        (a histogram), cosine (to the nearest document, of new and old ones), agreement (measured on
        the topics' own documents as the topics stand), columns (what the new columns are called),
        text, languages, notes and rows_per_second.

    Raises:
        InputError: the file has no rows, no column with text, or the disk no room for the result;
            there is no topic, or what the topics were made from is gone.
    """
    source, topics = work.inputs["source"], work.inputs["topics"]
    rows = source.path / FILE
    work.progress.stage("Looking at the file")
    sample = table_sample(rows)
    if not next(iter(sample.values()), []):
        raise InputError(f"{source.title} has no rows to assign; choose another file.")
    made = work.make(AssignerSpec(topics=topics.key))
    card = load_card(made)
    plan = choose_text(sample, card.known, spec.columns)
    plan = replace(plan, plan=replace(plan.plan, label=""))
    if large := check_result(rows, NUMBERS, work.scratch, doing="Assigning this file"):
        work.progress.note(large)
    spoken, notes = _told_first(spec, work, plan, sample)
    names = free_names(NEW, list(sample))
    del sample
    now = topics_at(work.store, topics, spec.edits)
    assigner = open_assigner(work.store, topics, made, now)
    work.progress.stage("Loading the encoder")
    encoder = load_reader(card, work.make)
    chunks = Chunks(work.scratch, rows, window_rows(encoder))
    done = chunks.done
    began, already = time.monotonic(), min(done * chunks.size, chunks.total)
    ByWindow(rows, encoder, plan.plan, chunks, card.max_length).run(
        _Chunk(assigner, card), work.progress, done=done, doing=f"Assigning {chunks.total:,} rows"
    )
    seconds = time.monotonic() - began
    del encoder
    summary = Summary(now, assigner.judge.again)
    join(rows, chunks, names, work.out / FILE, count=summary.add, progress=work.progress)
    facts = summary.facts(_usual_cosine(load_neighbourhood(made.path)))
    for note in facts["notes"]:
        work.progress.note(note)
    whole = {
        **facts,
        "notes": [*notes, *facts["notes"]],
        **told(assigner.judge.agreement),
        "edits": spec.edits,
        "columns": names,
        "text": plan.plan.text,
        "languages": spoken,
        "rows_per_second": round((chunks.total - already) / max(seconds, 1e-3), 1),
    }
    write_json(work.out / "summary.json", whole)
    return whole


class _Chunk:
    """Makes the new columns of a window, and known, cut, short and cosine for the summary."""

    def __init__(self, assigner: Assigner, card: Card) -> None:
        self._assigner = assigner
        self._card = card
        self._names = {NO_TOPIC: "", **{t.id: t.name for t in assigner.topics.found}}

    def __call__(self, window: Window) -> pa.Table:
        """The chunk of one window."""
        n, known = len(window.texts), window.known
        found = self._assigner.assign(window.vectors, [window.texts[i] for i in known])

        def column(values: Any, kind: pa.DataType) -> pa.Array:
            cells: list[Any] = [None] * n
            for place, value in zip(known.tolist(), values, strict=True):
                cells[place] = None if value != value else value
            return pa.array(cells, kind)

        unlike = found.unlike.tolist()
        second = [self._names[topic] or None for topic in found.second.tolist()]
        return pa.table(
            {
                "topic": column(found.topic.tolist(), pa.int32()),
                "topic_name": column([self._names[t] for t in found.topic.tolist()], pa.string()),
                "confidence": column(found.confidence.tolist(), pa.float32()),
                "runner_up": column(second, pa.string()),
                "runner_up_confidence": column(
                    [c if s else None for s, c in zip(second, found.second_confidence.tolist(),
                                                      strict=True)],
                    pa.float32(),
                ),
                "unlike": column(unlike, pa.bool_()),
                "known": column(found.known.tolist(), pa.bool_()),
                "cosine": column(found.cosine[:, 0].tolist(), pa.float32()),
                "cut": pa.array(window.cut),
                "short": pa.array([bool(t) and self._card.is_short(t) for t in window.texts]),
            }
        )  # fmt: skip


def _told_first(
    spec: AssignFileSpec, work: Work, plan: TextPlan, sample: Sample
) -> tuple[dict[str, Any], list[str]]:
    """The languages of the file, and what a person should know before the work."""
    topics = work.inputs["topics"]
    notes = list(plan.notes)
    texts = Reader(plan.plan).texts({name: list(sample[name]) for name in plan.plan.text})
    dataset = next((a for a in work.store.inputs(topics) if a.kind == "dataset"), None)
    warning, spoken = language_note(
        texts, dataset.path / FILE if dataset else None, warning=_FOREIGN
    )
    notes += [warning] if warning else []
    version = pending.history(work.store, topics).version
    if not spec.edits and version != UNEDITED:
        notes.append(
            f"{topics.title} were edited since; here they are as they were found. With the edits: "
            f"--edits={version}."
        )
    for note in notes:
        work.progress.note(note)
    return spoken, notes


def _usual_cosine(near: Neighbourhood) -> float:
    """Mean cosine of the topics' own documents to the nearest one."""
    rho = np.asarray(near.rho)
    return float(1 - rho.mean()) if len(rho) else 0.0
