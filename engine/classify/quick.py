"""The quick route: cached vectors of a frozen encoder in, a calibrated linear head out."""

from __future__ import annotations

import numpy as np

from engine.classify.examples import Examples
from engine.classify.head import Floats, LinearHead, fit_head
from engine.classify.spec import TrainSpec
from engine.encoder.spec import EmbedSpec
from engine.work import Work


def example_vectors(spec: TrainSpec, examples: Examples, work: Work) -> Floats:
    """(n, width) float32 of the examples, from the dataset's vectors, computed once and cached."""
    artifact = work.make(
        EmbedSpec(
            dataset=work.inputs["dataset"].key,
            encoder=spec.encoder,
            max_length=spec.max_length,
            attention=spec.attention,
        )
    )
    stored = np.load(artifact.path / "vectors.npy", mmap_mode="r")
    chosen: Floats = np.asarray(stored[examples.places], dtype=np.float32)
    return chosen


def quick_head(spec: TrainSpec, examples: Examples, vectors: Floats, work: Work) -> LinearHead:
    """The head that fits the training rows, chosen and calibrated on the validation rows."""
    work.progress.stage("Fitting the linear head")
    train, validation = examples.where("train"), examples.where("validation")
    return fit_head(
        vectors[train],
        examples.targets[train],
        n_labels=len(examples.labels),
        validation=(vectors[validation], examples.targets[validation]),
        balance=spec.balance_classes,
        # Only where test rows remain to score on: the validation rows are then free to teach.
        refit=spec.route == "quick" and len(examples.where("test")) > 0,
        groups=np.concatenate([examples.groups[train], examples.groups[validation]]),
        seed=spec.seed,
    )
