"""Curves, calibration and thresholds against scikit-learn's and against plain counting."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics

from engine.classify.evaluation.answers import Answers
from engine.classify.evaluation.calibration import (
    bin_of,
    honesty,
    reliability,
    without_temperature,
)
from engine.classify.evaluation.curves import curves, macro
from engine.classify.evaluation.thresholds import at_threshold, coverage_curve, threshold_for
from engine.classify.head import softmax
from engine.proportions import difference, wilson

LABELS = ("a", "b", "c")
many = settings(max_examples=40, deadline=None)
cases = given(st.integers(0, 10_000), st.integers(1, 300))


def answers_of(seed: int, n: int, *, rounded: bool = False) -> Answers:
    rng = np.random.default_rng(seed)
    shares = rng.dirichlet(np.ones(3), n)
    if rounded:  # many equal confidences
        shares = np.maximum(np.round(shares, 1), 0.05)
        shares /= shares.sum(axis=1, keepdims=True)
    # Right more often where it is sure, as a classifier is.
    targets = np.asarray([rng.choice(3, p=p) for p in shares])
    return Answers(np.arange(n) * 3, targets, shares.astype(np.float32), LABELS)


@many
@cases
def test_areas_are_scikit_learns(seed, n):
    answers = answers_of(seed, n, rounded=seed % 2 == 0)
    found = {one.label: one for one in curves(answers)}
    for place, label in enumerate(LABELS):
        hits = answers.targets == place
        if hits.all() or not hits.any():
            assert label not in found
            continue
        sure = answers.probabilities[:, place]
        one = found[label]
        assert one.support == hits.sum()
        assert one.auc == pytest.approx(metrics.roc_auc_score(hits, sure))
        assert one.average_precision == pytest.approx(metrics.average_precision_score(hits, sure))
        assert (one.fpr[0], one.tpr[0], one.fpr[-1], one.tpr[-1]) == (0, 0, 1, 1)
        assert (np.diff(one.fpr) >= 0).all()
        assert (np.diff(one.recall) >= 0).all()
        assert len(one.fpr) <= 203
    if found:
        assert macro(list(found.values()))[0] == pytest.approx(
            np.mean([one.auc for one in found.values()])
        )


def test_a_thinned_curve_keeps_its_area():
    answers = answers_of(1, 5000)
    for one in curves(answers):
        assert len(one.fpr) <= 203
        assert metrics.auc(one.fpr, one.tpr) == pytest.approx(one.auc, abs=0.01)


def test_only_the_most_frequent_categories_are_drawn():
    answers = answers_of(2, 200)
    counts = np.bincount(answers.targets, minlength=3)
    assert [one.label for one in curves(answers, most=1)] == [LABELS[counts.argmax()]]


@many
@cases
def test_honesty_is_scikit_learns(seed, n):
    answers = answers_of(seed, n)
    found = honesty(answers.targets, answers.probabilities)
    shares = answers.probabilities.astype(np.float64)
    shares /= shares.sum(axis=1, keepdims=True)
    assert found.log_loss == pytest.approx(
        metrics.log_loss(answers.targets, shares, labels=[0, 1, 2]), rel=1e-4, abs=1e-5
    )
    assert found.brier == pytest.approx(
        metrics.brier_score_loss(answers.targets, shares, labels=[0, 1, 2], scale_by_half=False),
        rel=1e-4,
        abs=1e-5,
    )
    assert found.ece == pytest.approx(_ece(answers, 15), abs=1e-5)


def _ece(answers: Answers, bins: int) -> float:
    """Guo et al. 2017, equation 3, one row at a time."""
    held: dict[int, list[tuple[float, bool]]] = {}
    for sure, right in zip(answers.confidence, answers.right, strict=True):
        held.setdefault(min(int(sure * np.float32(bins)), bins - 1), []).append((sure, right))
    gaps = [
        len(rows) * abs(np.mean([r for _, r in rows]) - np.mean([s for s, _ in rows]))
        for rows in held.values()
    ]
    return sum(gaps) / len(answers)


@many
@cases
def test_every_row_is_in_one_bin(seed, n):
    answers = answers_of(seed, n)
    bins = reliability(answers.targets, answers.probabilities)
    assert sum(b.rows for b in bins) == n
    assert sum(b.rows * b.accuracy for b in bins) == pytest.approx(answers.right.sum())
    for b in bins:
        assert b.low <= b.confidence <= b.high + 1e-6
        assert b.interval[0] <= b.accuracy <= b.interval[1]
        assert (bin_of(answers.confidence) == round(b.low * 10)).sum() == b.rows


@many
@given(st.integers(0, 10_000), st.floats(0.3, 5))
def test_taking_the_temperature_away_gives_the_bare_logits(seed, temperature):
    logits = np.random.default_rng(seed).normal(0, 3, (20, 4)).astype(np.float32)
    answered = softmax(logits / np.float32(temperature))
    np.testing.assert_allclose(
        without_temperature(answered, temperature), softmax(logits), atol=2e-4
    )


@many
@given(st.integers(0, 10_000), st.integers(1, 300), st.floats(0, 1))
def test_what_a_threshold_gives_is_counted(seed, n, threshold):
    answers = answers_of(seed, n, rounded=seed % 2 == 0)
    said = [i for i in range(n) if answers.confidence[i] >= threshold]
    right = [i for i in said if answers.right[i]]
    found = at_threshold(answers, threshold)
    assert found["answered"] == len(said)
    assert found["errors"] == len(said) - len(right)
    assert found["coverage"] == pytest.approx(len(said) / n)
    assert found["accuracy"] == (pytest.approx(len(right) / len(said)) if said else None)
    assert sum(one["support"] for one in found["per_class"].values()) == n
    assert sum(one["answered"] for one in found["per_class"].values()) == len(said)


@many
@cases
def test_coverage_falls_and_each_point_is_true(seed, n):
    answers = answers_of(seed, n, rounded=seed % 2 == 0)
    found = coverage_curve(answers)
    assert found.coverage[0] == 1
    assert found.accuracy[0] == pytest.approx(answers.right.mean())
    assert (np.diff(found.coverage) < 0).all()
    for i in range(0, len(found.thresholds), 17):
        mine = at_threshold(answers, float(found.thresholds[i]))
        assert mine["coverage"] == pytest.approx(found.coverage[i])
        assert mine["accuracy"] == pytest.approx(found.accuracy[i])


@many
@given(st.integers(0, 10_000), st.integers(20, 300), st.floats(0.3, 0.99))
def test_the_chosen_threshold_is_the_lowest_that_will_do(seed, n, aim):
    answers = answers_of(seed, n)
    threshold = threshold_for(answers, aim)
    good = [
        float(t)
        for t in np.unique(answers.confidence)
        if (found := at_threshold(answers, float(t)))["accuracy"] >= aim and found["answered"] >= 20
    ]
    assert threshold == (min(good) if good else None)


@many
@given(st.integers(0, 200), st.integers(1, 200), st.floats(0.8, 0.999))
def test_wilson_is_where_the_test_would_not_reject(hits, rows, level):
    hits = min(hits, rows)
    low, high = (float(end) for end in wilson(hits, rows, level=level))
    share, z = hits / rows, NormalDist().inv_cdf(0.5 + level / 2)
    assert 0 <= low <= share <= high <= 1
    for end in (low, high):
        if 1e-9 < end < 1 - 1e-9:
            # An end is a share p from which the share seen is exactly z standard errors away.
            assert abs(share - end) == pytest.approx(z * (end * (1 - end) / rows) ** 0.5, rel=1e-6)


def test_wilson_of_nothing_says_nothing():
    low, high = wilson([0], [0])
    assert (low[0], high[0]) == (0, 1)


@many
@given(st.integers(0, 60), st.integers(1, 60), st.integers(0, 60), st.integers(1, 60))
def test_a_difference_is_minus_its_reverse(a, n, b, m):
    a, b = min(a, n), min(b, m)
    low, high = difference((a, b), (n, m))
    back_low, back_high = difference((b, a), (m, n))
    assert low <= a / n - b / m <= high
    assert (low, high) == (pytest.approx(-back_high), pytest.approx(-back_low))


def test_newcombes_own_example():
    # Newcombe 1998, table II: 56/70 and 48/80, method 10.
    low, high = difference((56, 48), (70, 80))
    assert (float(low), float(high)) == (pytest.approx(0.0524, abs=1e-4),
                                         pytest.approx(0.3339, abs=1e-4))  # fmt: skip
