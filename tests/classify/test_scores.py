"""Scores against scikit-learn's, and what must hold for any predictions."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics

from engine.classify import scores
from engine.classify.scores import MEASURES, brier, calibration_error, log_loss, score

LABELS = ("a", "b", "c")


def random_case(seed: int, n: int):
    rng = np.random.default_rng(seed)
    return rng.integers(0, 3, n), rng.dirichlet(np.ones(3), n).astype(np.float32)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 60))
def test_equal_to_scikit_learn(seed, n):
    targets, shares = random_case(seed, n)
    found = score(targets, shares, LABELS, resamples=50)
    chosen = shares.argmax(axis=1)
    assert found["accuracy"] == pytest.approx(metrics.accuracy_score(targets, chosen))
    present = sorted(set(targets) | set(chosen))
    assert found["macro_f1"] == pytest.approx(
        metrics.f1_score(targets, chosen, labels=present, average="macro", zero_division=0)
    )
    assert found["weighted_f1"] == pytest.approx(
        metrics.f1_score(targets, chosen, average="weighted", zero_division=0)
    )
    with warnings.catch_warnings():  # it warns of categories that are said and never true
        warnings.simplefilter("ignore")
        balanced = metrics.balanced_accuracy_score(targets, chosen)
    assert found["balanced_accuracy"] == pytest.approx(balanced)
    sure = shares.astype(np.float64) / shares.sum(axis=1, keepdims=True, dtype=np.float64)
    assert found["log_loss"] == pytest.approx(
        metrics.log_loss(targets, sure, labels=[0, 1, 2]), rel=1e-4, abs=1e-5
    )
    assert found["brier"] == pytest.approx(
        metrics.brier_score_loss(targets, sure, labels=[0, 1, 2], scale_by_half=False),
        rel=1e-4,
        abs=1e-5,
    )
    np.testing.assert_array_equal(
        found["confusion"], metrics.confusion_matrix(targets, chosen, labels=[0, 1, 2])
    )
    precision, recall, f1, support = metrics.precision_recall_fscore_support(
        targets, chosen, labels=[0, 1, 2], zero_division=0
    )
    for i, label in enumerate(LABELS):
        mine = found["per_class"][label]
        assert mine["precision"] == pytest.approx(precision[i])
        assert mine["recall"] == pytest.approx(recall[i])
        assert mine["f1"] == pytest.approx(f1[i])
        assert mine["support"] == support[i]
    for name in MEASURES:
        low, high = found[f"{name}_interval"]
        assert 0 <= low <= high <= 1


def test_the_interval_has_the_width_statistics_expects():
    n = 400
    targets = np.zeros(n, dtype=np.int64)
    shares = np.tile(np.float32([0.9, 0.1, 0.0]), (n, 1))
    shares[:80] = [0.1, 0.9, 0.0]  # accuracy 0.8: standard error 0.02
    low, high = score(targets, shares, LABELS, resamples=4000)["accuracy_interval"]
    assert low == pytest.approx(0.8 - 1.96 * 0.02, abs=0.006)
    assert high == pytest.approx(0.8 + 1.96 * 0.02, abs=0.006)


def test_the_point_is_inside_its_interval_for_every_measure():
    targets, shares = random_case(5, 300)
    found = score(targets, shares, LABELS)
    for name in MEASURES:
        low, high = found[f"{name}_interval"]
        assert low < found[name] < high


def test_a_certain_mistake_costs_a_finite_surprise():
    shares = np.float32([[1.0, 0.0, 0.0]])
    assert log_loss(np.asarray([1]), shares) == pytest.approx(-np.log(1e-12))
    assert brier(np.asarray([1]), shares) == 2.0


def test_resampling_in_pieces_gives_the_same_intervals(monkeypatch):
    case = random_case(3, 50)
    whole = score(*case, LABELS, resamples=200)
    monkeypatch.setattr(scores, "_MOST_CELLS", 9 * 7)
    assert score(*case, LABELS, resamples=200) == whole


def test_calibration_error_of_the_honest_and_the_boastful():
    rng = np.random.default_rng(0)
    confidence = rng.uniform(0.5, 1, 20_000)
    shares = np.stack([confidence, 1 - confidence], axis=1).astype(np.float32)
    honest = (rng.uniform(size=20_000) > confidence).astype(np.int64)
    assert calibration_error(honest, shares) < 0.02
    boastful = (rng.uniform(size=20_000) > 0.5).astype(np.int64)
    assert calibration_error(boastful, shares) == pytest.approx(0.25, abs=0.03)
