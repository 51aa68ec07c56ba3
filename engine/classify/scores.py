"""Targets and probabilities in, honest scores with bootstrap intervals out."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.int64]

MEASURES = ("accuracy", "balanced_accuracy", "macro_f1", "weighted_f1")

_MOST_CELLS = 4_000_000
"""Cells of resampled confusions held at once, 8 bytes each and several times that in passing."""


def score(
    targets: NDArray[np.int64],
    probabilities: NDArray[np.float32],
    labels: tuple[str, ...],
    *,
    resamples: int = 1000,
    seed: int = 0,
) -> dict[str, Any]:
    """Everything the report shows, JSON-able.

    Args:
        targets: (n,) places in `labels`.
        probabilities: (n, n_labels).
        labels: Names of the categories.
        resamples: Bootstrap resamples of the rows for the 95% percentile intervals
            (Efron and Tibshirani 1993).
        seed: Of the resampling.

    Returns:
        accuracy, balanced_accuracy (mean recall of the categories that occur), macro_f1 and
        weighted_f1 (mean F1, each category counting the same, or as often as it occurs), each a
        share 0 to 1, with ``*_interval`` [low, high]; per_class with precision, recall, f1, their
        intervals and support; confusion (n_labels x n_labels counts, rows are true); majority
        (accuracy of always saying the most frequent label); ece (expected calibration error over
        15 equal-width bins, Guo et al. 2017); log_loss (nats); brier (0 to 2); rows.
    """
    chosen = probabilities.argmax(axis=1)
    matrix = confusion(targets, chosen, len(labels))
    rng = np.random.default_rng(seed)
    # A resample of rows is a multinomial draw of the confusion's cells: the same law, much faster.
    flat = matrix.reshape(-1)
    total = int(flat.sum())
    blocks = []
    for size in _blocks(resamples, len(flat)):
        draws = rng.multinomial(total, flat / max(total, 1), size=size)
        blocks.append(measures(draws.reshape(size, *matrix.shape)))
    spread = {name: np.concatenate([block[name] for block in blocks]) for name in blocks[0]}
    point = measures(matrix[None])
    return {
        "rows": total,
        **{name: _one(point[name]) for name in MEASURES},
        **{f"{name}_interval": _interval(spread[name]) for name in MEASURES},
        "majority": float(matrix.sum(axis=1).max() / max(total, 1)),
        "ece": calibration_error(targets, probabilities),
        "log_loss": log_loss(targets, probabilities),
        "brier": brier(targets, probabilities),
        "per_class": {
            label: {
                **{m: float(point[m][0, i]) for m in ("precision", "recall", "f1")},
                **{
                    f"{m}_interval": _interval(spread[m][:, i])
                    for m in ("precision", "recall", "f1")
                },
                "support": int(matrix[i].sum()),
            }
            for i, label in enumerate(labels)
        },
        "labels": list(labels),
        "confusion": matrix.tolist(),
    }


def confusion(targets: NDArray[np.int64], chosen: NDArray[np.int64], n_labels: int) -> Counts:
    """(n_labels, n_labels) counts: row = true category, column = predicted one."""
    cells = np.bincount(targets * n_labels + chosen, minlength=n_labels * n_labels)
    return cells.reshape(n_labels, n_labels).astype(np.int64)


def macro_f1(matrix: Counts) -> float:
    """The mean F1 of a confusion's categories, without those that nobody has and nobody says."""
    return _one(measures(matrix[None])["macro_f1"])


def calibration_error(
    targets: NDArray[np.int64], probabilities: NDArray[np.float32], bins: int = 15
) -> float:
    """Mean distance between confidence and accuracy over equal-width bins, weighted by rows."""
    if not len(targets):
        return 0.0
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == targets
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    weight = np.bincount(place, minlength=bins)
    gap = np.abs(
        np.bincount(place, weights=confidence, minlength=bins)
        - np.bincount(place, weights=right, minlength=bins)
    )
    return float(gap.sum() / weight.sum())


def log_loss(targets: NDArray[np.int64], probabilities: NDArray[np.float32]) -> float:
    """Mean surprise at the right answer, in nats; 0 for no rows."""
    if not len(targets):
        return 0.0
    given = probabilities[np.arange(len(targets)), targets].astype(np.float64)
    return float(-np.log(np.clip(given, 1e-12, 1.0)).mean())


def brier(targets: NDArray[np.int64], probabilities: NDArray[np.float32]) -> float:
    """Mean squared distance from certainty about the right answer, 0 to 2 (Brier 1950)."""
    if not len(targets):
        return 0.0
    shares = probabilities.astype(np.float64)
    given = shares[np.arange(len(targets)), targets]
    return float((np.square(shares).sum(axis=1) - 2 * given + 1).mean())


def _blocks(resamples: int, cells: int) -> list[int]:
    """Sizes that add up to `resamples`: with a thousand categories not all fit in memory."""
    most = max(1, _MOST_CELLS // max(cells, 1))
    return [min(most, resamples - start) for start in range(0, resamples, most)]


def measures(matrices: Counts) -> dict[str, NDArray[np.float64]]:
    """Measures of (m, k, k) confusions: (m,) each, (m, k) those of each category.

    The macro mean leaves out the categories that nobody has and nobody says.
    """
    hits = matrices.diagonal(axis1=1, axis2=2).astype(float)
    true, said = matrices.sum(axis=2), matrices.sum(axis=1)
    f1 = _ratio(2 * hits, true + said)
    present = (true + said) > 0
    recall = _ratio(hits, true)
    total = true.sum(axis=1)
    return {
        "accuracy": _ratio(hits.sum(axis=1), total),
        "balanced_accuracy": _ratio(recall.sum(axis=1), (true > 0).sum(axis=1)),
        "weighted_f1": _ratio((f1 * true).sum(axis=1), total),
        "precision": _ratio(hits, said),
        "recall": recall,
        "f1": f1,
        "macro_f1": _ratio((f1 * present).sum(axis=1), present.sum(axis=1)),
    }


def _ratio(above: NDArray[Any], below: NDArray[Any]) -> NDArray[np.float64]:
    shares: NDArray[np.float64] = np.divide(
        above, below, out=np.zeros(np.shape(above)), where=np.asarray(below) > 0
    )
    return shares


def _one(values: NDArray[np.float64]) -> float:
    return float(values[0])


def _interval(values: NDArray[np.float64]) -> list[float]:
    low, high = np.percentile(values, [2.5, 97.5])
    return [float(low), float(high)]
