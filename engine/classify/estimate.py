"""A training's spec and what ran here before in, how long it would take out."""

from __future__ import annotations

from dataclasses import dataclass

from engine.classify.beginning import beginning
from engine.classify.quick import embed_spec
from engine.classify.spec import RehearseSpec, TrainSpec
from engine.encoder.hub.find import find_folder, is_here
from engine.progress import SILENT
from engine.resolve import resolve
from engine.store import Artifact, Store

_FORWARD, _BACKWARD = 1.3, 2.7
"""What a text costs that is learnt from, in passes of embedding, with the looks meanwhile."""
_LORA_BACKWARD = 1.7
_FIRST_S = 10.0
"""Starting, loading the encoder, fitting and scoring the head."""


@dataclass(frozen=True)
class Estimate:
    """Seconds a training would take here, at least and at most; whether its own steps tell so."""

    low: float
    seconds: float
    high: float
    measured: bool


def estimate(
    spec: TrainSpec, dataset: Artifact, *, train_rows: int, store: Store
) -> Estimate | None:
    """How long the training would take here; None where there is nothing to judge by.

    By the steps that a check of the very same training took, else, to a factor of two or so, by the
    newest embedding with the same encoder on this machine.

    Args:
        spec: What would be trained.
        dataset: On what.
        train_rows: Rows it would learn from.
        store: Where earlier runs are.
    """
    if not is_here(spec.encoder):
        return None
    if found := rehearsed(spec, store):
        low, seconds, high = (found.facts[n] for n in ("seconds_low", "seconds", "seconds_high"))
        return Estimate(low, seconds, high, measured=True)
    runs = [v for v in store.artifacts("vectors") if v.manifest.spec.get("encoder") == spec.encoder]
    speeds = [v.facts["docs_per_second"] for v in runs if v.facts.get("docs_per_second")]
    if not speeds:
        return None
    inputs = {"start": store.get(spec.start, "model")} if spec.start else {}
    wanted = resolve(embed_spec(spec, beginning(spec, inputs), dataset.key), store, SILENT)
    passes = 0.0 if store.find("vectors", wanted.key()) else float(dataset.facts["rows"])
    passes += _passes(spec) * spec.epochs * train_rows
    seconds = _FIRST_S + passes / float(speeds[0])
    return Estimate(seconds / 2, seconds, seconds * 2, measured=False)


def rehearsed(spec: TrainSpec, store: Store) -> Artifact | None:
    """The check of this very training, where one was made."""
    check = RehearseSpec.parse(spec.model_dump())
    return store.find("rehearsal", resolve(check, store, SILENT).key())


def _passes(spec: TrainSpec) -> float:
    """Passes of embedding an epoch is worth; layers that stay are not gone back through."""
    if spec.route == "quick":
        return 0.0
    backward = _BACKWARD if spec.route == "finetune" else _LORA_BACKWARD
    return _FORWARD + backward * _learning_share(spec)


def _learning_share(spec: TrainSpec) -> float:
    """Part of the encoder's layers that learn."""
    if not spec.frozen_layers or spec.start:
        return 1.0
    from engine.encoder.hub.folder import read_recipe

    layers = int(read_recipe(find_folder(spec.encoder)).config.get("num_hidden_layers") or 0)
    return max(0.0, 1 - spec.frozen_layers / layers) if layers else 1.0
