"""Attributions and a cohort in, the words that do more, or less, in it than in the rest out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from engine.explain.corpus.attributions import Attributions
from engine.explain.corpus.drivers import SUPPORT
from engine.explain.corpus.small_words import is_small


@dataclass(frozen=True)
class Difference:
    """What a word adds to the answers of a cohort, against the rest.

    inside, outside: its scores a text, 0 where it is missing. gap: inside less outside, with its
    interval; `texts_inside`, `texts_outside`: how many hold it.
    """

    word: str
    inside: float
    outside: float
    gap: float
    interval: tuple[float, float]
    texts_inside: int
    texts_outside: int

    @property
    def small(self) -> bool:
        """Whether it only holds sentences together."""
        return is_small(self.word)

    @property
    def sure(self) -> float:
        """Of the interval, the end nearer to 0; 0 where it holds 0."""
        low, high = self.interval
        return low if low > 0 else high if high < 0 else 0.0


def differences(
    found: Attributions,
    cohort: NDArray[np.bool_],
    *,
    among: NDArray[np.bool_] | None = None,
    support: int = SUPPORT,
) -> list[Difference]:
    """Words that `support` texts hold, the largest sure difference first, either way.

    The standard error of the difference of two means is Welch's or, where that is larger, the one
    of equal variances: a word that a small cohort happens not to hold has none there. The interval
    is widened by Bonferroni, as many words are looked at, so that one that stands out does so
    beyond chance.

    Args:
        found: The attributions.
        cohort: (n,) the texts of the cohort.
        among: (n,) the texts that are compared; all by default.
        support: Texts, inside and outside together, that must hold a word.
    """
    compared = np.ones(len(found), dtype=bool) if among is None else among
    groups = compared & cohort, compared & ~cohort
    sizes = [int(group.sum()) for group in groups]
    if min(sizes) < 2:
        return []
    texts, words, sums = found.pairs
    v = len(found.vocabulary)
    held = [np.bincount(words[group[texts]], minlength=v) for group in groups]
    kept = np.flatnonzero(held[0] + held[1] >= max(2, support))
    if not len(kept):
        return []
    means, off = [], []
    for group, n in zip(groups, sizes, strict=True):
        of = group[texts]
        mean = np.bincount(words[of], weights=sums[of], minlength=v)[kept] / n
        squares = np.bincount(words[of], weights=sums[of] ** 2, minlength=v)[kept]
        means.append(mean)
        off.append(np.maximum(squares - n * mean**2, 0))
    gap = means[0] - means[1]
    n, m = sizes
    welch = off[0] / (n - 1) / n + off[1] / (m - 1) / m
    equal = (off[0] + off[1]) / (n + m - 2) * (1 / n + 1 / m)
    spread = float(ndtri(1 - 0.025 / len(kept))) * np.sqrt(np.maximum(welch, equal))
    rows = [
        Difference(
            found.vocabulary[word],
            float(means[0][i]),
            float(means[1][i]),
            float(gap[i]),
            (float(gap[i] - spread[i]), float(gap[i] + spread[i])),
            int(held[0][word]),
            int(held[1][word]),
        )
        for i, word in enumerate(kept.tolist())
    ]
    return sorted(rows, key=lambda one: (-abs(one.sure), -abs(one.gap), one.word))
