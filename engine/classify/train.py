"""A labelled dataset in, a classifier with its honest scores out: the train stage."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from engine.classify.auxiliary import with_auxiliary
from engine.classify.beginning import Beginning, beginning
from engine.classify.classifier import save_classifier
from engine.classify.examples import Examples, read_examples
from engine.classify.head import Floats, LinearHead, calibrated
from engine.classify.live.familiar import learn_familiar
from engine.classify.predictions import write_predictions
from engine.classify.quick import example_vectors, quick_head
from engine.classify.scores import score
from engine.classify.spec import TrainSpec
from engine.store.files import write_json
from engine.work import Work


def build(spec: TrainSpec, work: Work) -> dict[str, Any]:
    """Train on the training split, calibrate on validation, score on test (or validation if none).

    Writes ``model.json``, ``head.safetensors``, ``encoder/`` (finetune and lora),
    ``adapter.safetensors`` (lora), ``familiar.safetensors`` (of 400 held-out texts or more),
    ``scores.json``, ``predictions.parquet`` and ``points.json``.

    Returns:
        accuracy, macro_f1, ece, majority, scored_on, scored_rows, train_rows, labels, encoder,
        kernel, device and, where the encoder learns, steps, best_step and processes.

    Raises:
        InputError: the dataset cannot train a classifier.
    """
    from engine.encoder.models import load_encoder

    dataset = work.inputs["dataset"]
    examples = with_auxiliary(read_examples(dataset), spec.auxiliary, dataset, work.store)
    for sentence in examples.remarks:
        work.progress.note(sentence)
    if unknown := sum(examples.left_out.values()):
        work.progress.note(
            f"{unknown:,} rows are left out: no text of their category is in the training split."
        )
    begin = beginning(spec, work.inputs)
    vectors, head = first_head(spec, begin, examples, work)
    learns = spec.route != "quick"
    # A copy of an encoder is only whole from one that was not made ready for reading.
    copied = learns or begin.brought
    encoder = load_encoder(begin.encoder, attention=spec.attention, training=copied)
    more: dict[str, Any] = {}
    if learns:
        from engine.classify.finetune import finetune

        head, more = finetune(spec, begin, examples, encoder, head, work)
        vectors = _vectors_again(begin, examples, encoder, work)
        validation = examples.where("validation")
        head = calibrated(head, vectors[validation], examples.targets[validation])
    if adapter := more.pop("adapter", {}):
        from safetensors.numpy import save_file

        save_file(adapter, work.out / "adapter.safetensors")
    points = more.pop("points", [])
    (work.out / "points.json").write_text(json.dumps(points), encoding="utf-8")
    save_classifier(
        work.out,
        encoder=encoder,
        head=head,
        brings_encoder=copied,
        labels=examples.labels,
        route=spec.route,
        max_length=begin.max_length,
        clean=dataset.facts["clean"],
        text_columns=dataset.facts["text_columns"],
        join=dataset.facts.get("join") or dataset.manifest.spec["join"],
    )
    scores, scored_on = _score(examples, vectors, head, work)
    return {
        **{name: scores[name] for name in ("accuracy", "macro_f1", "ece", "majority")},
        "scored_on": scored_on,
        "scored_rows": scores["rows"],
        "train_rows": len(examples.where("train")),
        "left_out": unknown,
        "labels": list(examples.labels),
        "encoder": _encoder_name(spec, work),
        "route": spec.route,
        "kernel": encoder.kernel.name,
        "device": str(encoder.device),
        **more,
    }


def first_head(
    spec: TrainSpec, begin: Beginning, examples: Examples, work: Work
) -> tuple[Floats, LinearHead]:
    """(n, width) float32 vectors of the examples and the head that training begins with.

    Where the encoder learns and goes on from a classifier that knows every category, its head is
    the one to begin with, and no vectors are needed: they are empty then.
    """
    if spec.route != "quick" and begin.knows(examples.labels):
        return np.zeros((0, 0), dtype=np.float32), begin.head_for(examples.labels)
    vectors = example_vectors(spec, begin, examples, work)
    head = quick_head(spec, examples, vectors, work)
    return vectors, head if spec.route == "quick" else begin.head_for(examples.labels, head)


def _encoder_name(spec: TrainSpec, work: Work) -> str:
    """What people call the encoder: that of a classifier gone on from is called as there."""
    if not spec.start:
        return spec.encoder
    return str(work.inputs["start"].facts.get("encoder", ""))


def _score(
    examples: Examples, vectors: Floats, head: LinearHead, work: Work
) -> tuple[dict[str, Any], str]:
    work.progress.stage("Scoring")
    scored_on = "test" if len(examples.where("test")) else "validation"
    held_out = np.flatnonzero(examples.split != "train")
    write_predictions(work.out, examples, held_out, head.probabilities(vectors[held_out]))
    if familiar := learn_familiar(vectors[held_out], examples.targets[held_out]):
        familiar.save(work.out)
    places = examples.where(scored_on)
    scores = score(examples.targets[places], head.probabilities(vectors[places]), examples.labels)
    scores["split"] = scored_on
    write_json(work.out / "scores.json", scores)
    return scores, scored_on


def _vectors_again(begin: Beginning, examples: Examples, encoder: Any, work: Work) -> Floats:
    """Vectors of the held-out rows from the trained encoder; rows of training are left at zero."""
    import torch

    held_out = np.flatnonzero(examples.split != "train")
    work.progress.stage("Reading the held-out texts", total=len(held_out), unit="texts")
    vectors = np.zeros((len(examples.texts), encoder.width), dtype=np.float32)
    half = encoder.dtype != torch.float32
    with torch.autocast(encoder.device.type, encoder.dtype, enabled=half):
        vectors[held_out] = encoder.encode(
            [examples.texts[i] for i in held_out],
            max_length=begin.max_length or None,
            progress=work.progress,
        )
    return vectors
