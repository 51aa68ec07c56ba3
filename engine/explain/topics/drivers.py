"""Attributions of some documents in, the words that drive them together out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from engine.explain.attribution import Attribution


@dataclass(frozen=True)
class Driver:
    """A word over n documents.

    Attributes:
        word: In lower case.
        score: What it adds to the number that is explained, by the mean over all n documents.
        documents: How many of them hold it.
        times: How often they do.
    """

    word: str
    score: float
    documents: int
    times: int


def drivers(attributions: Sequence[Attribution]) -> list[Driver]:
    """The words, the one that adds most first; marks and numbers are left out.

    Their scores, with those of what is left out, sum to the mean of f(x) - f(baseline).
    """
    total: dict[str, float] = {}
    times: dict[str, int] = {}
    documents: dict[str, int] = {}
    for one in attributions:
        seen = set()
        for word, score in _scored(one):
            total[word] = total.get(word, 0.0) + score
            times[word] = times.get(word, 0) + 1
            seen.add(word)
        for word in seen:
            documents[word] = documents.get(word, 0) + 1
    n = max(len(attributions), 1)
    found = [Driver(word, total[word] / n, documents[word], times[word]) for word in total]
    return sorted(found, key=lambda one: (-one.score, one.word))


def _scored(attribution: Attribution) -> Iterable[tuple[str, float]]:
    for word, score in zip(attribution.reading.words, attribution.scores.tolist(), strict=True):
        if any(sign.isalpha() for sign in word):
            yield word.casefold(), score
