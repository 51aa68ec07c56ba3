"""A classifier and a dataset in, every word's weight and what is leaned on out: the stage."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from engine.data.files.chunks import Chunks
from engine.errors import InputError
from engine.explain.corpus.attributions import read_attributions, write_attributions
from engine.explain.corpus.chosen import chosen_rows
from engine.explain.corpus.chunk import Explainer
from engine.explain.corpus.holds_up import holds_up
from engine.explain.corpus.lean_on import leaned_on
from engine.explain.corpus.leans import Lean, suspects, write_leans
from engine.explain.corpus.spec import ExplainCorpusSpec
from engine.explain.corpus.take_away import FILE, drivers_table
from engine.explain.methods.integrated import BOUND
from engine.explain.of_classifier import explained_classifier
from engine.progress import Progress

if TYPE_CHECKING:
    from engine.explain.subject import Subject
    from engine.work import Work

CHUNK, CHUNK_CUDA = 32, 512
"""Texts a checkpoint: what a kill loses at most; on CUDA as many as fill its batches."""


def build(spec: ExplainCorpusSpec, work: Work) -> dict[str, Any]:
    """Explain the texts chunk by chunk; a kill loses one chunk, a stop keeps those that are done.

    Writes ``predictions.parquet``, ``words.parquet``, ``vocabulary.parquet``, ``labels.json``,
    ``drivers.parquet`` and ``leans.json``.

    Raises:
        InputError: no row is like that, or the encoder finds nothing to read in any of them.
    """
    model, dataset = work.inputs["model"], work.inputs["dataset"]
    work.progress.stage("Loading the classifier")
    subject = explained_classifier(model.path, key=model.key, attention=spec.attention)
    chosen = chosen_rows(spec, dataset, subject.names)
    began = time.monotonic()
    found, fresh = _explained(spec, work, subject, chosen)
    seconds = time.monotonic() - began
    chosen = chosen.slice(0, found.num_rows)
    skipped = write_attributions(work.out, chosen, found, subject.names)
    if skipped == found.num_rows:
        raise InputError(
            f"The encoder finds nothing to read in the texts of {dataset.title}; choose another "
            "dataset."
        )
    told = read_attributions(work.out)
    kept = chosen.filter(pa.array([one >= 0 for one in found["explained"].to_pylist()]))
    leans = leaned_on(
        subject, told, kept["text"].to_pylist(), dataset.path / "rows.parquet", _source(work),
        leave_out=_made_of(dataset.facts), seed=spec.seed, progress=work.progress,
    )  # fmt: skip
    write_leans(work.out, leans)
    pq.write_table(drivers_table(told), work.out / FILE)
    if skipped:
        work.progress.note(f"The encoder finds nothing to read in {skipped:,} texts.")
    return {
        "rows": len(told),
        "skipped": skipped,
        "words": len(told.word),
        "vocabulary": len(told.vocabulary),
        "labels": list(subject.names),
        "explained": np.bincount(told.explained, minlength=len(subject.names)).tolist(),
        "accuracy": float(told.right.sum() / told.labelled.sum()) if told.labelled.any() else None,
        "labelled": int(told.labelled.sum()),
        "beyond": _beyond(told.delta, told.value - told.base),
        **_trusted(leans),
        "suspects": [f"{one.word} ({one.category})" for one in suspects(leans)[:20]],
        "texts_per_second": round(fresh / max(seconds, 1e-3), 2),
        "kernel": subject.kernel,
    }


def _source(work: Work) -> Path | None:
    """The rows of the file the dataset was made of, where that is kept and is one file."""
    lineage = work.store.lineage(work.inputs["dataset"])
    sources = [one for one in lineage if one.kind == "source"]
    return sources[0].path / "rows.parquet" if len(sources) == 1 else None


def _made_of(facts: Mapping[str, Any]) -> list[str]:
    """The columns of the file that became text, title and label."""
    named = [facts.get("title_column"), facts.get("label_column")]
    return [*facts.get("text_columns", []), *(name for name in named if name)]


def _explained(
    spec: ExplainCorpusSpec, work: Work, subject: Subject, chosen: pa.Table
) -> tuple[pa.Table, int]:
    """The lines of the texts, and how many of them were made now; fewer where it was stopped."""
    rows = work.scratch / "chosen.parquet"
    pq.write_table(chosen, rows)
    cuda = subject.device.type == "cuda"
    chunks = Chunks(work.scratch, rows, CHUNK_CUDA if cuda else CHUNK)
    texts, labels = chosen["text"].to_pylist(), chosen["label"].to_pylist()
    work.progress.stage("Reading the texts")
    tokens = subject.encoder.tokenizer(subject.prepare(texts), subject.max_length).lengths
    ends = np.concatenate([[0], np.cumsum(tokens)])
    explainer = Explainer(subject, spec)
    work.progress.stage(
        f"Weighing the words of {len(texts):,} texts", total=int(ends[-1]), unit="tokens"
    )
    done = chunks.done
    for number in range(done, -(-len(texts) // chunks.size)):
        first, last = number * chunks.size, min((number + 1) * chunks.size, len(texts))
        work.progress.at(float(ends[first]))
        a_text = float(ends[last] - ends[first]) / (last - first)
        chunks.write(number, explainer.chunk(
            texts[first:last], labels[first:last], _ByTokens(work.progress, a_text)
        ))  # fmt: skip
        if work.progress.stop_requested and last < len(texts):
            work.stopped_at(last)
            break
    made = [chunks.read(number) for number in range(chunks.done)]
    whole = pa.concat_tables(made)
    return whole, whole.num_rows - min(done * chunks.size, len(texts))


class _ByTokens:
    """Progress that is told of texts, and tells of the tokens they have on average."""

    def __init__(self, progress: Progress, a_text: float) -> None:
        self._progress, self._a_text = progress, a_text

    def advance(self, n: float = 1) -> None:
        self._progress.advance(n * self._a_text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._progress, name)


def _trusted(leans: Sequence[Lean]) -> dict[str, Any]:
    """What categories lose by their driving words, and by others: whether to believe weights."""
    held = holds_up(leans)
    if held is None:
        return {}
    return {
        "believable": held.believable,
        "lost": held.lost,
        "lost_by_chance": held.lost_by_chance,
    }


def _beyond(delta: np.ndarray, whole: np.ndarray) -> float | None:
    """Share of the texts whose convergence delta is above the bound; None where none has one."""
    known = np.isfinite(delta)
    if not known.any():
        return None
    return float((np.abs(delta[known]) > BOUND * np.maximum(np.abs(whole[known]), 1e-6)).mean())
