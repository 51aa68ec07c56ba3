"""A text in, its passages out, and which topic each of them is nearest to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.data.pieces import Span, sentences
from engine.errors import InputError
from engine.topics.centres import unit

Floats = NDArray[np.float32]

_LEAST, _MOST = 90, 80


@dataclass(frozen=True)
class Passage:
    """Where it stands in its text, and the place of the topic it is nearest to.

    cosine: To that topic's centre. clear: How much nearer it is than to the next, from 0 (not at
    all) to 1 (as much as any passage of the text).
    """

    start: int
    stop: int
    topic: int
    cosine: float
    clear: float


def spans_of(text: str) -> list[Span]:
    """Sentences, short ones together with the next: at least 90 characters, at most 80 passages.

    A sentence alone, such as "We show this.", says too little for an encoder.
    """
    least = max(_LEAST, len(text) // _MOST)
    found: list[Span] = []
    begin: int | None = None
    for start, stop in sentences(text):
        begin = start if begin is None else begin
        if stop - begin >= least:
            found.append((begin, stop))
            begin = None
    if begin is not None:
        end = len(text.rstrip())
        if found and end - begin < least:
            begin = found.pop()[0]
        found.append((begin, end))
    return found


def read_passages(spans: list[Span], vectors: Floats, centroids: Floats) -> list[Passage]:
    """Each passage with the topic it is nearest to.

    Args:
        spans: By :func:`spans_of`.
        vectors: (len(spans), width) of the passages, by the encoder that made the topics' vectors.
        centroids: (k, width) of length 1, at least one.

    Raises:
        InputError: vectors of different encoders.
    """
    if not spans:
        return []
    if vectors.shape[1:] != centroids.shape[1:]:
        raise InputError(
            f"Passages have {vectors.shape[-1]} numbers and topics have {centroids.shape[-1]}: "
            "they come from different encoders."
        )
    near = unit(np.asarray(vectors, dtype=np.float32)) @ np.asarray(centroids).T
    best = near.argmax(axis=1)
    rows = np.arange(len(spans))
    top = near[rows, best]
    near[rows, best] = -np.inf
    gap = top - near.max(axis=1) if near.shape[1] > 1 else np.ones_like(top)
    most = max(float(gap.max()), 1e-9)
    return [
        Passage(start, stop, int(best[n]), float(top[n]), float(gap[n]) / most)
        for n, (start, stop) in enumerate(spans)
    ]


def shares(passages: list[Passage]) -> dict[int, float]:
    """Place of each topic to its share of the text, by characters; the largest first."""
    total = sum(one.stop - one.start for one in passages)
    found: dict[int, float] = {}
    for one in passages:
        found[one.topic] = found.get(one.topic, 0.0) + (one.stop - one.start) / total
    return dict(sorted(found.items(), key=lambda item: -item[1]))
