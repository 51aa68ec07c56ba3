"""Vectors and targets in, a linear head with calibrated probabilities out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Targets = NDArray[np.int64]

_STRENGTHS = (0.3, 1.0, 3.0, 10.0, 30.0)
USUAL_STRENGTH = 3.0
_FEW_ROWS = 3000
_FOLDS = 5


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
    balance: float = 0.0,
    refit: bool = False,
    groups: NDArray[np.int64] | None = None,
    weights: Floats | None = None,
    strength: float = 0.0,
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
        balance: 0 leaves categories their own weight, 1 weighs each the same, 0.5 is half way.
        refit: Learn from the validation rows as well, once they have served for choosing.
        groups: (n + validation rows,) equal for copies of a text, which then share a fold.
        weights: (n + validation rows,) float32, how much each row counts when it is learnt from;
            when it is chosen by, every row counts the same.
        strength: scikit-learn's C, where it is not to be chosen.
        seed: Of the solver and the folds.
    """
    tried = Strengths(
        vectors, targets, n_labels=n_labels, validation=validation, balance=balance, refit=refit,
        groups=groups, weights=weights, seed=seed,
    )  # fmt: skip
    if not len(validation[1]):
        return tried.fitted(strength or USUAL_STRENGTH)
    held_out = {s: tried.held_out(s) for s in ([strength] if strength else _STRENGTHS)}
    losses = {
        s: cross_entropy(found / np.float32(temperature_for(found, answers)), answers)
        for s, (found, answers) in held_out.items()
    }
    best = min(losses, key=losses.__getitem__)
    head = tried.fitted(best)
    return LinearHead(head.weight, head.bias, temperature_for(*held_out[best]))


class Strengths:
    """Heads of any strength on the same rows; the arguments are those of :func:`fit_head`.

    `folds` may be turned off where nothing is to be held out.
    """

    def __init__(
        self,
        vectors: Floats,
        targets: Targets,
        *,
        n_labels: int,
        validation: tuple[Floats, Targets],
        balance: float = 0.0,
        refit: bool = False,
        groups: NDArray[np.int64] | None = None,
        weights: Floats | None = None,
        seed: int = 0,
        folds: bool = True,
    ) -> None:
        n, both = len(targets), len(targets) + len(validation[1])
        weights = np.ones(both, dtype=np.float32) if weights is None else weights
        groups = np.arange(both) if groups is None else groups
        self._learn, self._validation = (vectors, targets, weights[:n]), validation
        self._rows = self._learn
        if refit:
            self._rows = (
                np.concatenate([vectors, validation[0]]),
                np.concatenate([targets, validation[1]]),
                weights,
            )
        self._n_labels, self._balance, self._seed = n_labels, balance, seed
        self._folds = []
        if folds and len(validation[1]):
            self._folds = _folds(self._rows[1], groups[: len(self._rows[1])], n_labels, seed)

    def fitted(self, strength: float) -> LinearHead:
        """The head of that strength on all rows, temperature 1."""
        return self._fit(strength, *self._rows)

    def held_out(self, strength: float) -> tuple[Floats, Targets]:
        """Logits (m, n_labels) and targets (m,) of rows that the heads they come from never saw.

        The validation rows; where rows are few, every row once.
        """
        if not self._folds:
            return self._fit(strength, *self._learn).logits(self._validation[0]), self._validation[
                1
            ]
        vectors, targets, weights = self._rows
        logits = np.empty((len(targets), self._n_labels), dtype=np.float32)
        for learn, hold in self._folds:
            head = self._fit(strength, vectors[learn], targets[learn], weights[learn])
            logits[hold] = head.logits(vectors[hold])
        return logits, targets

    def _fit(self, strength: float, x: Floats, y: Targets, counts: Floats) -> LinearHead:
        from sklearn.linear_model import LogisticRegression
        from threadpoolctl import threadpool_limits

        if self._balance:
            counts = counts * class_weights(y, counts, self._n_labels, power=self._balance)[y]
        model = LogisticRegression(C=strength, max_iter=1000, random_state=self._seed)
        # Its products are small: their threads would mostly wait for each other.
        with threadpool_limits(limits=1):
            return _from_sklearn(model.fit(x, y, sample_weight=counts), self._n_labels)


def fits(rows: int, *, strength: float = 0.0) -> int:
    """How many fits :func:`fit_head` makes on about `rows` rows, the last on them all."""
    each = _FOLDS if rows <= _FEW_ROWS else 1
    return each * (1 if strength else len(_STRENGTHS)) + 1


def class_weights(targets: Targets, counts: Floats, n_labels: int, *, power: float = 1.0) -> Floats:
    """(n_labels,) float32 by which rows that count `counts` weigh the same in every category.

    They leave the weight of all rows together as it is; with equal counts they are scikit-learn's
    "balanced" ones. A `power` below 1 goes only part of the way, 0.5 to the square root of the
    inverse frequency, and 0 none of it. A category without rows has 1.
    """
    mass = np.bincount(targets, weights=counts, minlength=n_labels)
    there = mass > 0
    even = np.ones(n_labels, dtype=np.float32)
    even[there] = (mass.sum() / (there.sum() * mass[there])) ** power
    even *= np.float32(mass.sum() / max(float(mass @ even), 1e-12))
    return even


def _folds(
    targets: Targets, groups: NDArray[np.int64], n_labels: int, seed: int
) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """(learn, hold) row numbers of five folds; none where rows are many or a category has one."""
    from sklearn.model_selection import StratifiedGroupKFold

    fewest = min(len(np.unique(groups[targets == label])) for label in range(n_labels))
    if len(targets) > _FEW_ROWS or fewest < 2:
        return []
    split = StratifiedGroupKFold(min(_FOLDS, fewest), shuffle=True, random_state=seed)
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
