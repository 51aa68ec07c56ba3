"""A training's spec and a number of seeds in; as many classifiers and their spread out."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.classify.part_progress import On
from engine.classify.spec import RepeatSpec, TrainSpec
from engine.errors import Cancelled

if TYPE_CHECKING:
    from engine.store import Artifact
    from engine.work import Work

MEASURES = ("accuracy", "macro_f1")


def build(spec: RepeatSpec, work: Work) -> dict[str, Any]:
    """Train ``spec.runs`` times; each classifier is an ordinary one, found again by its own spec.

    Writes ``repeats.json``: seed, model (key), accuracy, macro_f1, steps and seconds of each. A
    stop keeps what is whole; resumed, the others follow.

    Returns:
        runs, scored_on, labels and, of accuracy and macro_f1: mean, std (of the sample, with
        n - 1), low, high; middle (key of the classifier nearest to the mean macro-F1: the one with
        the highest would be a choice by the test texts).

    Raises:
        InputError: the dataset cannot train a classifier.
        Cancelled: it was stopped before two were whole.
    """
    if spec.route == "quick":
        work.progress.note(
            "The quick route hardly hangs on the seed: what its score may be off by is the "
            "interval in its report."
        )
    models: list[Artifact] = []
    for n in range(spec.runs):
        if work.progress.stop_requested:
            break
        on = On(work.progress, f"Training {n + 1} of {spec.runs}: ", point={"run": float(n + 1)})
        one = TrainSpec.parse({**_train(spec), "seed": spec.seed + n})
        models.append(replace(work, progress=on).make(one))
        accuracy, f1 = (models[-1].facts[m] for m in MEASURES)
        work.progress.note(f"Seed {one.seed}: accuracy {accuracy:.3f}, macro-F1 {f1:.3f}.")
    if len(models) < min(2, spec.runs):
        raise Cancelled
    if len(models) < spec.runs:
        work.stopped_at(len(models))
    rows = [_row(model, spec.seed + n) for n, model in enumerate(models)]
    (work.out / "repeats.json").write_text(json.dumps(rows), encoding="utf-8")
    values = {m: np.array([row[m] for row in rows]) for m in MEASURES}
    nearest = np.abs(values["macro_f1"] - values["macro_f1"].mean()).argmin()
    first = models[0].facts
    return {
        "runs": len(rows),
        **{m: float(values[m].mean()) for m in MEASURES},
        **{f"{m}_std": float(values[m].std(ddof=1)) for m in MEASURES},
        **{f"{m}_low": float(values[m].min()) for m in MEASURES},
        **{f"{m}_high": float(values[m].max()) for m in MEASURES},
        "middle": models[int(nearest)].key,
        **{name: first[name] for name in ("scored_on", "scored_rows", "labels", "route")},
    }


def _train(spec: RepeatSpec) -> dict[str, Any]:
    return {name: value for name, value in spec.model_dump().items() if name != "runs"}


def _row(model: Artifact, seed: int) -> dict[str, Any]:
    return {
        "seed": seed,
        "model": model.key,
        **{m: model.facts[m] for m in MEASURES},
        "ece": model.facts["ece"],
        "steps": model.facts.get("steps"),
        "seconds": model.manifest.seconds,
    }
