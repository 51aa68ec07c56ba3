"""Vectors with labels in, what is thought of each label out.

Confident learning (Northcutt, Jiang and Chuang 2021, arXiv:1911.00068), as cleanlab has it, on
probabilities that each text was given by a model that never saw it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.classify.examples import Examples
from engine.classify.head import Floats, LinearHead, Targets, fit_head, softmax, temperature_for
from engine.progress import SILENT, Progress

STRENGTH = 1.0
"""Of the linear model (scikit-learn's C): one that follows single texts less closely than the best
classifier would, and so is less swayed by the wrong labels among them."""


@dataclass(frozen=True, eq=False)
class Doubts:
    """What is thought of n labels.

    score: (n,) float32, the probability of the given label, judged without it. suggestion: (n,)
    int64, the likeliest label. confidence: (n,) float32, its probability. doubted: (n,) bool.
    """

    score: Floats
    suggestion: Targets
    confidence: Floats
    doubted: NDArray[np.bool_]


def judge(
    vectors: Floats,
    targets: Targets,
    *,
    groups: NDArray[np.int64],
    folds: int = 5,
    seed: int = 0,
    progress: Progress = SILENT,
) -> Doubts:
    """Doubt labels by cross-validated probabilities; copies of a text are judged together.

    Args:
        vectors: (n, width) float32.
        targets: (n,) int64, every number from 0 to the number of labels - 1 occurs.
        groups: (n,) equal for copies of a text, which are never both learnt from and judged.
        folds: Parts; at least two labels must have that many groups.
        seed: Of the division and the solver.
        progress: Hears of each fold.
    """
    from cleanlab.filter import find_label_issues
    from cleanlab.rank import get_label_quality_scores

    shares = held_out(vectors, targets, groups=groups, folds=folds, seed=seed, progress=progress)
    # cleanlab counts in float64, and wants rows that add up to 1 in it.
    exact = shares.astype(np.float64)
    exact /= exact.sum(axis=1, keepdims=True)
    doubted = np.asarray(find_label_issues(targets, exact, n_jobs=1), dtype=bool)
    score = get_label_quality_scores(targets, exact, method="self_confidence")
    suggestion = shares.argmax(axis=1).astype(np.int64)
    return Doubts(
        score=np.asarray(score, dtype=np.float32),
        suggestion=suggestion,
        confidence=shares.max(axis=1),
        doubted=doubted & (suggestion != targets),
    )


def held_out(
    vectors: Floats,
    targets: Targets,
    *,
    groups: NDArray[np.int64],
    folds: int,
    seed: int,
    progress: Progress = SILENT,
) -> Floats:
    """(n, n_labels) float32: what a linear model says of each row that did not learn from it.

    One temperature, the best for all rows together, makes the probabilities honest.
    """
    from sklearn.model_selection import StratifiedGroupKFold

    n_labels = int(targets.max()) + 1
    # Far below any logit: a label that a fold's model never met has no share there.
    logits = np.full((len(targets), n_labels), -1e4, dtype=np.float32)
    progress.stage("Judging each text by the others", total=folds, unit="parts")
    parts = StratifiedGroupKFold(folds, shuffle=True, random_state=seed)
    for learn, hold in parts.split(targets, targets, groups):
        met, known = np.unique(targets[learn], return_inverse=True)
        head = _fitted(vectors[learn], known.astype(np.int64), len(met), seed)
        logits[np.ix_(hold, met)] = head.logits(vectors[hold])
        progress.advance(1)
    temperature = np.float32(temperature_for(logits, targets))
    return softmax(logits / temperature)


def judgeable(examples: Examples, folds: int) -> NDArray[np.int64]:
    """Places in `examples` of the rows whose category has at least `folds` groups."""
    enough = [
        code
        for code in range(len(examples.labels))
        if len(np.unique(examples.groups[examples.targets == code])) >= folds
    ]
    return np.flatnonzero(np.isin(examples.targets, enough))


def _fitted(vectors: Floats, targets: Targets, n_labels: int, seed: int) -> LinearHead:
    nothing = vectors[:0], targets[:0]
    return fit_head(
        vectors, targets, n_labels=n_labels, validation=nothing, strength=STRENGTH, seed=seed
    )
