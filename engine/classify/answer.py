"""One text in, what the classifier says of it out: every category's share, and what was read."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from engine.classify.classifier import Classifier


@dataclass(frozen=True)
class Answer:
    """What a classifier said of one text.

    shares: (category, probability) pairs, the likeliest first. tokens: how many were read, special
    ones included. cut: whether the text went on beyond them. latency_ms: time it took.
    """

    shares: tuple[tuple[str, float], ...]
    tokens: int
    cut: bool
    latency_ms: float

    @property
    def label(self) -> str:
        """The likeliest category."""
        return self.shares[0][0]

    @property
    def confidence(self) -> float:
        """Its probability."""
        return self.shares[0][1]


def answer(classifier: Classifier, text: str) -> Answer:
    """Classify one text as it stands; the same probabilities as ``classifier.probabilities``."""
    began = time.perf_counter()
    encoder, limit = classifier.encoder, classifier.card.max_length or None
    tokens = encoder.tokenize(classifier.cleaned([text]), limit)
    vectors = np.empty((1, encoder.width), dtype=np.float32)
    encoder.encode_tokens(tokens, out=vectors)
    shares = classifier.head.probabilities(vectors)[0]
    order = np.argsort(-shares, kind="stable")
    return Answer(
        shares=tuple((classifier.labels[i], float(shares[i])) for i in order),
        tokens=int(tokens.lengths[0]),
        cut=bool(tokens.truncated[0]),
        latency_ms=(time.perf_counter() - began) * 1000,
    )
