"""A dataset's size and what ran here before in, how long a training would take out."""

from __future__ import annotations

from engine.classify.spec import TrainSpec
from engine.encoder.hub.find import is_here
from engine.encoder.spec import EmbedSpec
from engine.progress import SILENT
from engine.resolve import resolve
from engine.store import Artifact, Store

_LEARNING_COST = {"finetune": 4.0, "lora": 3.0}
"""Reading a text forward and backward, and the looks at validation, in passes of embedding."""
_FIRST_S = 10.0
"""Starting, loading the encoder, fitting and scoring the head."""


def estimate_seconds(
    spec: TrainSpec, dataset: Artifact, *, train_rows: int, store: Store
) -> float | None:
    """Seconds the training would take here, to a factor of two or so.

    Judged by the newest embedding with the same encoder on this machine, which another length of
    texts or another load makes wrong; None where there is none to judge by.

    Args:
        spec: What would be trained.
        dataset: On what.
        train_rows: Rows it would learn from.
        store: Where earlier runs are.
    """
    runs = [v for v in store.artifacts("vectors") if v.manifest.spec.get("encoder") == spec.encoder]
    speeds = [v.facts["docs_per_second"] for v in runs if v.facts.get("docs_per_second")]
    if not speeds or not is_here(spec.encoder):
        return None
    wanted = EmbedSpec(
        dataset=dataset.key,
        encoder=spec.encoder,
        max_length=spec.max_length,
        attention=spec.attention,
    )
    embedded = store.find("vectors", resolve(wanted, store, SILENT).key())
    passes = 0.0 if embedded else float(dataset.facts["rows"])
    if spec.route != "quick":
        passes += _LEARNING_COST[spec.route] * spec.epochs * train_rows
    return _FIRST_S + passes / float(speeds[0])
