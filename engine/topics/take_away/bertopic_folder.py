"""Topics in, a folder out that ``BERTopic.load`` reads, without weights of any encoder in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import InputError
from engine.store.files import write_json
from engine.topics.topics import NO_TOPIC, Topics
from engine.topics.words.counts import Words, class_counts
from engine.topics.words.weights import ctfidf

Floats = NDArray[np.float32]

FAMOUS = {"minilm": "sentence-transformers/all-MiniLM-L6-v2"}
_CARD = """---
library_name: bertopic
tags: [bertopic]
---
# {title}

{k} topics of {n} documents, found with Limn and written in BERTopic's format:

    from bertopic import BERTopic
    model = BERTopic.load("this folder")
    model.get_topic_info()

New documents get the topic whose centre their vector is nearest to; BERTopic does that by itself,
with an encoder given to `load` as `embedding_model` where none is named in config.json.
"""


def write_bertopic(
    folder: Path, topics: Topics, words: Words, *, vectors: Floats, encoder: str, title: str
) -> None:
    """Write the files of BERTopic's safetensors format (as version 0.17 reads it) into `folder`.

    BERTopic numbers topics from 0, the largest first; ``limn_ids.json`` says which id each had.

    Args:
        folder: There and empty.
        topics: Of n documents.
        words: The same documents' words.
        vectors: (n, width) float32, for the centre of the documents in no topic; may be
            memory-mapped.
        encoder: What made them; named in config.json where others know it by a name.
        title: For the card.

    Raises:
        InputError: there is no topic.
    """
    from safetensors.numpy import save_file

    if not topics.found:
        raise InputError("There is no topic to export; lower the smallest size of a topic first.")
    number = {topic.id: place for place, topic in enumerate(topics.found)}
    ids = np.array([*number], dtype=np.int32)
    left = np.flatnonzero(topics.assigned == NO_TOPIC)
    rows = [NO_TOPIC, *range(len(ids))] if len(left) else list(range(len(ids)))
    asked = np.concatenate([[NO_TOPIC], ids]).astype(np.int32) if len(left) else ids
    counts = class_counts(words, topics.assigned, asked)
    weights = ctfidf(counts)
    centres = topics.centroids
    if len(left):
        centres = np.concatenate([_centre(vectors, left)[None], centres])
    save_file(
        {"topic_embeddings": np.ascontiguousarray(centres, dtype=np.float32)},
        folder / "topic_embeddings.safetensors",
    )
    _save_weights(folder, weights, counts, words.vocabulary)
    best = {-1: _best(weights[0], words.vocabulary)} if len(left) else {}
    best |= {
        number[t.id]: [[w, float(s)] for w, s in t.words] or [["", 1e-5]] for t in topics.found
    }
    sizes = {number[t.id]: t.size for t in topics.found}
    names = {number[t.id]: t.name for t in topics.found}
    assigned = _renumbered(topics.assigned, ids)
    write_json(
        folder / "topics.json",
        {
            "topic_representations": {str(n): best[n] for n in rows},
            "topics": assigned.tolist(),
            "topic_sizes": {str(n): sizes.get(n, len(left)) for n in rows},
            "topic_mapper": [[n, n] for n in rows],
            "topic_labels": {
                str(n): f"{n}_" + "_".join(str(word) for word, _ in best[n][:4]) for n in rows
            },
            "custom_labels": [names.get(n, "In no topic") for n in rows],
            "_outliers": int(bool(len(left))),
            "topic_aspects": {},
        },
    )
    write_json(folder / "config.json", _settings(words.vocabulary, len(ids), encoder))
    write_json(folder / "limn_ids.json", {str(place): one for one, place in number.items()})
    card = _CARD.format(title=title, k=len(ids), n=f"{len(assigned):,}")
    (folder / "README.md").write_text(card, encoding="utf-8")


def _save_weights(folder: Path, weights: Floats, counts: Floats, vocabulary: list[str]) -> None:
    from safetensors.numpy import save_file
    from scipy.sparse import csr_matrix

    sparse = csr_matrix(weights.astype(np.float64))
    total = counts.sum(axis=0, dtype=np.float64)
    mean = int(counts.sum(dtype=np.float64) / len(counts))
    rare = np.log(mean / np.maximum(total, 1) + 1)
    save_file(
        {
            "data": sparse.data,
            "indices": sparse.indices.astype(np.int32),
            "indptr": sparse.indptr.astype(np.int32),
            "shape": np.array(sparse.shape, dtype=np.int64),
            "diag": rare,
        },
        folder / "ctfidf.safetensors",
    )
    params = {"ngram_range": [1, _longest(vocabulary)], "lowercase": True}
    config = {
        "ctfidf_model": {"bm25_weighting": False, "reduce_frequent_words": False},
        "vectorizer_model": {
            "params": params,
            "vocab": {word: place for place, word in enumerate(vocabulary)},
        },
    }
    write_json(folder / "ctfidf_config.json", config)


def _settings(vocabulary: list[str], k: int, encoder: str) -> dict[str, Any]:
    known = FAMOUS.get(encoder, encoder if "/" in encoder and not Path(encoder).exists() else "")
    named = {"embedding_model": known} if known else {}
    return {
        "calculate_probabilities": False,
        "language": None,
        "low_memory": False,
        "min_topic_size": 10,
        "n_gram_range": [1, _longest(vocabulary)],
        "nr_topics": None,
        "seed_topic_list": None,
        "top_n_words": 10,
        "verbose": False,
        "zeroshot_min_similarity": 0.7,
        "zeroshot_topic_list": None,
        **named,
    }


def _longest(vocabulary: list[str]) -> int:
    return max((word.count(" ") + 1 for word in vocabulary), default=1)


def _best(weights: Floats, vocabulary: list[str]) -> list[list[Any]]:
    order = np.argsort(-weights, kind="stable")[:10]
    found = [[vocabulary[n], float(weights[n])] for n in order if weights[n] > 0]
    return found or [["", 1e-5]]


def _centre(vectors: Floats, places: NDArray[np.int64]) -> Floats:
    mean = np.asarray(vectors[places], dtype=np.float32).mean(axis=0, dtype=np.float64)
    found: Floats = (mean / max(float(np.linalg.norm(mean)), 1e-12)).astype(np.float32)
    return found


def _renumbered(assigned: NDArray[np.int32], ids: NDArray[np.int32]) -> NDArray[np.int64]:
    order = np.argsort(ids)
    at = np.minimum(np.searchsorted(ids[order], assigned), len(ids) - 1)
    return np.where(ids[order][at] == assigned, order[at], NO_TOPIC)
