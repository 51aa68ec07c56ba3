"""The quick route: cached vectors of a frozen encoder in, a calibrated linear head out."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.classify.beginning import Beginning
from engine.classify.examples import Examples
from engine.classify.head import USUAL_STRENGTH, Floats, LinearHead, fit_head
from engine.classify.spec import TrainSpec
from engine.encoder.spec import EmbedSpec
from engine.work import Work


def embed_spec(spec: TrainSpec, begin: Beginning, dataset: str) -> EmbedSpec:
    """Which vectors of the dataset called `dataset` a training works with."""
    return EmbedSpec(
        dataset=dataset,
        encoder=begin.encoder,
        max_length=begin.max_length,
        attention=spec.attention,
    )


def example_vectors(spec: TrainSpec, begin: Beginning, examples: Examples, work: Work) -> Floats:
    """(n, width) float32 of the examples, from the dataset's vectors, computed once and cached."""
    artifact = work.make(embed_spec(spec, begin, work.inputs["dataset"].key))
    stored = np.load(artifact.path / "vectors.npy", mmap_mode="r")
    chosen: Floats = np.asarray(stored[examples.places], dtype=np.float32)
    return chosen


def quick_head(spec: TrainSpec, examples: Examples, vectors: Floats, work: Work) -> LinearHead:
    """The head that fits the training rows, chosen and calibrated on the validation rows."""
    work.progress.stage("Fitting the linear head")
    alone = spec.route == "quick"
    return fit_head(
        **head_rows(spec, examples, vectors),
        # Only where test rows remain to score on: the validation rows are then free to teach.
        refit=alone and len(examples.where("test")) > 0,
        # One is enough for a head that is only begun with.
        strength=spec.strength if alone else USUAL_STRENGTH,
    )


def head_rows(spec: TrainSpec, examples: Examples, vectors: Floats) -> dict[str, Any]:
    """What :func:`engine.classify.head.fit_head` is told of a dataset's rows."""
    train, validation = examples.where("train"), examples.where("validation")
    both = np.concatenate([train, validation])
    return {
        "vectors": vectors[train],
        "targets": examples.targets[train],
        "n_labels": len(examples.labels),
        "validation": (vectors[validation], examples.targets[validation]),
        "balance": spec.class_balance,
        "groups": examples.groups[both],
        "weights": examples.weights[both],
        "seed": spec.seed,
    }
