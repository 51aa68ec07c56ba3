"""Topics in; the words that drive each, beside those counted in it, out: the explain stage."""

from __future__ import annotations

import time
from dataclasses import asdict
from typing import Any

import numpy as np

from engine.errors import InputError
from engine.explain.attribution import Attribution
from engine.explain.methods.integrated import integrated_gradients
from engine.explain.of_topics import explained_centres
from engine.explain.reading import Reading, read
from engine.explain.subject import Subject
from engine.explain.topics.asked import Asked, Group, asked_for
from engine.explain.topics.document import usual_baseline
from engine.explain.topics.drivers import Driver, drivers
from engine.explain.topics.driving import Driving, save_driving
from engine.explain.topics.shares import exact_shares, has_shares
from engine.explain.topics.spec import ExplainTopicsSpec
from engine.explain.topics.two_lists import two_lists
from engine.topics.assign.opening import topics_at
from engine.topics.documents import documents
from engine.topics.made_of import made_from
from engine.topics.words.counts import Words, load_words
from engine.topics.words.describe import weights_of
from engine.work import Work

_KEPT = 60
"""Words of a topic that are kept on each side, for and against."""


def build(spec: ExplainTopicsSpec, work: Work) -> dict[str, Any]:
    """Explain some documents of each topic by the direction from what it is compared with.

    Each document's words are weighed by Integrated Gradients through the encoder (by exact shares
    where it is a draft), and their means over the documents set beside c-TF-IDF. Writes
    ``driving.json``.

    Returns:
        topics, documents (read), against, jaccard_10, jaccard_20 and rank_correlation (means over
        topics), worst_delta, kernel and texts_per_second.

    Raises:
        InputError: see :func:`engine.explain.topics.asked.asked_for` and
            :func:`engine.explain.of_topics.explained_topics`.
    """
    artifact = work.inputs["topics"]
    topics = topics_at(work.store, artifact, spec.edits)
    if not topics.found:
        raise InputError(f"{artifact.title} has no topic to explain; find its topics again.")
    vectors = np.load(
        made_from(work.store, artifact, "vectors").path / "vectors.npy", mmap_mode="r"
    )
    rows = made_from(work.store, artifact, "dataset").path / "rows.parquet"
    words = load_words(made_from(work.store, artifact, "words"))
    asked = asked_for(spec, topics, vectors)
    work.progress.stage("Loading the encoder")
    subject = explained_centres(
        work.store, artifact, asked.names, asked.centres, attention=spec.attention
    )
    total = sum(len(group.read) for group in asked.groups)
    work.progress.stage("Weighing words", total=total, unit="texts")
    began, found, worst = time.perf_counter(), [], 0.0
    weights = _counted(asked, words, len(vectors))
    for n, group in enumerate(asked.groups):
        texts = [one.text for one in documents(rows, group.read.tolist())]
        made = _attributions(subject, [read(subject, text) for text in texts], group, work)
        worst = max(worst, *(one.relative_delta for one in made))
        found.append(_driving(group, made, dict(weights[n])))
    seconds = time.perf_counter() - began
    save_driving(work.out, found)
    return {
        "topics": len(found),
        "documents": total,
        "against": "selection" if spec.places else spec.against,
        **{name: _mean([getattr(one.lists, name) for one in found])
           for name in ("jaccard_10", "jaccard_20", "rank_correlation")},
        "worst_delta": round(worst, 5),
        "kernel": subject.kernel,
        "texts_per_second": round(total / max(seconds, 1e-9), 2),
    }  # fmt: skip


def _attributions(
    subject: Subject, readings: list[Reading], group: Group, work: Work
) -> list[Attribution]:
    if has_shares(subject):
        found = [exact_shares(subject, one, group.target) for one in readings]
        work.progress.advance(len(readings))
        return found
    return integrated_gradients(
        subject,
        readings,
        [group.target] * len(readings),
        baseline=usual_baseline(subject),
        progress=work.progress,
    )


def _counted(asked: Asked, words: Words, n: int) -> list[list[tuple[str, float]]]:
    """For each group, its single words with their c-TF-IDF above 0."""
    of = np.full(n, len(asked.groups), dtype=np.int32)
    for place, group in enumerate(asked.groups):
        of[group.places] = place
    ids = np.arange(len(asked.groups) + 1, dtype=np.int32)
    single = [(n, word) for n, word in enumerate(words.vocabulary) if " " not in word]
    rows = weights_of(words, of, ids)[:-1]
    return [[(word, float(row[n])) for n, word in single if row[n] > 0] for row in rows]


def _driving(group: Group, made: list[Attribution], weights: dict[str, float]) -> Driving:
    every = drivers(made)
    least = 2 if len(made) >= 4 else 1
    kept = [one for one in every if one.documents >= least]
    strongest = kept if len(kept) <= 2 * _KEPT else [*kept[:_KEPT], *kept[-_KEPT:]]
    return Driving(
        id=group.id,
        name=group.name,
        other=group.other,
        documents=len(group.places),
        read=tuple(group.read.tolist()),
        value=float(np.mean([one.value for one in made])),
        base=float(np.mean([one.base for one in made])),
        words=tuple(_weighed(one, weights) for one in strongest),
        lists=two_lists(every, weights, least=least),
    )


def _weighed(one: Driver, weights: dict[str, float]) -> dict[str, Any]:
    return {**asdict(one), "counted": weights.get(one.word, 0.0)}


def _mean(values: list[float]) -> float | None:
    known = [value for value in values if np.isfinite(value)]
    return round(float(np.mean(known)), 4) if known else None
