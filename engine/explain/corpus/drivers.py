"""Attributions and a category in, the words that drive it out: how much, how often, how surely."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

from engine.explain.corpus.attributions import Attributions
from engine.explain.corpus.counted import counted
from engine.explain.corpus.shapes import Kind, kind_of
from engine.explain.corpus.small_words import is_small

Shares = NDArray[np.float64]
Standing = Literal["", "frequent but unused", "rare but decisive"]

SUPPORT = 5
"""Fewest texts of a category a word is judged by."""
_TOP = 20
_UNUSED, _RARE = 0.15, 0.05
_SURE, _TELLS = 3.0, 1.96


@dataclass(frozen=True)
class Driver:
    """What a word does in the texts that are explained as one category.

    Attributes:
        word: Casefolded.
        texts: Texts of the category that hold it. share: of all texts of the category.
        mean: What it adds to the log-odds of the category in a text that holds it, all its places
            together; `mean_interval` is 95 %, by Student's t over texts.
        total: The same over all texts of the category, 0 where it is missing: how much of the
            category is its doing. `total_interval` likewise.
        counted: How far counting alone ties it to the category, in standard errors, see
            :func:`engine.explain.corpus.counted.counted`.
        standing: Where weighing and counting disagree.
        kind: What kind of word it is, see :func:`engine.explain.corpus.shapes.kind_of`.
    """

    word: str
    texts: int
    share: float
    mean: float
    mean_interval: tuple[float, float]
    total: float
    total_interval: tuple[float, float]
    counted: float
    standing: Standing
    kind: Kind

    @property
    def small(self) -> bool:
        """Whether it only holds sentences together."""
        return is_small(self.word)

    @property
    def sure(self) -> float:
        """Of the interval of the mean, the end nearer to 0; 0 where it holds 0."""
        low, high = self.mean_interval
        return low if low > 0 else high if high < 0 else 0.0


def drivers(
    found: Attributions,
    category: int,
    *,
    among: NDArray[np.bool_] | None = None,
    support: int = SUPPORT,
) -> list[Driver]:
    """The words of `support` texts or more, the one that surely speaks most for it first.

    Args:
        found: The attributions.
        category: Place of the category.
        among: (n,) only these texts, a cohort; all by default.
        support: Texts of the category a word must stand in.
    """
    inside = np.ones(len(found), dtype=bool) if among is None else among
    mine = inside & (found.explained == category)
    n_texts = int(mine.sum())
    v = len(found.vocabulary)
    texts, words, sums = found.pairs
    of = mine[texts]
    held = np.bincount(words[of], minlength=v)
    kept = np.flatnonzero(held >= max(2, support))
    if not len(kept):
        return []
    n = held[kept].astype(float)
    total = np.bincount(words[of], weights=sums[of], minlength=v)[kept].astype(float)
    squares = np.bincount(words[of], weights=sums[of] ** 2, minlength=v)[kept].astype(float)
    mean, spread = _interval(total, squares, n)
    whole, whole_spread = _interval(total, squares, np.full(len(kept), float(n_texts)))
    rest = np.bincount(words[(inside & ~mine)[texts]], minlength=v)
    ties = counted(held, rest, n_texts, int((inside & ~mine).sum()))[kept]
    standing = _standings(mean, spread, n / n_texts, ties)
    rows = [
        Driver(
            word=found.vocabulary[word],
            texts=int(n[i]),
            share=float(n[i] / n_texts),
            mean=float(mean[i]),
            mean_interval=(float(mean[i] - spread[i]), float(mean[i] + spread[i])),
            total=float(whole[i]),
            total_interval=(float(whole[i] - whole_spread[i]), float(whole[i] + whole_spread[i])),
            counted=float(ties[i]),
            standing=standing[i],
            kind=kind_of(found.vocabulary[word], found.shapes[word]),
        )
        for i, word in enumerate(kept.tolist())
    ]
    return sorted(rows, key=lambda one: (-one.sure, -one.mean, one.word))


def _interval(total: Shares, squares: Shares, n: Shares) -> tuple[Shares, Shares]:
    """Means of n values given by their sums, and half of their 95 % intervals."""
    mean = total / n
    variance = np.maximum(squares - n * mean**2, 0) / np.maximum(n - 1, 1)
    spread: Shares = student.ppf(0.975, np.maximum(n - 1, 1)) * np.sqrt(variance / n)
    return mean, spread


def _standings(mean: Shares, spread: Shares, share: Shares, ties: Shares) -> list[Standing]:
    """Words that counting ties to the category and weighing hardly does, and the other way round.

    Strong is what the words that surely speak most for it have in the middle. Unused: counting is
    sure (3 standard errors), and the word's mean is surely below 15 % of that. Decisive: surely
    stronger than that, in 5 % of the texts at most, and counting cannot tell (below 1.96).
    """
    sure = np.sort(mean - spread)[::-1][:_TOP]
    strong = float(np.median(sure[sure > 0])) if (sure > 0).any() else np.inf
    unused = (ties > _SURE) & (mean + spread < max(_UNUSED * strong, 0.0))
    rare = (share <= _RARE) & (ties < _TELLS) & (mean - spread > strong)
    found: list[Standing] = [
        "frequent but unused" if u else "rare but decisive" if r else ""
        for u, r in zip(unused.tolist(), rare.tolist(), strict=True)
    ]
    return found
