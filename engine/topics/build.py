"""A dataset in; its topics, their words and documents, other levels and the map out: the stage."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.encoder.hub.find import drafted
from engine.errors import InputError
from engine.store import Artifact
from engine.store.files import write_json
from engine.topics.centres import nearest, sums, unit
from engine.topics.cluster.cluster import Clustering
from engine.topics.finding import Found, find
from engine.topics.guided import asked, check_seeds
from engine.topics.quality.coherence import headline
from engine.topics.reduce.spec import embed_spec
from engine.topics.spec import TopicsSpec, map_spec, space_spec, words_spec
from engine.topics.topics import Topic, Topics, save_topics
from engine.topics.words.counts import load_words
from engine.topics.words.describe import (
    name_of,
    representative,
    topic_words,
    weights_of,
)
from engine.topics.words.meanings import FILE, FINER, Meanings, likely_words
from engine.topics.words.phrases import phrase_encoder
from engine.work import Work

Floats = NDArray[np.float32]
FEWEST = 5


def build(spec: TopicsSpec, work: Work) -> dict[str, Any]:
    """Find topics in few dimensions, describe them by their words, draw the map.

    Writes what :func:`engine.topics.topics.save_topics` does, ``levels.json``, ``words.npy`` (each
    topic's c-TF-IDF), ``phrases.safetensors`` (what words mean to the encoder) and, where the
    documents have dense spots, ``grain.npy`` and ``merges.npy``.

    Returns:
        documents, n_topics, outlier_share, chosen (how that number came about) and names (of the
        largest), npmi, diversity, why (where there is something to say) and known (what became
        of each topic that was named or given seed words).

    Raises:
        InputError: too few documents, no topic of the size asked for, more names than documents,
            or a seed word that none of them has.
    """
    dataset = work.inputs["dataset"]
    n = int(dataset.facts["rows"])
    if n < FEWEST:
        raise InputError(f"{dataset.title} has {n} documents; topics need at least {FEWEST}.")
    _check(spec, dataset)
    vectors = np.load(work.make(embed_spec(spec)).path / "vectors.npy", mmap_mode="r")
    points = np.load(work.make(space_spec(spec)).path / "points.npy", mmap_mode="r")
    words = load_words(work.make(words_spec(spec)))
    meanings = Meanings(lambda: phrase_encoder(spec.encoder, work))
    work.progress.stage("Finding topics")
    whole = find(spec, points, vectors, words, meanings)
    found = whole.clustering
    if found.why:
        work.progress.note(found.why)
    work.progress.stage("Describing topics")
    k = int(found.labels.max(initial=-1)) + 1
    ids = np.arange(k, dtype=np.int32)
    centroids = unit(sums(vectors, found.labels, k))
    weights = weights_of(words, found.labels, ids)
    finer = found.tree.labels_at(FINER) if found.tree else None
    cheap = drafted(spec.encoder) is not None
    meanings.learn(likely_words(words, weights, finer, cheap=cheap))
    ranked = topic_words(
        weights,
        words.vocabulary,
        centroids=centroids,
        encode=meanings,
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
                name=whole.name_of(i) or name_of(ranked[i]),
                representative=typical[i],
                central=nearest(vectors, np.flatnonzero(found.labels == i), centroids[i]),
            )
            for i in range(k)
        ),
        centroids=centroids,
    )
    save_topics(work.out, topics)
    np.save(work.out / "words.npy", weights)
    meanings.save(work.out / FILE)
    _save_levels(work, found)
    if spec.map != "none":
        work.make(map_spec(spec, n))
    return {
        "documents": n,
        "n_topics": k,
        "outlier_share": round(topics.outlier_share, 4),
        "chosen": _chosen(spec),
        **headline([[word for word, _ in topic] for topic in ranked], words),
        "names": [topic.name for topic in topics.found[:10]],
        **({"why": found.why} if found.why else {}),
        **({"known": _known(whole, topics)} if whole.wanted else {}),
        "encoder": spec.encoder,
        "cluster": spec.cluster,
    }


def _check(spec: TopicsSpec, dataset: Artifact) -> None:
    """Say what cannot be asked of these documents before they are read for an hour."""
    wanted = asked(spec.names, spec.seeds)
    n = int(dataset.facts["rows"])
    if len(wanted) > n:
        raise InputError(f"{len(wanted)} topics are given for {n} documents; give fewer.")
    check_seeds(dataset.path / "rows.parquet", wanted)


def _known(found: Found, topics: Topics) -> list[dict[str, Any]]:
    """What became of each topic that was asked for; topic is None where no document is like it."""
    return [
        {
            "asked": one.called,
            "topic": (label := found.labels.get(place)),
            "documents": 0 if label is None else topics.found[label].size,
        }
        for place, one in enumerate(found.wanted)
    ]


def _save_levels(work: Work, found: Clustering) -> None:
    write_json(work.out / "levels.json", [asdict(level) for level in found.levels])
    if found.tree:
        np.save(work.out / "grain.npy", found.tree.grain)
        np.save(work.out / "merges.npy", found.tree.merges)


def _chosen(spec: TopicsSpec) -> str:
    if spec.topics:
        return "asked for"
    if spec.cluster == "plscan":
        return "by how long dense spots last"
    return "by min_cluster_size" if spec.min_cluster_size else "by how far topics lie apart"
