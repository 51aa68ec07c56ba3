"""Probabilities in, how honest they are out: reliability bins, before and after temperature."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.classify.head import Floats, softmax
from engine.classify.scores import brier, calibration_error, log_loss
from engine.proportions import wilson

BINS = 10


@dataclass(frozen=True)
class Bin:
    """The rows whose confidence lies from `low` up to `high` (the last one: and at it).

    confidence and accuracy are their means, interval the 95% one of the accuracy (Wilson).
    """

    low: float
    high: float
    rows: int
    confidence: float
    accuracy: float
    interval: tuple[float, float]


@dataclass(frozen=True)
class Honesty:
    """ece (15 bins, Guo et al. 2017), log_loss in nats, Brier score (0 to 2): less is better."""

    ece: float
    log_loss: float
    brier: float


def reliability(
    targets: NDArray[np.int64], probabilities: Floats, *, bins: int = BINS
) -> list[Bin]:
    """The bins that hold a row, from least to most confident."""
    place = bin_of(probabilities.max(axis=1), bins=bins)
    right = probabilities.argmax(axis=1) == targets
    found = []
    for n in np.unique(place):
        mine = place == n
        rows, hits = int(mine.sum()), int(right[mine].sum())
        low, high = wilson(hits, rows)
        found.append(
            Bin(
                low=float(n) / bins,
                high=float(n + 1) / bins,
                rows=rows,
                confidence=float(probabilities[mine].max(axis=1).mean()),
                accuracy=hits / rows,
                interval=(float(low), float(high)),
            )
        )
    return found


def bin_of(confidence: Floats, *, bins: int = BINS) -> NDArray[np.int64]:
    """(n,) place of each confidence among equal-width bins; 1 belongs to the last."""
    return np.minimum((confidence * bins).astype(np.int64), bins - 1)


def honesty(targets: NDArray[np.int64], probabilities: Floats) -> Honesty:
    """How far the probabilities are from what came true."""
    return Honesty(
        ece=calibration_error(targets, probabilities),
        log_loss=log_loss(targets, probabilities),
        brier=brier(targets, probabilities),
    )


def without_temperature(probabilities: Floats, temperature: float) -> Floats:
    """(n, n_labels) probabilities as they were before the logits were divided by `temperature`.

    Logits are known from probabilities but for a constant a row, which softmax does not see.
    """
    logs = np.log(np.maximum(probabilities, np.finfo(np.float32).tiny))
    return softmax((logs * np.float32(temperature)).astype(np.float32))
