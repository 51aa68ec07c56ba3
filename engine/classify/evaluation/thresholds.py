"""Probabilities and a threshold in, what is answered, what is left open and how right it is out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.classify.evaluation.answers import Answers
from engine.proportions import wilson

_POINTS = 200
_FEWEST = 20


@dataclass(frozen=True, eq=False)
class Coverage:
    """What each threshold would give, from the lowest up; every attribute is (m,).

    thresholds: confidence from which it answers. coverage: share of the rows answered.
    accuracy: share of those that are right, with the ends of its 95% interval (Wilson).
    """

    thresholds: NDArray[np.float64]
    coverage: NDArray[np.float64]
    accuracy: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]


def coverage_curve(answers: Answers) -> Coverage:
    """Every confidence that occurs as a threshold, thinned to 200."""
    thresholds, answered, hits = _steps(answers)
    kept = np.unique(np.linspace(0, len(thresholds) - 1, _POINTS).round().astype(int))
    kept = kept[: len(thresholds)]
    low, high = wilson(hits[kept], answered[kept])
    return Coverage(
        thresholds=thresholds[kept],
        coverage=answered[kept] / len(answers),
        accuracy=hits[kept] / answered[kept],
        low=low,
        high=high,
    )


def threshold_for(answers: Answers, accuracy: float) -> float | None:
    """The lowest confidence from which at least `accuracy` of the answers are right.

    None where no threshold that answers at least 20 rows gets there. Choose it on other rows than
    those it is judged on: on its own rows it flatters itself.
    """
    thresholds, answered, hits = _steps(answers)
    good = np.flatnonzero((hits / answered >= accuracy) & (answered >= _FEWEST))
    return float(thresholds[good[0]]) if len(good) else None


def at_threshold(answers: Answers, threshold: float) -> dict[str, Any]:
    """The figures at one threshold.

    Returns:
        rows, answered, coverage (a share), accuracy of the answered with ``accuracy_interval``
        [low, high] (None where nothing is answered), errors, and per_class: label to support,
        answered (of those that are of it), precision, recall (of all that are of it) and kept_right
        (share right among its answered ones).
    """
    said = answers.confidence >= threshold
    hits = int((said & answers.right).sum())
    low, high = wilson(hits, int(said.sum()))
    per_class = {}
    for place, label in enumerate(answers.labels):
        true, named = answers.targets == place, said & (answers.chosen == place)
        right = int((true & named).sum())
        support, replied = int(true.sum()), int((true & said).sum())
        per_class[label] = {
            "support": support,
            "answered": replied,
            "precision": _share(right, int(named.sum())),
            "recall": _share(right, support),
            "kept_right": _share(right, replied),
        }
    answered = int(said.sum())
    return {
        "rows": len(answers),
        "answered": answered,
        "coverage": answered / max(len(answers), 1),
        "accuracy": _share(hits, answered),
        "accuracy_interval": [float(low), float(high)],
        "errors": answered - hits,
        "per_class": per_class,
    }


def _steps(
    answers: Answers,
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]:
    """Distinct confidences from low to high; rows at or above each; hits among those."""
    order = np.argsort(-answers.confidence, kind="stable")
    sure = answers.confidence[order].astype(np.float64)
    hits = np.cumsum(answers.right[order].astype(np.int64))
    last = np.flatnonzero(np.diff(sure, append=-1.0) != 0)  # the last row of each confidence
    return sure[last][::-1], (last + 1).astype(np.int64)[::-1], hits[last][::-1]


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
