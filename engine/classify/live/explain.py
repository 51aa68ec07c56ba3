"""A text in, what each of its words and sentences did to the answer out: by leaving words out.

Occlusion (Zeiler & Fergus 2014; for words Li et al. 2016, arXiv:1612.08220): a word carries what is
lost when it is gone. All texts with a word less go through the session in batches.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from engine.classify.head import Floats, softmax
from engine.classify.live.classifier import LiveClassifier
from engine.data.pieces import Span, sentences, words

MOST_TOKENS = 10_000
"""Read for the words of one text, about two seconds of two cores."""
MOST_SENTENCES = 60
_BATCH = 16


@dataclass(frozen=True)
class Word:
    """A word, where it stands in the text, and what it adds to the log-odds of the prediction.

    Above 0 it speaks for the predicted category, below 0 against it. `towards` is the category it
    speaks for: the predicted one, or else the one whose share it makes larger by most. In a long
    text it is a few neighbouring words.
    """

    text: str
    span: Span
    weight: float
    towards: str


@dataclass(frozen=True)
class Words:
    """What the words of a text did.

    label: the category they are weighed for. words: in the text's order. together: how many
    neighbouring words were weighed as one.
    """

    label: str
    words: tuple[Word, ...]
    together: int = 1


@dataclass(frozen=True)
class Sentence:
    """A sentence by itself: its place, and the share of each category, in the labels' order."""

    text: str
    span: Span
    shares: tuple[float, ...]


def weigh_words(
    classifier: LiveClassifier, text: str, *, on_step: Callable[[float], None] = lambda _: None
) -> Words:
    """The weight of every word of `text`; of neighbours together where it is long.

    on_step: Hears the share that is done after each batch; it may raise to end the work.
    """
    tokens = classifier.answer(text).tokens
    spans = words(text)
    together = max(1, math.ceil(len(spans) * tokens / MOST_TOKENS))
    chosen = [_over(spans[n : n + together]) for n in range(0, len(spans), together)]
    texts = [text, *(f"{text[:start]}{text[stop:]}" for start, stop in chosen)]
    parts = []
    for begin in range(0, len(texts), _BATCH):
        parts.append(classifier.logits(texts[begin : begin + _BATCH]))
        on_step(min(1.0, (begin + _BATCH) / len(texts)))
    logits = np.concatenate(parts)
    best = int(logits[0].argmax())
    odds = log_odds(logits, best)
    lost = odds[0] - odds[1:]
    shares = softmax(logits)
    gained = shares[:1] - shares[1:]
    gained[:, best] = -np.inf
    towards = np.where(lost >= 0, best, gained.argmax(axis=1))
    found = [
        Word(text[start:stop], (start, stop), float(weight), classifier.labels[other])
        for (start, stop), weight, other in zip(chosen, lost, towards, strict=True)
    ]
    return Words(classifier.labels[best], tuple(found), together)


def _over(spans: Sequence[Span]) -> Span:
    return spans[0][0], spans[-1][1]


def weigh_sentences(classifier: LiveClassifier, text: str) -> list[Sentence]:
    """Each of the first :data:`MOST_SENTENCES` sentences classified alone; none where there is one.

    What a sentence says alone need not be what it adds to the whole.
    """
    spans = sentences(text)[:MOST_SENTENCES]
    if len(spans) < 2:
        return []
    found = classifier.probabilities([text[start:stop] for start, stop in spans])
    return [
        Sentence(text[start:stop], (start, stop), tuple(float(share) for share in shares))
        for (start, stop), shares in zip(spans, found, strict=True)
    ]


def strongest(found: Sequence[Word], most: int = 6) -> list[Word]:
    """The words that did most, either way; those that did next to nothing are left out."""
    loud = [word for word in found if abs(word.weight) >= 0.05]
    return sorted(loud, key=lambda word: -abs(word.weight))[:most]


def log_odds(logits: Floats, category: int) -> Floats:
    """(n,) of (n, k) logits: one category against all others, exact near 0 and 1 too."""
    others = np.delete(logits.astype(np.float64), category, axis=1)
    most = others.max(axis=1, keepdims=True)
    rest = most[:, 0] + np.log(np.exp(others - most).sum(axis=1))
    odds: Floats = (logits[:, category] - rest).astype(np.float32)
    return odds
