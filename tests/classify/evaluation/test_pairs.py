"""The paired test: exact, fair to both, and silent where nothing can be said."""

from __future__ import annotations

from math import comb

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sklearn import metrics

from engine.classify.evaluation.pairs import compare, mcnemar, verdict

many = settings(max_examples=40, deadline=None)


@many
@given(st.integers(0, 60), st.integers(0, 60))
def test_mcnemar_sums_the_binomial(fixed, broken):
    n, k = fixed + broken, min(fixed, broken)
    tail = sum(comb(n, i) for i in range(k + 1)) / 2**n
    assert mcnemar(fixed, broken) == pytest.approx(min(1.0, 2 * tail))


def said(seed, n, k=3):
    rng = np.random.default_rng(seed)
    targets = rng.integers(0, k, n)
    one, two = (np.where(rng.random(n) < p, targets, rng.integers(0, k, n)) for p in (0.7, 0.5))
    return targets, one, two


@many
@example(1858, 110)  # at the edge of chance, where other draws once said otherwise
@given(st.integers(0, 10_000), st.integers(1, 120))
def test_figures_are_scikit_learns_and_turn_with_the_order(seed, n):
    targets, one, two = said(seed, n)
    pair = compare(targets, one, two, 3, resamples=200)
    for place, answer in enumerate((one, two)):
        present = sorted(set(targets) | set(answer))
        assert pair.accuracy[place] == pytest.approx(metrics.accuracy_score(targets, answer))
        assert pair.macro_f1[place] == pytest.approx(
            metrics.f1_score(targets, answer, labels=present, average="macro", zero_division=0)
        )
    assert pair.fixed - pair.broken == round(pair.accuracy_difference * n)
    back = compare(targets, two, one, 3, resamples=200)
    assert (back.fixed, back.broken, back.p_value) == (pair.broken, pair.fixed, pair.p_value)
    assert back.winner == {0: 0, 1: 2, 2: 1}[pair.winner]


def test_the_interval_is_the_paired_one():
    # One is right where the other is, but for 60 of 1000: the standard error of a paired
    # difference d is sqrt((b + c - (b - c)^2 / n)) / n, far below that of two separate samples.
    targets = np.zeros(1000, dtype=np.int64)
    one, two = np.zeros(1000, dtype=np.int64), np.zeros(1000, dtype=np.int64)
    one[:100], two[:100] = 1, 1  # both wrong
    two[100:150], one[150:160] = 1, 1
    pair = compare(targets, one, two, 2, resamples=4000)
    error = (60 - 40**2 / 1000) ** 0.5 / 1000
    assert (pair.fixed, pair.broken) == (50, 10)
    low, high = pair.accuracy_interval
    assert low == pytest.approx(0.04 - 1.96 * error, abs=0.002)
    assert high == pytest.approx(0.04 + 1.96 * error, abs=0.002)
    assert pair.winner == 1
    assert verdict(pair, "new", "old").startswith("new is better than old")


def test_equal_classifiers_are_seldom_told_apart():
    """Of pairs that are equally good by making, about one in twenty may seem to differ."""
    rng = np.random.default_rng(3)
    found = 0
    for _ in range(200):
        targets = rng.integers(0, 2, 300)
        one, two = (np.where(rng.random(300) < 0.8, targets, 1 - targets) for _ in range(2))
        found += compare(targets, one, two, 2, resamples=200).winner > 0
    assert found <= 20


def test_nothing_is_claimed_inside_noise():
    targets, one, two = said(1, 40)
    two = one.copy()
    two[0] = (targets[0] + 1) % 3
    one = one.copy()
    one[0] = targets[0]
    told = verdict(compare(targets, one, two, 3), "new", "old")
    assert told.startswith("No difference can be claimed")
    same = verdict(compare(targets, one, one, 3), "new", "old")
    assert "the very same of these 40 texts" in same


def test_what_accuracy_hides_macro_f1_may_tell():
    targets = np.asarray([0] * 950 + [1] * 50)
    one, two = np.zeros(1000, dtype=np.int64), np.zeros(1000, dtype=np.int64)
    one[950:980] = 1  # finds 30 of the 50 rare ones, and 25 false ones
    one[:25] = 1
    told = verdict(compare(targets, one, two, 2), "new", "old")
    assert told.startswith("No difference can be claimed")
    assert "In macro-F1, where each category counts the same, new is ahead" in told
