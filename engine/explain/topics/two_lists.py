"""The words that drive a topic and those that are counted in it in, how far they agree out."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.explain.ranks import rank_correlation
from engine.explain.topics.drivers import Driver

SHOWN = 20
_STRONG = 10


@dataclass(frozen=True)
class TwoLists:
    """Words of a topic by two ways of looking at it.

    Attributes:
        driving: Its words through the encoder, at most 20, the strongest first.
        counted: Its words by c-TF-IDF, at most 20.
        uncounted: Words that drive it as much as its tenth and that counting leaves out, because
            they are stop words or what every such text says.
        jaccard_10, jaccard_20: Words in both of the first 10 (20), over those in either.
        rank_correlation: Spearman's, over the words that were weighed both ways; nan of fewer
            than 3.
    """

    driving: tuple[str, ...]
    counted: tuple[str, ...]
    uncounted: tuple[str, ...]
    jaccard_10: float
    jaccard_20: float
    rank_correlation: float

    @property
    def only_driving(self) -> tuple[str, ...]:
        """What the encoder goes by although it is not counted as typical."""
        return tuple(word for word in self.driving if word not in self.counted)

    @property
    def only_counted(self) -> tuple[str, ...]:
        """What is typical by counting and hardly moves the encoder."""
        return tuple(word for word in self.counted if word not in self.driving)


def two_lists(found: Sequence[Driver], weights: Mapping[str, float], *, least: int) -> TwoLists:
    """Compare them.

    Args:
        found: By :func:`engine.explain.topics.drivers.drivers`.
        weights: c-TF-IDF of single words, above 0.
        least: Documents that must hold a word for it to count as the topic's.
    """
    held = [one for one in found if one.documents >= least]
    leading = [one for one in held if one.score > 0 and one.word in weights][:SHOWN]
    driving = [one.word for one in leading]
    strong = leading[min(len(leading), _STRONG) - 1].score if leading else math.inf
    counted = sorted(weights, key=lambda word: (-weights[word], word))[:SHOWN]
    both = [one for one in held if one.word in weights]
    return TwoLists(
        driving=tuple(driving),
        counted=tuple(counted),
        uncounted=tuple(
            one.word for one in held if one.score >= strong and one.word not in weights
        )[:_STRONG],
        jaccard_10=jaccard(driving[:10], counted[:10]),
        jaccard_20=jaccard(driving, counted),
        rank_correlation=_alike(both, weights),
    )


def jaccard(one: Sequence[str], other: Sequence[str]) -> float:
    """Words in both over words in either; 0 where there are none."""
    either = set(one) | set(other)
    return len(set(one) & set(other)) / len(either) if either else 0.0


def _alike(both: Sequence[Driver], weights: Mapping[str, float]) -> float:
    """Rank correlation of the words weighed both ways; nan of fewer than three."""
    if len(both) < 3:
        return math.nan
    return rank_correlation(
        np.array([one.score for one in both]), np.array([weights[one.word] for one in both])
    )
