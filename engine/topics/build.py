"""A dataset in; its topics, their words and documents, other levels and the map out: the stage."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import InputError
from engine.store.files import write_json
from engine.topics.centres import nearest, sums, unit
from engine.topics.cluster.cluster import Clustering, cluster
from engine.topics.quality.coherence import diversity, npmi
from engine.topics.reduce.spec import embed_spec
from engine.topics.spec import TopicsSpec, map_spec, space_spec, words_spec
from engine.topics.topics import Topic, Topics, save_topics
from engine.topics.words.counts import Words, load_words
from engine.topics.words.describe import (
    Ranked,
    name_of,
    representative,
    topic_words,
    weights_of,
)
from engine.topics.words.phrases import phrase_encoder
from engine.work import Work

Floats = NDArray[np.float32]
FEWEST = 5


def build(spec: TopicsSpec, work: Work) -> dict[str, Any]:
    """Find topics in few dimensions, describe them by their words, draw the map.

    Writes what :func:`engine.topics.topics.save_topics` does, ``levels.json``, ``words.npy`` (each
    topic's c-TF-IDF) and, where the documents have dense spots, ``grain.npy`` and ``merges.npy``.

    Returns:
        documents, n_topics, outlier_share, chosen (how that number came about) and names (of the
        largest), npmi, diversity and why (where there is something to say).

    Raises:
        InputError: too few documents, or no topic of the size asked for.
    """
    dataset = work.inputs["dataset"]
    n = int(dataset.facts["rows"])
    if n < FEWEST:
        raise InputError(f"{dataset.title} has {n} documents; topics need at least {FEWEST}.")
    vectors = np.load(work.make(embed_spec(spec)).path / "vectors.npy", mmap_mode="r")
    points = np.load(work.make(space_spec(spec)).path / "points.npy", mmap_mode="r")
    work.progress.stage("Finding topics")
    found = cluster(
        points,
        vectors,
        method=spec.cluster,
        topics=spec.topics,
        min_cluster_size=spec.min_cluster_size,
        seed=spec.seed,
    )
    if found.why:
        work.progress.note(found.why)
    words = load_words(work.make(words_spec(spec)))
    work.progress.stage("Describing topics")
    k = int(found.labels.max(initial=-1)) + 1
    ids = np.arange(k, dtype=np.int32)
    centroids = unit(sums(vectors, found.labels, k))
    weights = weights_of(words, found.labels, ids)
    ranked = topic_words(
        weights,
        words.vocabulary,
        centroids=centroids,
        encode=phrase_encoder(spec.encoder, work),
        diversity=spec.diversity,
    )
    typical = representative(words, weights, found.labels, ids)
    sizes = np.bincount(found.labels[found.labels >= 0], minlength=k)
    topics = Topics(
        assigned=found.labels,
        strength=found.strength,
        found=tuple(
            Topic(
                id=i,
                size=int(sizes[i]),
                words=ranked[i],
                name=name_of(ranked[i]),
                representative=typical[i],
                central=nearest(vectors, np.flatnonzero(found.labels == i), centroids[i]),
            )
            for i in range(k)
        ),
        centroids=centroids,
    )
    save_topics(work.out, topics)
    np.save(work.out / "words.npy", weights)
    _save_levels(work, found)
    if spec.map != "none":
        work.make(map_spec(spec, n))
    return {
        "documents": n,
        "n_topics": k,
        "outlier_share": round(topics.outlier_share, 4),
        "chosen": _chosen(spec),
        **_quality(words, ranked),
        "names": [topic.name for topic in topics.found[:10]],
        **({"why": found.why} if found.why else {}),
        "encoder": spec.encoder,
        "cluster": spec.cluster,
    }


def _quality(words: Words, ranked: list[Ranked]) -> dict[str, float | None]:
    """How well the words of a topic go together, and how many of them are its own."""
    said = [[word for word, _ in topic] for topic in ranked]
    together = npmi(said, words)
    known = together[np.isfinite(together)]
    return {
        "npmi": round(float(known.mean()), 4) if len(known) else None,
        "diversity": round(diversity(said), 4),
    }


def _save_levels(work: Work, found: Clustering) -> None:
    write_json(work.out / "levels.json", [asdict(level) for level in found.levels])
    if found.tree:
        np.save(work.out / "grain.npy", found.tree.grain)
        np.save(work.out / "merges.npy", found.tree.merges)


def _chosen(spec: TopicsSpec) -> str:
    if spec.topics:
        return "asked for"
    return "by min_cluster_size" if spec.min_cluster_size else "by how far topics lie apart"
