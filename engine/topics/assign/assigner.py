"""Topics as they stand and their neighbourhood in; the topic of any new document out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.errors import InputError
from engine.topics.assign.judge import Judge, learn_judge, opinion
from engine.topics.assign.nearest import nearest
from engine.topics.assign.neighbourhood import CANDIDATES, Neighbourhood, mean_away
from engine.topics.assign.pull import weights
from engine.topics.topics import NO_TOPIC, Topics

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]

NEAREST = 5


@dataclass(frozen=True, eq=False)
class Assigned:
    """Where m documents belong.

    topic: (m,) int32 ids, -1 for none. confidence: (m,) float32, how often such an answer was right
    when documents were taken out and assigned again; nan where unlike. second: (m,) the next
    likeliest topic, -1 for none. second_confidence: (m,) float32. unlike: (m,) bool, further from
    all documents than 99 % of these are from each other. known: (m,) bool, the very text is one of
    these, and the answer is where it is. near: (m, 5) places of the nearest documents. cosine:
    (m, 5) float32.
    """

    topic: Ints
    confidence: Floats
    second: Ints
    second_confidence: Floats
    unlike: NDArray[np.bool_]
    known: NDArray[np.bool_]
    near: NDArray[np.int64]
    cosine: Floats

    def __len__(self) -> int:
        return len(self.topic)


class Assigner:
    """Assigns new documents to topics; threads may share it.

    A document goes where the documents it would be laid beside are: they vote with the weights of
    UMAP's graph (see :mod:`engine.topics.assign.pull`). A text that is one of the topics' own gets
    the topic it has.

    Args:
        topics: As they stand after all edits.
        vectors: (n, width) of their documents, by the encoder that reads the new ones too.
        hashes: (n,) uint64, :func:`engine.data.duplicates.text_hash` of their texts.
        near: The documents' neighbourhood.
        k: Documents that count as near.

    Raises:
        InputError: there is no topic.
    """

    def __init__(
        self,
        topics: Topics,
        vectors: Floats,
        hashes: NDArray[np.uint64],
        near: Neighbourhood,
        k: int,
    ) -> None:
        if not topics.found:
            raise InputError(
                "There is no topic that a document could belong to; undo the last edit, or find "
                "the topics anew."
            )
        self.topics = topics
        self.judge: Judge = learn_judge(near, topics)
        self._vectors = vectors
        self._scale = near.scale
        self._k = k
        self._order = np.argsort(hashes, kind="stable")
        self._hashes = hashes[self._order]

    def assign(self, vectors: Floats, texts: Sequence[str]) -> Assigned:
        """The topics of m texts and their vectors, (m, width) float32.

        Raises:
            InputError: vectors of another encoder.
        """
        if vectors.ndim != 2 or vectors.shape[1] != self._vectors.shape[1]:
            raise InputError(
                f"The new vectors have {vectors.shape[-1]} numbers and those of the topics "
                f"{self._vectors.shape[1]}: they come from different encoders."
            )
        places, alike = nearest(self._vectors, vectors, CANDIDATES)
        away = 1 - alike
        said = opinion(places, weights(away, self._k, self._scale.of(places)), self.topics)
        confidence, second_confidence = self.judge.confidence(said)
        unlike = mean_away(away, self._k) > self.judge.limit
        topic, second = said.first.copy(), said.second.copy()
        second[unlike] = np.where(topic[unlike] == NO_TOPIC, second[unlike], topic[unlike])
        topic[unlike], confidence[unlike], second_confidence[unlike] = NO_TOPIC, np.nan, np.nan
        own = self._own(texts)
        known = own != _UNKNOWN
        topic[known], confidence[known], unlike[known] = own[known], 1, False
        second[known], second_confidence[known] = NO_TOPIC, 0
        second[second_confidence == 0] = NO_TOPIC
        few = slice(0, NEAREST)
        return Assigned(
            topic, confidence, second, second_confidence, unlike, known,
            places[:, few], alike[:, few],
        )  # fmt: skip

    def _own(self, texts: Sequence[str]) -> Ints:
        """(m,) the topic of the document with the very text; _UNKNOWN where there is none.

        Where copies are in different topics, that of most of them, the first on a tie.
        """
        from engine.data.duplicates import text_hash

        wanted = np.fromiter((text_hash(text) for text in texts), np.uint64, len(texts))
        start = np.searchsorted(self._hashes, wanted, side="left")
        stop = np.searchsorted(self._hashes, wanted, side="right")
        own = np.full(len(wanted), _UNKNOWN, dtype=np.int32)
        for n in np.flatnonzero(stop > start):
            topics = self.topics.assigned[self._order[start[n] : stop[n]]]
            names, first, count = np.unique(topics, return_index=True, return_counts=True)
            own[n] = names[np.lexsort((first, -count))[0]]
        return own


_UNKNOWN = -2
