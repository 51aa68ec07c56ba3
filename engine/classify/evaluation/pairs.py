"""Two classifiers' answers to the same rows in, whether one is better out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.classify.scores import Counts, measures

Ints = NDArray[np.int64]

_MOST_DRAWS = 4_000_000
_CERTAIN = 0.05


@dataclass(frozen=True)
class Pair:
    """One classifier against another on `rows` rows; differences are the first less the second.

    Attributes:
        rows: Rows that both answered.
        fixed: Rows that only the first has right. broken: that only the second has.
        p_value: McNemar's exact test of fixed against broken: how often chance alone would part
            two equally good classifiers at least so far.
        accuracy, macro_f1: (first, second), shares.
        accuracy_difference, macro_f1_difference: With ``*_interval``, 95% by paired bootstrap.
    """

    rows: int
    fixed: int
    broken: int
    p_value: float
    accuracy: tuple[float, float]
    macro_f1: tuple[float, float]
    accuracy_difference: float
    accuracy_interval: tuple[float, float]
    macro_f1_difference: float
    macro_f1_interval: tuple[float, float]

    @property
    def winner(self) -> int:
        """1 or 2 where the accuracies differ beyond chance by both tests; 0 where they do not."""
        low, high = self.accuracy_interval
        if self.p_value >= _CERTAIN or low <= 0 <= high:
            return 0
        return 1 if self.accuracy_difference > 0 else 2


def mcnemar(fixed: int, broken: int) -> float:
    """Two-sided exact p-value (McNemar 1947): a fair coin thrown for each row that parts them."""
    from scipy.stats import binomtest

    if fixed + broken == 0:
        return 1.0
    return float(binomtest(fixed, fixed + broken, 0.5).pvalue)


def compare(
    targets: Ints, first: Ints, second: Ints, n_labels: int, *, resamples: int = 2000, seed: int = 0
) -> Pair:
    """Compare what two classifiers said of the same rows.

    Rows are resampled together, so what makes a text hard for both cancels out (paired bootstrap,
    Efron and Tibshirani 1993).

    Args:
        targets: (n,) places of the true categories, n > 0.
        first: (n,) what the first said. second: (n,) what the second said.
        n_labels: Number of categories.
        resamples: Bootstrap resamples.
        seed: Of the resampling.
    """
    right = first == targets, second == targets
    fixed, broken = int((right[0] & ~right[1]).sum()), int((right[1] & ~right[0]).sum())
    # A resample of rows is a multinomial draw of the kinds of row there are.
    # Both orders of the two draw alike, so that what is said of them turns with the order.
    turned = first.tolist() > second.tolist()
    a, b = (second, first) if turned else (first, second)
    kinds, counts = np.unique((targets * n_labels + a) * n_labels + b, return_counts=True)
    true, one, two = kinds // n_labels**2, kinds // n_labels % n_labels, kinds % n_labels
    if turned:
        one, two = two, one
    rng = np.random.default_rng(seed)
    point = _differences(counts[None], true, one, two, n_labels)
    spread = np.concatenate([
        _differences(
            rng.multinomial(len(targets), counts / len(targets), size=size), true, one, two,
            n_labels,
        )[2]
        for size in _blocks(resamples, len(kinds), n_labels)
    ])  # fmt: skip
    gaps = point[2][0]
    return Pair(
        rows=len(targets),
        fixed=fixed,
        broken=broken,
        p_value=mcnemar(fixed, broken),
        accuracy=(float(point[0][0, 0]), float(point[1][0, 0])),
        macro_f1=(float(point[0][0, 1]), float(point[1][0, 1])),
        accuracy_difference=float(gaps[0]),
        accuracy_interval=_interval(spread[:, 0]),
        macro_f1_difference=float(gaps[1]),
        macro_f1_interval=_interval(spread[:, 1]),
    )


def verdict(pair: Pair, first: str, second: str) -> str:
    """One sentence that claims a difference only beyond chance."""
    points = abs(pair.accuracy_difference) * 100
    low, high = sorted(abs(end) * 100 for end in pair.accuracy_interval)
    texts = f"these {pair.rows:,} texts"
    if not pair.fixed and not pair.broken:
        return f"{first} and {second} are right and wrong about the very same of {texts}."
    told = f"{pair.fixed:,} fixed, {pair.broken:,} broken, p = {written(pair.p_value)}"
    if pair.winner:
        better, worse = (first, second) if pair.winner == 1 else (second, first)
        return (
            f"{better} is better than {worse} on {texts}: it gets {points:.1f} points more right "
            f"(95 %: {low:.1f} to {high:.1f}; {told})."
        )
    below, above = (end * 100 for end in pair.accuracy_interval)
    return (
        f"No difference can be claimed between {first} and {second} on {texts}: "
        f"{pair.accuracy_difference * 100:+.1f} points (95 %: {below:+.1f} to {above:+.1f}; "
        f"{told}). More texts to compare on may tell.{_of_rare_ones(pair, first, second)}"
    )


def _of_rare_ones(pair: Pair, first: str, second: str) -> str:
    """What macro-F1 says where accuracy says nothing."""
    low, high = sorted(abs(end) * 100 for end in pair.macro_f1_interval)
    if pair.macro_f1_interval[0] <= 0 <= pair.macro_f1_interval[1]:
        return ""
    ahead = first if pair.macro_f1_difference > 0 else second
    return (
        f" In macro-F1, where each category counts the same, {ahead} is ahead by "
        f"{abs(pair.macro_f1_difference) * 100:.1f} points (95 %: {low:.1f} to {high:.1f})."
    )


def written(p_value: float) -> str:
    """A p-value as it is told: '0.03', 'less than 0.001'."""
    return "less than 0.001" if p_value < 0.001 else f"{p_value:.2g}"


def _differences(
    draws: Counts, true: Ints, one: Ints, two: Ints, n_labels: int
) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """(m, 2) accuracy and macro-F1 of the first, of the second, and their difference."""
    found = []
    for said in (one, two):
        scored = measures(_confusions(draws, true * n_labels + said, n_labels))
        found.append(np.stack([scored["accuracy"], scored["macro_f1"]], axis=1))
    return found[0], found[1], found[0] - found[1]


def _confusions(draws: Counts, cells: Ints, n_labels: int) -> Counts:
    """(m, kinds) counts and the cell of each kind to (m, n_labels, n_labels) confusions."""
    from scipy.sparse import csr_matrix

    n = len(cells)
    to_cell = csr_matrix((np.ones(n, dtype=np.int64), (np.arange(n), cells)),
                         shape=(n, n_labels**2))  # fmt: skip
    summed: Counts = np.asarray(draws @ to_cell)
    return summed.reshape(len(draws), n_labels, n_labels)


def _blocks(resamples: int, kinds: int, n_labels: int) -> list[int]:
    most = max(1, _MOST_DRAWS // max(kinds, n_labels**2))
    return [min(most, resamples - start) for start in range(0, resamples, most)]


def _interval(values: NDArray[Any]) -> tuple[float, float]:
    low, high = np.percentile(values, [2.5, 97.5])
    return float(low), float(high)
