"""The linear head: probabilities, calibration, and the same numbers as scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.linear_model import LogisticRegression

from engine.classify import head as head_module
from engine.classify.head import (
    LinearHead,
    calibrated,
    cross_entropy,
    fit_head,
    softmax,
    temperature_for,
)


def blobs(n: int, k: int, seed: int = 0, noise: float = 1.0):
    rng = np.random.default_rng(seed)
    targets = np.arange(n, dtype=np.int64) % k
    centres = np.random.default_rng(99).normal(size=(k, 8))
    return (centres[targets] + noise * rng.normal(size=(n, 8))).astype(np.float32), targets


@given(arrays(np.float32, (5, 4), elements=st.floats(-1e4, 1e4, width=32)))
def test_probabilities_are_shares_however_large_the_logits(logits):
    shares = softmax(logits)
    assert np.all(shares >= 0)
    np.testing.assert_allclose(shares.sum(axis=1), 1, rtol=1e-5)
    assert np.all(shares[np.arange(5), logits.argmax(axis=1)] >= shares.max(axis=1) - 1e-6)


@pytest.mark.parametrize("k", [2, 5])
def test_without_validation_rows_it_is_plain_logistic_regression(k):
    x, y = blobs(200, k)
    nothing = x[:0], y[:0]
    head = fit_head(x, y, n_labels=k, validation=nothing)
    expected = LogisticRegression(C=3.0, max_iter=1000).fit(x, y).predict_proba(x)
    np.testing.assert_allclose(head.probabilities(x), expected, atol=1e-4)
    assert head.temperature == 1.0


def test_the_temperature_undoes_overconfidence_and_changes_no_decision():
    x, y = blobs(400, 3, noise=2.0)
    modest = fit_head(x, y, n_labels=3, validation=(x[:0], y[:0]))
    loud = LinearHead(modest.weight * 8, modest.bias * 8)
    tamed = calibrated(loud, x, y)
    assert tamed.temperature == pytest.approx(8, rel=0.3)
    assert cross_entropy(tamed.logits(x), y) < cross_entropy(loud.logits(x), y)
    np.testing.assert_array_equal(tamed.logits(x).argmax(1), loud.logits(x).argmax(1))


def test_the_temperature_is_the_best_of_its_neighbours():
    x, y = blobs(300, 3, noise=2.0)
    logits = fit_head(x, y, n_labels=3, validation=(x[:0], y[:0])).logits(x) * np.float32(4)
    best = temperature_for(logits, y)
    losses = [cross_entropy(logits / np.float32(best * f), y) for f in (0.9, 1.0, 1.1)]
    assert losses[1] == min(losses)


def test_refit_learns_from_the_validation_rows():
    x, y = blobs(300, 3, noise=3.0)
    more = blobs(300, 3, seed=1, noise=3.0)
    without = fit_head(x, y, n_labels=3, validation=more)
    with_them = fit_head(x, y, n_labels=3, validation=more, refit=True)
    # Rows it has learnt from fit better than the same rows held out.
    assert cross_entropy(with_them.logits(more[0]), more[1]) < cross_entropy(
        without.logits(more[0]), more[1]
    )


def test_few_rows_are_chosen_on_by_folds_and_then_promise_less(monkeypatch):
    losses = {"folds": [], "ten rows": []}
    for seed in range(8):
        x, y = blobs(60, 3, seed=seed, noise=2.0)
        test = blobs(2000, 3, seed=seed + 100, noise=2.0)
        ten = x[:10], y[:10]
        for how, few in (("folds", 3000), ("ten rows", 0)):
            monkeypatch.setattr(head_module, "_FEW_ROWS", few)
            head = fit_head(x[10:], y[10:], n_labels=3, validation=ten, refit=True)
            losses[how].append(cross_entropy(head.logits(test[0]), test[1]))
    assert np.mean(losses["folds"]) < np.mean(losses["ten rows"])


def test_a_category_with_one_row_is_no_reason_to_fail():
    x, y = blobs(61, 2)
    y[:-1] = y[:-1] % 2
    y[-1] = 2
    head = fit_head(x[10:], y[10:], n_labels=3, validation=(x[:10], y[:10]), refit=True)
    assert head.probabilities(x).shape == (61, 3)


def test_copies_of_a_text_never_part_in_the_folds():
    x, y = blobs(60, 3)
    twice, answers = np.concatenate([x, x]), np.concatenate([y, y])
    groups = np.concatenate([np.arange(60)] * 2)
    folds = head_module._folds(answers, groups, 3, seed=0)
    assert len(folds) == 5
    for learn, hold in folds:
        assert not set(groups[learn]) & set(groups[hold])
    head = fit_head(
        twice[:100], answers[:100], n_labels=3, validation=(twice[100:], answers[100:]),
        refit=True, groups=groups,
    )  # fmt: skip
    assert head.probabilities(x).shape == (60, 3)


def test_balance_finds_more_of_a_rare_category():
    x, y = blobs(600, 2, noise=4.0)
    rare = (y == 0) | (np.arange(600) % 20 == 1)
    x, y = x[rare], y[rare]
    plain = fit_head(x, y, n_labels=2, validation=(x[:0], y[:0]))
    even = fit_head(x, y, n_labels=2, validation=(x[:0], y[:0]), balance=True)
    found = [(h.logits(x).argmax(1)[y == 1] == 1).mean() for h in (plain, even)]
    assert found[1] > found[0]
