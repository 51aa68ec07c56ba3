"""Topics as sets of documents in, the words and the documents that say what each is about out."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from engine.topics.words.counts import Words, class_counts
from engine.topics.words.weights import ctfidf

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]
Ranked = tuple[tuple[str, float], ...]
Encode = Callable[[Sequence[str]], Floats]
"""Phrases to their vectors, (n, width) float32 of length 1."""

TOP = 10
_CANDIDATES = 40
_BY_MEANING = 0.4


def topic_words(
    weights: Floats,
    vocabulary: Sequence[str],
    *,
    centroids: Floats | None = None,
    encode: Encode | None = None,
    diversity: float = 0.3,
    top: int = TOP,
) -> list[Ranked]:
    """The words of each topic, best first, with a weight from 0 to 1.

    The 40 words of the highest c-TF-IDF are re-ranked by how near their own vector is to the
    topic's centre (as KeyBERT does), and picked so that they are not all alike (maximal marginal
    relevance, Carbonell & Goldstein 1998). A word that a picked pair already holds is left out.

    Args:
        weights: (k, v) float32 c-TF-IDF.
        vocabulary: The v words.
        centroids: (k, width) float32 of length 1; without `encode` not used.
        encode: Gives words their vectors; None ranks by c-TF-IDF alone.
        diversity: 0 takes the best, 1 the most unlike.
        top: How many words a topic gets at most.
    """
    best = [best_places(row, _CANDIDATES) for row in weights]
    meant: dict[int, Floats] = {}
    if encode is not None and centroids is not None:
        asked = sorted({int(i) for places in best for i in places})
        if asked:
            meant = dict(zip(asked, encode([vocabulary[i] for i in asked]), strict=True))
    found: list[Ranked] = []
    for topic, places in enumerate(best):
        if not len(places):
            found.append(())
            continue
        score = weights[topic, places] / weights[topic, places].max()
        vectors = None
        if meant and centroids is not None:
            vectors = np.stack([meant[int(i)] for i in places])
            near = vectors @ centroids[topic]
            near = (near - near.min()) / max(float(np.ptp(near)), 1e-9)
            score = (1 - _BY_MEANING) * score + _BY_MEANING * near
        found.append(_picked(places, score, vectors, vocabulary, diversity, top))
    return found


def best_places(row: Floats, most: int) -> NDArray[np.int64]:
    """Places of the `most` highest weights above 0, the best first."""
    places = np.flatnonzero(row > 0)
    if len(places) > most:
        # Of equal ones at the border the first, as a stable sort of all would have it.
        least = -np.partition(-row[places], most - 1)[most - 1]
        places = places[row[places] >= least]
    return places[np.argsort(-row[places], kind="stable")[:most]]


def _picked(
    places: NDArray[np.int64],
    score: Floats,
    vectors: Floats | None,
    vocabulary: Sequence[str],
    diversity: float,
    top: int,
) -> Ranked:
    left = list(range(len(places)))
    chosen: list[int] = []
    while left and len(chosen) < top:
        if vectors is None or not chosen:
            gain = score[left]
        else:
            alike = (vectors[left] @ vectors[chosen].T).max(axis=1)
            gain = (1 - diversity) * score[left] - diversity * alike
        pick = left.pop(int(np.argmax(gain)))
        words = vocabulary[places[pick]].split()
        held = {w for one in chosen for w in vocabulary[places[one]].split()}
        # A word of a picked pair says nothing new, nor does a pair of picked words.
        if not all(_stem(w) in {_stem(h) for h in held} for w in words):
            chosen.append(pick)
    chosen.sort(key=lambda one: -float(score[one]))
    return tuple((vocabulary[places[one]], round(float(score[one]), 4)) for one in chosen)


def _stem(word: str) -> str:
    """Singular and plural are one word here."""
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def name_of(words: Ranked, *, most: int = 3) -> str:
    """What a topic is called while nobody has named it."""
    return ", ".join(word for word, _ in words[:most]) or "no words"


def weights_of(words: Words, assigned: Ints, ids: Ints) -> Floats:
    """(k, v) float32 c-TF-IDF of the topics `ids`."""
    return ctfidf(class_counts(words, assigned, ids), reduce_frequent_words=True)


def representative(
    words: Words, weights: Floats, assigned: Ints, ids: Ints, *, most: int = 5
) -> list[tuple[int, ...]]:
    """Places of the documents of each topic whose words, on the whole, are most its own."""
    found = []
    for topic, number in enumerate(ids):
        places = np.flatnonzero(assigned == number)
        score = np.asarray(words.counts[places] @ weights[topic]).ravel()
        score = score / np.maximum(words.lengths[places], 3)
        found.append(tuple(int(p) for p in places[np.argsort(-score, kind="stable")[:most]]))
    return found


def distinctive(words: Words, places: NDArray[np.int64], *, top: int = TOP) -> Ranked:
    """Words that the documents at `places` use more than all others do, best first.

    The log-odds of each word in and out of the selection, divided by its standard error, with the
    whole corpus as prior (Monroe et al. 2008, "Fightin' Words"); a weight is that of the best word
    at most, 1.
    """
    everywhere = np.asarray(words.counts.sum(axis=0), dtype=np.float64).ravel()
    inside = np.asarray(words.counts[places].sum(axis=0), dtype=np.float64).ravel()
    outside = everywhere - inside
    if not inside.sum():
        return ()
    prior = everywhere / everywhere.sum() * min(1000.0, everywhere.sum())
    ways = []
    for count in (inside, outside):
        more = count + prior
        ways.append((np.log(more) - np.log(more.sum() - more), 1 / more))
    with np.errstate(divide="ignore", invalid="ignore"):
        score = (ways[0][0] - ways[1][0]) / np.sqrt(ways[0][1] + ways[1][1])
    score = np.where((inside > 0) & np.isfinite(score), score, 0).astype(np.float32)
    best = topic_words(score[None].clip(min=0), words.vocabulary, top=top)
    return best[0]
