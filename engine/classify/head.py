"""Vectors and targets in, a linear head with calibrated probabilities out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Targets = NDArray[np.int64]

_STRENGTHS = (0.3, 1.0, 3.0, 10.0, 30.0)
_USUAL_STRENGTH = 3.0
_FEW_ROWS = 3000


@dataclass(frozen=True, eq=False)
class LinearHead:
    """Logits are ``(vectors @ weight.T + bias) / temperature``.

    weight: (n_labels, width) float32. bias: (n_labels,) float32. temperature: above 1 makes the
    probabilities more modest (Guo et al. 2017, arXiv:1706.04599).
    """

    weight: Floats
    bias: Floats
    temperature: float = 1.0

    def logits(self, vectors: Floats) -> Floats:
        """(n, n_labels) float32, already divided by the temperature."""
        scores: Floats = (vectors @ self.weight.T + self.bias) / np.float32(self.temperature)
        return scores

    def probabilities(self, vectors: Floats) -> Floats:
        """(n, n_labels) float32; each row sums to 1."""
        return softmax(self.logits(vectors))


def softmax(logits: Floats) -> Floats:
    """(n, k) logits to (n, k) probabilities, safe for large logits."""
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares: Floats = shifted / shifted.sum(axis=1, keepdims=True)
    return shares


def fit_head(
    vectors: Floats,
    targets: Targets,
    *,
    n_labels: int,
    validation: tuple[Floats, Targets],
    balance: bool = False,
    refit: bool = False,
    groups: NDArray[np.int64] | None = None,
    seed: int = 0,
) -> LinearHead:
    """Multinomial logistic regression whose strength is the best of five, with its temperature.

    Both are chosen on the validation rows. Where rows are few, those are too few to choose on:
    then every row is held out once, in five folds. With `refit` the head learns from the
    validation rows too. With nothing to choose on, strength is 3 and temperature 1.

    Args:
        vectors: (n, width) float32.
        targets: (n,) int64 below `n_labels`; every label occurs.
        n_labels: Number of categories.
        validation: Vectors and targets the strength and temperature are chosen on.
        balance: Weigh each category the same.
        refit: Learn from the validation rows as well, once they have served for choosing.
        groups: (n + validation rows,) equal for copies of a text, which then share a fold.
        seed: Of the solver and the folds.
    """
    from sklearn.linear_model import LogisticRegression

    def fitted(strength: float, x: Floats, y: Targets) -> LinearHead:
        weights = "balanced" if balance else None
        model = LogisticRegression(
            C=strength, max_iter=1000, class_weight=weights, random_state=seed
        )
        return _from_sklearn(model.fit(x, y), n_labels)

    if not len(validation[1]):
        return fitted(_USUAL_STRENGTH, vectors, targets)
    rows = vectors, targets
    if refit:
        rows = np.concatenate([vectors, validation[0]]), np.concatenate([targets, validation[1]])
    together = np.arange(len(targets) + len(validation[1])) if groups is None else groups
    folds = _folds(rows[1], together[: len(rows[1])], n_labels, seed)
    logits: dict[float, Floats] = {}
    for strength in _STRENGTHS:
        if folds:
            held_out = np.empty((len(rows[1]), n_labels), dtype=np.float32)
            for learn, hold in folds:
                held_out[hold] = fitted(strength, rows[0][learn], rows[1][learn]).logits(
                    rows[0][hold]
                )
            logits[strength] = held_out
        else:
            logits[strength] = fitted(strength, vectors, targets).logits(validation[0])
    answers = rows[1] if folds else validation[1]
    losses = {
        strength: cross_entropy(found / np.float32(temperature_for(found, answers)), answers)
        for strength, found in logits.items()
    }
    strength = min(losses, key=losses.__getitem__)
    head = fitted(strength, *rows)
    return LinearHead(head.weight, head.bias, temperature_for(logits[strength], answers))


def _folds(
    targets: Targets, groups: NDArray[np.int64], n_labels: int, seed: int
) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """(learn, hold) row numbers of five folds; none where rows are many or a category has one."""
    from sklearn.model_selection import StratifiedGroupKFold

    fewest = min(len(np.unique(groups[targets == label])) for label in range(n_labels))
    if len(targets) > _FEW_ROWS or fewest < 2:
        return []
    split = StratifiedGroupKFold(min(5, fewest), shuffle=True, random_state=seed)
    folds = list(split.split(targets, targets, groups))
    whole = all(len(np.unique(targets[learn])) == n_labels for learn, _ in folds)
    return folds if whole else []


def calibrated(head: LinearHead, vectors: Floats, targets: Targets) -> LinearHead:
    """The same head with the temperature that fits these rows best."""
    if not len(targets):
        return head
    logits = LinearHead(head.weight, head.bias).logits(vectors)
    return LinearHead(head.weight, head.bias, temperature_for(logits, targets))


def temperature_for(logits: Floats, targets: Targets) -> float:
    """The temperature with the least cross-entropy, between 0.05 and 20."""
    from scipy.optimize import minimize_scalar

    found = minimize_scalar(
        lambda log_t: cross_entropy(logits / np.float32(np.exp(log_t)), targets),
        bounds=(np.log(0.05), np.log(20.0)),
        method="bounded",
    )
    return float(np.exp(found.x))


def cross_entropy(logits: Floats, targets: Targets) -> float:
    """Mean negative log-likelihood in nats; 0 for no rows."""
    if not len(targets):
        return 0.0
    chosen = softmax(logits)[np.arange(len(targets)), targets]
    return float(-np.log(np.maximum(chosen, 1e-12)).mean())


def _from_sklearn(model: object, n_labels: int) -> LinearHead:
    weight = np.asarray(model.coef_, dtype=np.float32)  # type: ignore[attr-defined]
    bias = np.asarray(model.intercept_, dtype=np.float32)  # type: ignore[attr-defined]
    if n_labels == 2:
        # scikit-learn keeps one row for two categories; ours has one for each.
        half = np.float32(0.5)
        weight, bias = (
            np.concatenate([-weight, weight]) * half,
            np.concatenate([-bias, bias]) * half,
        )
    return LinearHead(weight, bias)
