"""A classifier and a labelled dataset in, scores and predictions out: the evaluate stage."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.classify.classifier import load_classifier
from engine.classify.evaluation.leakage import known, seen_by, write_seen
from engine.classify.examples import Examples, read_labelled
from engine.classify.predictions import write_predictions
from engine.classify.scores import score
from engine.classify.spec import EvaluateSpec
from engine.errors import InputError
from engine.store.files import write_json
from engine.work import Work


def build(spec: EvaluateSpec, work: Work) -> dict[str, Any]:
    """Score the model on one split, or all rows, of the dataset.

    Writes ``scores.json``, ``predictions.parquet`` and ``seen.parquet``: which of the rows the
    model has learnt from, or from a copy of.

    Raises:
        InputError: the dataset has no rows there whose category the model knows.
    """
    model, dataset = work.inputs["model"], work.inputs["dataset"]
    classifier = load_classifier(model.path)
    examples = read_labelled(dataset, classifier.labels)
    everyone = np.arange(len(examples.texts), dtype=np.int64)
    places = everyone if spec.split == "all" else examples.where(spec.split)
    if not len(places):
        raise InputError(
            f"{dataset.title} has no {spec.split} rows with the model's categories "
            f"({', '.join(classifier.labels[:6])}); choose another split or dataset."
        )
    left_out = examples.left_out
    unknown = sum(left_out.values()) if spec.split == "all" else left_out.get(spec.split, 0)
    if unknown:
        work.progress.note(
            f"{unknown:,} rows have a category the model does not know and are not scored."
        )
    return {**_scored(spec, examples, places, classifier, work), "left_out": unknown}


def _scored(
    spec: EvaluateSpec, examples: Examples, places: Any, classifier: Any, work: Work
) -> dict[str, Any]:
    work.progress.stage("Predicting", total=len(places), unit="texts")
    texts = [examples.texts[i] for i in places]
    probabilities = classifier.probabilities(texts, progress=work.progress)
    scores = score(examples.targets[places], probabilities, examples.labels)
    work.progress.stage("Looking for texts that were learnt from")
    rows = examples.rows[places]
    seen = seen_by(
        work.inputs["model"], work.inputs["dataset"], rows, texts, work.store,
        progress=work.progress,
    )  # fmt: skip
    scores["split"] = spec.split
    write_json(work.out / "scores.json", scores)
    write_predictions(work.out, examples, places, probabilities)
    write_seen(work.out, rows, seen)
    return {
        **{name: scores[name] for name in ("accuracy", "macro_f1", "ece", "majority", "rows")},
        "scored_on": spec.split,
        "labels": list(examples.labels),
        "seen": int(seen.flags.sum()) if known(work.inputs["model"], work.store) else None,
        "seen_nearly": seen.near,
        "per_class": {
            label: {m: entry[m] for m in ("precision", "recall", "f1", "support")}
            for label, entry in scores["per_class"].items()
        },
    }
