"""Vectors of held-out texts in, a measure of how unlike them another text is out.

A Gaussian a category with one covariance for all, as in Lee et al. 2018 (arXiv:1807.03888); of the
covariance the strongest directions are kept and one number for all others (probabilistic principal
components, Tipping & Bishop 1999), so that it takes some kilobytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from engine.classify.head import Floats, Targets
from engine.encoder.onnx.weights import mapped

FILE = "familiar.safetensors"
USUAL = 0.98
"""Share of held-out texts that are not called strange."""

_DIRECTIONS = 16
_FEWEST = 200
_MOST_CATEGORIES = 50


@dataclass(frozen=True, eq=False)
class Familiar:
    """How far a vector is from those of a model's own texts.

    means: (k, width), of the categories. directions: (r, width), of length 1 and square to each
    other. spread: (r,) variance along them. rest: variance along any other. limit: the distance
    that USUAL of the held-out texts stay below.
    """

    means: Floats
    directions: Floats
    spread: Floats
    rest: float
    limit: float

    def distances(self, vectors: Floats) -> Floats:
        """(n,) squared Mahalanobis distance to the nearest category, in shares of the limit."""
        found = np.full(len(vectors), np.inf, dtype=np.float64)
        for mean in self.means:
            away = (vectors - mean).astype(np.float64)
            along = away @ self.directions.T
            left = np.maximum((away**2).sum(axis=1) - (along**2).sum(axis=1), 0)
            found = np.minimum(found, (along**2 / self.spread).sum(axis=1) + left / self.rest)
        shares: Floats = (found / self.limit).astype(np.float32)
        return shares

    def strange(self, vector: Floats) -> float:
        """Above 1 where a text is further away than USUAL of the held-out ones."""
        return float(self.distances(vector[None])[0])

    def save(self, folder: Path) -> None:
        """Keep it with the model in `folder`."""
        from safetensors.numpy import save_file

        half = {"means": self.means, "directions": self.directions}
        whole = {"spread": self.spread, "numbers": np.array([self.rest, self.limit])}
        tensors: dict[str, Any] = {name: a.astype(np.float16) for name, a in half.items()}
        tensors |= {name: a.astype(np.float32) for name, a in whole.items()}
        save_file(tensors, folder / FILE)


def open_familiar(folder: Path) -> Familiar | None:
    """The measure kept with a model; None where it has none."""
    if not (folder / FILE).is_file():
        return None
    tensors = {name: np.asarray(a, np.float32) for name, a in mapped(folder / FILE).items()}
    rest, limit = tensors.pop("numbers").tolist()
    return Familiar(**tensors, rest=rest, limit=limit)


def learn_familiar(vectors: Floats, targets: Targets, *, seed: int = 0) -> Familiar | None:
    """The measure from texts the encoder did not learn from: half of them fit, half set the limit.

    Args:
        vectors: (n, width) float32.
        targets: (n,) int64, their categories.
        seed: Of the halves.

    Returns:
        None where there are too few texts, or too many categories, for it to mean something.
    """
    order = np.random.default_rng(seed).permutation(len(targets))
    fit, hold = order[::2], order[1::2]
    kinds = np.unique(targets[fit])
    if len(fit) < _FEWEST or len(kinds) > _MOST_CATEGORIES:
        return None
    means = np.stack([vectors[fit][targets[fit] == kind].mean(axis=0) for kind in kinds])
    away = (vectors[fit] - means[np.searchsorted(kinds, targets[fit])]).astype(np.float64)
    variances, axes = np.linalg.eigh(away.T @ away / len(away))
    kept = min(_DIRECTIONS, vectors.shape[1] - 1)
    rest = max(float(variances[:-kept].mean()), 1e-9)
    made = Familiar(
        means=_halved(means),
        directions=_halved(axes[:, -kept:].T),
        spread=np.maximum(variances[-kept:], rest).astype(np.float32),
        rest=rest,
        limit=1.0,
    )
    limit = float(np.quantile(made.distances(vectors[hold]), USUAL))
    return Familiar(made.means, made.directions, made.spread, made.rest, limit)


def _halved(array: Any) -> Floats:
    """As it will be read back: kept in half precision, row by row."""
    rounded: Floats = np.ascontiguousarray(array, dtype=np.float16).astype(np.float32)
    return rounded
