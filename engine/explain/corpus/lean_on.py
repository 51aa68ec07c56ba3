"""Attributions, their classifier and dataset in, what it leans on out: tried, and looked up."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np

from engine.explain.corpus.attributions import Attributions
from engine.explain.corpus.belongs import belongs_to
from engine.explain.corpus.drivers import Driver, drivers
from engine.explain.corpus.goes_with import goes_with
from engine.explain.corpus.holders import holders
from engine.explain.corpus.leans import Lean, to_try
from engine.explain.corpus.without import Trial, places_to_try, trial, tried
from engine.explain.reading import Reading, read
from engine.explain.subject import Subject
from engine.progress import Progress

_AT_ONCE = 8
"""Words tried in one go: enough to fill batches, few enough to tell of progress."""


def leaned_on(
    subject: Subject,
    found: Attributions,
    texts: Sequence[str],
    dataset_rows: Path,
    source_rows: Path | None,
    *,
    leave_out: Collection[str] = (),
    seed: int,
    progress: Progress,
) -> list[Lean]:
    """The words worth trying of every category, with what became of the answers without them.

    Args:
        subject: The classifier.
        found: What its words did.
        texts: (n,) the texts, as the dataset has them.
        dataset_rows: Its ``rows.parquet``, for how words go with labels in parts of it.
        source_rows: That of the file it was made of, for words of one product or source; None
            where it is not kept.
        leave_out: Columns of the file that make the text or the label.
        seed: Of the random choices.
        progress: Hears of each word.
    """
    words = to_try([drivers(found, place) for place in range(len(found.labels))])
    progress.stage("Trying the answers without a word", total=len(words), unit="words")
    rng = np.random.default_rng(seed)
    readings: dict[int, Reading] = {}
    outcomes = []
    for start in range(0, len(words), _AT_ONCE):
        some = words[start : start + _AT_ONCE]
        outcomes += tried(subject, found, [
            _trial(subject, found, texts, readings, place, one, rng) for place, one in some
        ])  # fmt: skip
        progress.advance(len(some))
    progress.stage("Looking where words go with labels")
    asked: dict[str, list[str]] = {}
    for place, one in words:
        asked.setdefault(one.word, []).append(found.labels[place])
    held = holders(dataset_rows, asked, seed=seed)
    parts = goes_with(held, asked)
    belong = belongs_to(held, source_rows, leave_out=leave_out) if source_rows else {}
    return [
        Lean(
            word=one.word,
            category=found.labels[place],
            kind=one.kind,
            texts=one.texts,
            share=one.share,
            mean=one.mean,
            interval=one.mean_interval,
            counted=one.counted,
            tried=outcome,
            parts=tuple(parts[one.word, found.labels[place]]),
            belongs=belong.get(one.word),
        )
        for (place, one), outcome in zip(words, outcomes, strict=True)
    ]


def _trial(
    subject: Subject,
    found: Attributions,
    texts: Sequence[str],
    readings: dict[int, Reading],
    place: int,
    one: Driver,
    rng: np.random.Generator,
) -> Trial:
    places = places_to_try(found, one.word, place, rng)
    for at in places.tolist():
        if at not in readings:
            readings[at] = read(subject, texts[at])
    return trial(one.word, place, readings, places, rng)
