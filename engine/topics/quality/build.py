"""Topics in, the C_V coherence of each out: the stage, for it reads every text."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from engine.errors import InputError
from engine.progress import Progress
from engine.store.files import write_json
from engine.topics.quality.coherence import c_v
from engine.topics.quality.spec import CoherenceSpec
from engine.topics.topics import load_topics
from engine.work import Work

_BATCH = 4096


def build(spec: CoherenceSpec, work: Work) -> dict[str, Any]:
    """C_V of the words of each topic, as they were found, over all texts.

    Writes ``coherence.json``: topic and c_v of each, None where it has fewer than two words.

    Returns:
        topics and c_v, the mean.

    Raises:
        InputError: there is no topic, or the dataset is gone.
    """
    artifact = work.inputs["topics"]
    topics = load_topics(artifact).found
    if not topics:
        raise InputError(f"{artifact.title} has no topic, so it has no words to measure.")
    dataset = next((a for a in work.store.inputs(artifact) if a.kind == "dataset"), None)
    if dataset is None:
        raise InputError(
            f"The dataset of {artifact.title} is gone: add it again and find its topics anew."
        )
    work.progress.stage("Reading the texts", total=int(dataset.facts["rows"]), unit="texts")
    texts = _texts(dataset.path / "rows.parquet", work.progress)
    each = c_v([[word for word, _ in topic.words] for topic in topics], texts)
    write_json(
        work.out / "coherence.json",
        [
            {"topic": topic.id, "c_v": float(value) if np.isfinite(value) else None}
            for topic, value in zip(topics, each, strict=True)
        ],
    )
    known = each[np.isfinite(each)]
    return {
        "topics": len(topics),
        "c_v": round(float(known.mean()), 4) if len(known) else None,
    }


def _texts(rows: Path, progress: Progress) -> Iterator[str]:
    import pyarrow.parquet as pq

    with pq.ParquetFile(rows) as file:
        for batch in file.iter_batches(batch_size=_BATCH, columns=["text"]):
            yield from (text or "" for text in batch.column("text").to_pylist())
            progress.advance(len(batch))
