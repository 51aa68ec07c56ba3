"""Targets and probabilities in, a ROC and a precision-recall curve of each category out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.classify.evaluation.answers import Answers

Points = NDArray[np.float64]

_POINTS = 200


@dataclass(frozen=True, eq=False)
class Curve:
    """One category against the rest, by the probability given to it.

    Attributes:
        label: The category.
        support: Rows that are of it.
        auc: Area under the ROC curve: the chance that a row of the category is given a higher
            probability of it than a row that is not.
        average_precision: Mean precision over the recall levels, each by what recall it adds.
        fpr: False-positive rate, and `tpr` true-positive rate, (m,) from 0 to 1.
        recall: (p,) from 0 to 1, and `precision` at it.
    """

    label: str
    support: int
    auc: float
    average_precision: float
    fpr: Points
    tpr: Points
    recall: Points
    precision: Points


def curves(answers: Answers, *, most: int = 50) -> list[Curve]:
    """The curves of the `most` frequent categories, in the order of `labels`.

    A category that every row or no row has is left out: it cannot be told from a rest.
    """
    support = np.bincount(answers.targets, minlength=len(answers.labels))
    known = np.flatnonzero((support > 0) & (support < len(answers)))
    chosen = np.sort(known[np.argsort(-support[known], kind="stable")][:most])
    return [_curve(answers, int(place)) for place in chosen]


def macro(found: list[Curve]) -> tuple[float, float]:
    """Mean AUC and mean average precision over categories; NaN where there are none."""
    if not found:
        return float("nan"), float("nan")
    return (
        float(np.mean([one.auc for one in found])),
        float(np.mean([one.average_precision for one in found])),
    )


def _curve(answers: Answers, place: int) -> Curve:
    from sklearn import metrics

    hits = answers.targets == place
    sure = answers.probabilities[:, place]
    fpr, tpr, _ = metrics.roc_curve(hits, sure)
    precision, recall, _ = metrics.precision_recall_curve(hits, sure)
    return Curve(
        label=answers.labels[place],
        support=int(hits.sum()),
        auc=float(metrics.auc(fpr, tpr)),
        average_precision=float(metrics.average_precision_score(hits, sure)),
        **_thin(fpr=fpr, tpr=tpr),
        **_thin(recall=recall[::-1], precision=precision[::-1]),
    )


def _thin(**lines: Points) -> dict[str, Points]:
    """The same lines with at most about 200 points, spread over the length of what is drawn."""
    x, y = lines.values()
    if len(x) > _POINTS:
        way = np.cumsum(np.hypot(np.diff(x, prepend=x[0]), np.diff(y, prepend=y[0])))
        kept = np.unique(np.searchsorted(way, np.linspace(0, way[-1], _POINTS)))
        kept = np.unique(np.concatenate([[0], np.minimum(kept, len(x) - 1), [len(x) - 1]]))
        lines = {name: line[kept] for name, line in lines.items()}
    return {name: np.asarray(line, dtype=np.float64) for name, line in lines.items()}
