"""The fine-tuning routes: a spec and a fitted head in, a trained encoder and its head out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from engine.classify.auxiliary import with_rows
from engine.classify.beginning import Beginning
from engine.classify.examples import Examples
from engine.classify.head import Floats, LinearHead, Targets, class_weights, cross_entropy
from engine.classify.scores import confusion, macro_f1
from engine.classify.spec import Metric, TrainSpec
from engine.encoder.encoder import Encoder
from engine.encoder.tokenizing.files import dataset_tokens
from engine.errors import InputError
from engine.together.group import LostError
from engine.together.launch import gathered
from engine.tuning.lesson import Lesson
from engine.tuning.look import Judge, Verdict
from engine.tuning.loop import tune
from engine.tuning.settings import Tuning
from engine.work import Work

_LOOK_ROWS = 2000
"""Validation rows of a look during training; the final scores use them all."""


def finetune(
    spec: TrainSpec,
    begin: Beginning,
    examples: Examples,
    encoder: Encoder,
    start: LinearHead,
    work: Work,
) -> tuple[LinearHead, dict[str, Any]]:
    """Train `encoder` in place from the head `start`; it ends with its best weights.

    The best weights are those of the look that ``spec.metric`` likes best, or the last ones where
    there are no validation rows.

    Returns:
        The head (temperature still 1) and facts: steps, best_step, epochs, early, processes, points
        (live curves) and adapter (what LoRA added, see merge_adapter).

    Raises:
        InputError: more layers to freeze than the encoder has, an adapter that does not fit, or a
            process that trained along died.
    """
    work.progress.stage("Reading tokens", total=len(examples.texts), unit="texts")
    lesson = make_lesson(spec, begin, examples, start, work)
    settings = tuning(spec)
    try:
        with gathered(spec.processes) as group:
            if group.world > 1:
                folder = work.scratch / "lesson"
                lesson.save(folder, settings, name=begin.encoder, attention=spec.attention)
                group.told({"do": "engine.tuning.along:tune_along", "folder": str(folder)})
            tuned = tune(
                encoder,
                lesson,
                settings,
                scratch=work.scratch,
                judge=judge_by(spec.metric),
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
    if tuned.early:
        work.progress.note(
            f"Ended early after step {run.step:,} of {tuned.steps:,}: {spec.patience} looks "
            f"brought nothing better than step {run.best_step:,}."
        )
    done = tuned.steps and run.step / tuned.steps * spec.epochs
    return LinearHead(tuned.weight, tuned.bias), {
        "steps": run.step,
        "best_step": run.best_step,
        "epochs": round(float(done), 2),
        "early": tuned.early,
        "processes": group.world,
        "points": run.points,
        "adapter": tuned.adapter,
    }


def make_lesson(
    spec: TrainSpec, begin: Beginning, examples: Examples, start: LinearHead, work: Work
) -> Lesson:
    """What the examples teach: their tokens, made now where nobody has made them yet.

    A row counts by its own weight and, with ``class_balance``, its category's.
    """
    tokens = dataset_tokens(work, work.inputs["dataset"].key, begin.encoder, begin.max_length)
    counts = examples.weights
    if spec.class_balance:
        train = examples.where("train")
        even = class_weights(
            examples.targets[train],
            counts[train],
            len(examples.labels),
            power=spec.class_balance,
        )
        counts = counts * even[examples.targets]
    begun = with_rows(start, examples)
    return Lesson(
        tokens=tokens.pick(examples.places),
        targets=examples.targets,
        train=examples.where("train"),
        look=examples.where("validation"),
        counts=counts,
        weight=begun.weight,
        bias=begun.bias,
        beside=examples.beside,
    )


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
        loss=spec.loss,
        focal_gamma=spec.focal_gamma,
        smoothing=spec.label_smoothing,
        patience=spec.patience,
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


def judge_by(metric: Metric) -> Judge:
    """A judge that likes what `metric` does, and shows macro-F1 and accuracy besides."""

    def judge(logits: Floats, targets: Targets) -> Verdict:
        found = measures(logits, targets)
        shown = {f"validation_{name}": found[name] for name in ("macro_f1", "accuracy", metric)}
        return Verdict(found[metric] * (-1 if metric == "loss" else 1), found["loss"], shown)

    return judge


def measures(logits: Floats, targets: Targets) -> dict[str, float]:
    """Every metric a look can be judged by; loss is the mean cross-entropy in nats."""
    matrix = confusion(targets, logits.argmax(axis=1), logits.shape[1])
    support = matrix.sum(axis=1)
    there = support > 0
    return {
        "macro_f1": macro_f1(matrix),
        "accuracy": float(matrix.trace() / max(1, support.sum())),
        "balanced_accuracy": float((matrix.diagonal()[there] / support[there]).mean()),
        "loss": cross_entropy(logits, targets),
    }
