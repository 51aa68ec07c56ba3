"""The fine-tuning routes: a spec and a fitted head in, a trained encoder and its head out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from engine.classify.examples import Examples
from engine.classify.head import Floats, LinearHead, Targets, cross_entropy
from engine.classify.scores import confusion, macro_f1
from engine.classify.spec import TrainSpec
from engine.encoder.encoder import Encoder
from engine.encoder.tokenizing.files import dataset_tokens
from engine.errors import InputError
from engine.together.group import LostError
from engine.together.launch import gathered
from engine.tuning.lesson import Lesson
from engine.tuning.loop import tune
from engine.tuning.settings import Tuning
from engine.work import Work

_LOOK_ROWS = 2000
"""Validation rows of a look during training; the final scores use them all."""


def finetune(
    spec: TrainSpec, examples: Examples, encoder: Encoder, start: LinearHead, work: Work
) -> tuple[LinearHead, dict[str, Any]]:
    """Train `encoder` in place from the head `start`; it ends with its best weights.

    The best weights are those with the highest validation macro-F1, or the last ones where there
    are no validation rows.

    Returns:
        The head (temperature still 1) and facts: steps, best_step, epochs, processes, points (live
        curves) and adapter (what LoRA added, see merge_adapter).

    Raises:
        InputError: more layers to freeze than the encoder has, an adapter that does not fit, or a
            process that trained along died.
    """
    work.progress.stage("Reading tokens", total=len(examples.texts), unit="texts")
    tokens = dataset_tokens(work, work.inputs["dataset"].key, spec.encoder, spec.max_length)
    lesson = Lesson(
        tokens=tokens.pick(examples.places),
        targets=examples.targets,
        train=examples.where("train"),
        look=examples.where("validation"),
        class_weights=_class_weights(examples, balance=spec.balance_classes),
        weight=start.weight,
        bias=start.bias,
    )
    settings = tuning(spec)
    try:
        with gathered(spec.processes) as group:
            if group.world > 1:
                folder = work.scratch / "lesson"
                lesson.save(folder, settings, name=spec.encoder, attention=spec.attention)
                group.told({"do": "engine.tuning.along:tune_along", "folder": str(folder)})
            tuned = tune(
                encoder,
                lesson,
                settings,
                scratch=work.scratch,
                judge=_judge,
                progress=work.progress,
                group=group,
            )
    except LostError as error:
        raise InputError(
            "The processes that were to train together did not find each other or one of them "
            f"died at once ({error}); try again, or with --processes=1."
        ) from error
    run = tuned.run
    if tuned.stopped:
        work.stopped_at(run.step)
    done = tuned.steps and run.step / tuned.steps * spec.epochs
    return LinearHead(tuned.weight, tuned.bias), {
        "steps": run.step,
        "best_step": run.best_step,
        "epochs": round(float(done), 2),
        "processes": group.world,
        "points": run.points,
        "adapter": tuned.adapter,
    }


def tuning(spec: TrainSpec) -> Tuning:
    """The settings of a spec."""
    chosen = Tuning(
        epochs=spec.epochs,
        learning_rate=spec.learning_rate,
        batch_size=spec.batch_size,
        accumulate=spec.accumulate,
        frozen_layers=spec.frozen_layers,
        evaluations=spec.evaluations,
        look_rows=_LOOK_ROWS,
        seed=spec.seed,
        gradient_checkpointing=spec.gradient_checkpointing,
        compile=spec.compile,
    )
    if spec.route != "lora":
        return chosen
    return replace(
        chosen,
        adapter="lora",
        rank=spec.lora_rank,
        alpha=spec.lora_alpha,
        dropout=spec.lora_dropout,
    )


def _judge(logits: Floats, targets: Targets) -> tuple[float, float]:
    """Macro-F1, and cross-entropy in nats."""
    score = macro_f1(confusion(targets, logits.argmax(axis=1), logits.shape[1]))
    return score, cross_entropy(logits, targets)


def _class_weights(examples: Examples, *, balance: bool) -> Floats:
    counts = np.bincount(examples.targets[examples.where("train")], minlength=len(examples.labels))
    even = counts.sum() / (len(counts) * np.maximum(counts, 1))
    weights: Floats = (even if balance else np.ones(len(counts))).astype(np.float32)
    return weights
