"""A fine-tuning about to begin in; its first steps taken with weights that are thrown away."""

from __future__ import annotations

import shutil
from typing import Any

import numpy as np

from engine.classify.beginning import Beginning
from engine.classify.examples import Examples
from engine.classify.finetune import make_lesson, tuning
from engine.classify.rehearsal.measure import Ints, Meter, a_head, timed, waits_for
from engine.classify.spec import TrainSpec
from engine.encoder.encoder import Encoder
from engine.together.group import ALONE
from engine.tuning import checkpoint
from engine.tuning.dropout import Dropouts
from engine.tuning.lesson import Lesson
from engine.tuning.look import logits_at, look_places
from engine.tuning.loop import CHECKPOINT_EVERY_S, prepare
from engine.tuning.optimizer import make_optimizer, set_rate
from engine.tuning.plan import look_steps, plan_steps
from engine.tuning.recall import Recall, pays
from engine.tuning.step import Stepper, side_by_side
from engine.work import Work

_STEPS = 4
_LOOK_TEXTS = 64


def measure_steps(
    spec: TrainSpec, begin: Beginning, examples: Examples, work: Work, meter: Meter
) -> dict[str, Any]:
    """The parts in which the encoder learns: steps, looks, checkpoints, reading held-out texts.

    The steps are those the run begins with and, for the memory, the one with the most tokens; one
    more before them loads kernels and is not counted.

    Returns:
        steps (in all), measured (tokens and seconds of each), kernel, device, first (places of the
        first batch's texts in `examples`).

    Raises:
        InputError: the settings do not fit the encoder, or memory does not suffice for one text.
    """
    import torch

    from engine.encoder.models import load_encoder

    work.progress.stage("Loading the encoder")
    again: list[float] = []
    with timed(again):
        encoder = load_encoder(begin.encoder, attention=spec.attention, training=True)
    meter.add("Start", again[0])
    settings = tuning(spec)
    lesson = make_lesson(spec, begin, examples, a_head(begin, examples, encoder.width), work)
    lengths, plan = lesson.tokens.lengths, plan_steps(lesson, settings)
    look_at = look_places(lesson.look, settings.look_rows, settings.seed)
    sample = np.random.default_rng(0).permutation(look_at)[:_LOOK_TEXTS]
    longest = plan[int(np.argmax([lengths[batch].sum() for batch in plan]))]
    taken = [*plan[: _STEPS + 1], longest]
    wait = waits_for(encoder.device)

    network = prepare(encoder, lesson, settings)
    optimizer = make_optimizer(network, settings)
    threaded = side_by_side(encoder, settings)
    seen = np.concatenate([lesson.train, look_at])
    recall = None
    if pays(encoder, lesson.tokens, seen, settings.frozen_layers, work.scratch):
        recall = Recall(encoder, lesson.tokens, settings.frozen_layers)
        some = np.unique(np.concatenate([*taken, sample]))
        took: list[float] = []
        with timed(took):
            recall.fill(some, work.scratch / "recall", work.progress)
        whole = float(lengths[np.unique(seen)].sum())
        meter.scaled("Reading through the frozen layers", took, [int(lengths[some].sum())], whole)
    stepper = Stepper(
        encoder, network, optimizer, lesson, settings, ALONE, recall, work.progress,
        max(settings.accumulate, torch.get_num_threads() if threaded else 1),
        Dropouts(network) if threaded else None,
    )  # fmt: skip
    try:
        measured = _steps(stepper, taken, len(plan), wait, work)
        tokens, seconds = [t for t, _ in measured], [s for _, s in measured]
        meter.scaled("Training", seconds, tokens, float(lengths[lesson.train].sum() * spec.epochs))
        looks = len(look_steps(len(plan), settings))
        _looks(stepper, sample, look_at, looks, meter, work)
        _checkpoints(stepper, looks, meter, work)
    finally:
        for opened in (recall, stepper.dropouts):
            if opened:
                opened.close()
        shutil.rmtree(work.scratch / "recall", ignore_errors=True)
    _held_out(encoder, lesson, examples, sample, meter, work)
    return {
        "steps": len(plan),
        "measured": [{"tokens": t, "seconds": round(s, 4)} for t, s in measured],
        "kernel": encoder.kernel.name,
        "device": str(encoder.device),
        "first": plan[0],
    }


def _steps(
    stepper: Stepper, taken: list[Ints], steps: int, wait: Any, work: Work
) -> list[tuple[int, float]]:
    """(tokens, seconds) of each step but the first."""
    lengths = stepper.lesson.tokens.lengths
    work.progress.stage("Taking a few steps", total=len(taken), unit="steps")
    seconds: list[float] = []
    for step, batch in enumerate(taken):
        set_rate(stepper.optimizer, min(step, steps - 1), steps)
        with timed(seconds, wait):
            stepper.step(batch, step)
        work.progress.advance()
    sizes = [int(lengths[batch].sum()) for batch in taken]
    return list(zip(sizes, seconds, strict=True))[1:]


def _looks(
    stepper: Stepper, sample: Ints, look_at: Ints, looks: int, meter: Meter, work: Work
) -> None:
    if not len(sample):
        return
    lengths = stepper.lesson.tokens.lengths
    work.progress.stage("Looking at validation texts")
    took: list[float] = []
    with timed(took):
        logits_at(stepper, sample)
    whole = float(lengths[look_at].sum()) * (looks + 1)
    meter.scaled("Looks at the validation texts", took, [int(lengths[sample].sum())], whole)


def _checkpoints(stepper: Stepper, looks: int, meter: Meter, work: Work) -> None:
    """One written: with every look another, by the clock some more, and of the best about half."""
    folder = work.scratch / "trial"
    weights = stepper.network.learning()
    whole: list[float] = []
    bare: list[float] = []
    with timed(whole):
        checkpoint.save(folder, weights, stepper.optimizer, {})
    with timed(bare):
        checkpoint.save(folder, weights, None, {})
    shutil.rmtree(folder, ignore_errors=True)
    by_clock = meter.seconds / CHECKPOINT_EVERY_S
    meter.add("Checkpoints", whole[0] * (looks + by_clock) + bare[0] * (looks / 2 + 2), 0.5)


def _held_out(
    encoder: Encoder, lesson: Lesson, examples: Examples, sample: Ints, meter: Meter, work: Work
) -> None:
    lengths = lesson.tokens.lengths
    held_out = np.flatnonzero(examples.split != "train")
    if not len(sample):
        sample = held_out[:_LOOK_TEXTS]
    if not len(held_out):
        return
    out = np.empty((len(sample), encoder.width), dtype=np.float32)
    took: list[float] = []
    with timed(took):
        encoder.encode_tokens(lesson.tokens.pick(sample), out=out)
    whole = float(lengths[held_out].sum())
    meter.scaled("Reading the held-out texts", took, [int(lengths[sample].sum())], whole)
