"""Topics in, what is needed to assign new documents to them out: the stage 'topics assigner'."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from engine.data.duplicates import text_hash
from engine.encoder.hub.find import drafted
from engine.encoder.spec import DistillSpec
from engine.store import Artifact
from engine.topics.assign.card import card_of
from engine.topics.assign.judge import Agreement, learn_judge
from engine.topics.assign.neighbourhood import learn
from engine.topics.assign.spec import AssignerSpec
from engine.topics.made_of import made_from
from engine.topics.topics import load_topics
from engine.work import Work

HASHES = "hashes.npy"
_BATCH = 8192
_FEW = 0.01
"""Share of the documents that are shorter than what counts as short."""


def build(spec: AssignerSpec, work: Work) -> dict[str, Any]:
    """Compare the documents with each other, some of them as if they were new.

    Writes what :class:`engine.topics.assign.neighbourhood.Neighbourhood` holds, ``hashes.npy``
    (uint64, of the texts) and ``assigner.json``. None of it depends on edits.

    Returns:
        documents, assigned_again, and how often those went where they are in the topics as they
        were found: agreement (over those in a topic), agreement_alone (without the rule that a
        document unlike all others gets none) and calibration_error, see
        :class:`engine.topics.assign.judge.Agreement`.

    Raises:
        InputError: what the topics were made from is gone.
    """
    topics = work.inputs["topics"]
    vectors, dataset = (made_from(work.store, topics, kind) for kind in ("vectors", "dataset"))
    for kind, artifact in (("vectors", vectors), ("dataset", dataset)):
        work.reads(kind, artifact)
    work.progress.stage("Reading the texts", total=float(dataset.facts["rows"]))
    hashes, groups, words = _texts(dataset, work)
    rows = np.load(vectors.path / "vectors.npy", mmap_mode="r")
    card = card_of(topics, vectors, dataset, int(np.quantile(words, _FEW)))
    near = learn(rows, groups, card.neighbors, progress=work.progress)
    if base := drafted(card.encoder):
        work.make(DistillSpec(encoder=base))  # reads the new ones
    near.save(work.out)
    np.save(work.out / HASHES, hashes)
    card.save(work.out)
    found = load_topics(topics)
    agreed = learn_judge(near, found).agreement if found.found else Agreement(0, None, None, None)
    return {
        "documents": len(rows),
        "assigned_again": len(near.sample),
        **told(agreed),
        "encoder": card.encoder,
        "title": topics.title,
    }


def told(agreed: Agreement) -> dict[str, Any]:
    """The agreement as facts."""
    said = asdict(agreed)
    return {
        "agreement_documents": said["documents"],
        "agreement": said["share"],
        "agreement_alone": said["alone"],
        "calibration_error": said["error"],
    }


def _texts(dataset: Artifact, work: Work) -> tuple[Any, Any, Any]:
    """(n,) uint64 hashes of the texts, (n,) int64 groups of copies, (n,) numbers of words."""
    hashes, groups, words = [], [], []
    with pq.ParquetFile(dataset.path / "rows.parquet") as file:
        for batch in file.iter_batches(_BATCH, columns=["text", "group"]):
            texts = batch.column("text").to_pylist()
            hashes.append(np.array([text_hash(text or "") for text in texts], dtype=np.uint64))
            words.append(np.array([len((text or "").split()) for text in texts], dtype=np.int64))
            groups.append(batch.column("group").to_numpy())
            work.progress.advance(len(texts))
    empty = np.zeros(0, dtype=np.int64)
    return (
        np.concatenate([*hashes, empty.astype(np.uint64)]),
        np.concatenate([*groups, empty]).astype(np.int64),
        np.concatenate([*words, empty]),
    )
