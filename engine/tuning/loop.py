"""An encoder and a lesson in, both fitted to each other out; stops and resumes exactly."""

from __future__ import annotations

import shutil
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from engine.encoder.encoder import Encoder
from engine.encoder.packing import Ints
from engine.errors import InputError
from engine.progress import SILENT, Progress
from engine.together.group import ALONE, Group, LostError
from engine.tuning import checkpoint
from engine.tuning.adapter import add_adapter, merge_adapter
from engine.tuning.compiling import Compiling
from engine.tuning.dropout import Dropouts
from engine.tuning.layers import beneath
from engine.tuning.lesson import Floats, Lesson
from engine.tuning.look import Judge, logits_at, look_places
from engine.tuning.network import Network
from engine.tuning.optimizer import make_optimizer, set_rate
from engine.tuning.plan import look_steps, plan_steps
from engine.tuning.recall import Recall, pays
from engine.tuning.settings import Tuning
from engine.tuning.step import Stepper, side_by_side

CHECKPOINT_EVERY_S = 60.0


@dataclass
class Run:
    """Where a run stands: everything that resuming needs beside weights and optimizer.

    Attributes:
        step: Steps done.
        best, best_loss, best_step: Score and loss of the best look, and after which step it was.
        waited: Looks since then.
        accumulate: Parts of a batch.
        losses: Of the steps since the last look, in nats.
        points: Rows of the live curves.
    """

    step: int = 0
    best: float = -1e9
    best_loss: float = 1e9
    best_step: int = -1
    waited: int = 0
    accumulate: int = 1
    losses: list[float] = field(default_factory=list)
    points: list[dict[str, float]] = field(default_factory=list)


@dataclass(frozen=True, eq=False)
class Tuned:
    """What came of a run: the head's weight (n_labels, width) and bias (n_labels,) float32, where
    the run stood at its end, its steps in all, what an adapter added (see merge_adapter), and
    whether it ended early for want of a better look."""

    weight: Floats
    bias: Floats
    run: Run
    steps: int
    adapter: dict[str, Floats]
    early: bool

    @property
    def stopped(self) -> bool:
        """Whether a person stopped it."""
        return self.run.step < self.steps and not self.early


def tune(
    encoder: Encoder,
    lesson: Lesson,
    settings: Tuning,
    *,
    scratch: Path,
    judge: Judge,
    progress: Progress = SILENT,
    group: Group = ALONE,
) -> Tuned:
    """Train `encoder` in place from the lesson's head; it ends with its best weights.

    Starting from a fitted head keeps the first steps from distorting the encoder (Kumar et al.
    2022, arXiv:2202.10054). The best weights are those `judge` scores highest on the texts to look
    at, or the last ones where there are none. Every step seeds its own dropout, so a resumed run
    equals an uninterrupted one.

    Args:
        encoder: Loaded for training.
        lesson: The same in every process.
        settings: The same in every process.
        scratch: Folder for checkpoints, which all processes can read.
        judge: Scores a look.
        progress: Who hears of it.
        group: The processes that train together; only the first one's encoder gets the best
            weights back.

    Raises:
        InputError: the settings do not fit the encoder, memory does not suffice for one text, or
            another process of the group is gone.
    """
    network = prepare(encoder, lesson, settings)
    optimizer = make_optimizer(network, settings)
    weights = network.learning()
    last, best = scratch / "last", scratch / "best"
    found = group.told(checkpoint.facts_of(last) if group.leads else None)
    workers = torch.get_num_threads() if side_by_side(encoder, settings) else 1
    run = Run(**(found or {"accumulate": max(settings.accumulate, workers)}))
    if found:
        checkpoint.load(last, weights, optimizer)
    plan = plan_steps(lesson, settings)
    look_at = look_places(lesson.look, settings.look_rows, settings.seed)
    seen = np.concatenate([lesson.train, look_at])
    recall = None
    if group.told(pays(encoder, lesson.tokens, seen, settings.frozen_layers, scratch)):
        recall = Recall(encoder, lesson.tokens, settings.frozen_layers)
        if group.leads:
            recall.fill(seen, scratch / "recall", progress)
        group.told()
        if not group.leads:
            recall.fill(seen, scratch / "recall", progress)  # which is there by now
    dropouts = Dropouts(network) if side_by_side(encoder, settings) else None
    stepper = Stepper(
        encoder, network, optimizer, lesson, settings, group, recall, progress, run.accumulate,
        dropouts,
    )  # fmt: skip
    compiling = Compiling(encoder, settings.compile)
    try:
        _Loop(stepper, run, plan, look_at, judge, scratch, progress, compiling).go()
    finally:
        for opened in (recall, dropouts, compiling):
            if opened:
                opened.close()
    if group.leads:
        checkpoint.load(best, weights)
        shutil.rmtree(scratch / "recall", ignore_errors=True)
    adapter = merge_adapter(encoder.model) if settings.adapter == "lora" else {}
    weight, bias = (
        p.detach().float().cpu().numpy()[: lesson.labels] for p in network.head.parameters()
    )
    early = _waited_enough(run, settings) and run.step < len(plan)
    return Tuned(weight, bias, run, len(plan), adapter, early)


def _gpu_peak() -> dict[str, float]:
    """Most memory this process has held on its GPU so far, in MiB; nothing without one."""
    if not torch.cuda.is_available():
        return {}
    return {"gpu_peak_mib": float(torch.cuda.max_memory_allocated() >> 20)}


def _waited_enough(run: Run, settings: Tuning) -> bool:
    return 0 < settings.patience <= run.waited


def prepare(encoder: Encoder, lesson: Lesson, settings: Tuning) -> Network:
    """The network with its adapter, its frozen parts and its checkpointing set up.

    Raises:
        InputError: the settings do not fit the encoder.
    """
    model = encoder.model
    still = beneath(model, settings.frozen_layers) if settings.frozen_layers else []
    if settings.adapter == "lora":
        add_adapter(model, settings)
    for part in still:
        part.requires_grad_(False)
    if settings.gradient_checkpointing:
        if not model.supports_gradient_checkpointing:
            raise InputError(
                f"An encoder of the type {model.config.model_type} has no gradient checkpointing: "
                "leave it off and choose a smaller batch or more parts."
            )
        # transformers' newer name for it, and the one before.
        enable = getattr(model, "activation_checkpointing_enable", None)
        (enable or model.gradient_checkpointing_enable)({"use_reentrant": False})
    network = Network(encoder, lesson.weight, lesson.bias)
    network.still = still
    return network


@dataclass(eq=False)
class _Loop:
    stepper: Stepper
    run: Run
    plan: list[Ints]
    look_at: Ints
    judge: Judge
    scratch: Path
    progress: Progress
    compiling: Compiling

    def __post_init__(self) -> None:
        self._group = self.stepper.group
        self._pending: list[Tensor] = []
        self._saved = time.monotonic()

    def go(self) -> None:
        """Step by step from where the run stands to its end, or to where it is stopped."""
        try:
            self._go()
        except LostError as error:
            raise InputError(self._lost()) from error

    def _go(self) -> None:
        run, plan, progress = self.run, self.plan, self.progress
        for point in run.points:
            progress.point(**point)
        if run.step:
            progress.note(f"Going on from step {run.step:,} of {len(plan):,}.")
        progress.stage("Training", total=sum(map(len, plan)), unit="texts")
        progress.at(sum(map(len, plan[: run.step])))
        looks = look_steps(len(plan), self.stepper.settings)
        if run.best_step < 0:
            # What the head already reaches is the first thing to beat.
            self._look()
        while run.step < len(plan) and not self._group.told(self._ends()):
            batch = plan[run.step]
            set_rate(self.stepper.optimizer, run.step, len(plan))
            self._pending.append(self.stepper.step(batch, run.step))
            run.step += 1
            progress.advance(len(batch))
            self.compiling.stepped(len(plan) - run.step, self._group, progress)
            if looked := run.step in looks:
                self._look()
            # After every look, so that the best weights on disk are never ahead of the run's place.
            if looked or time.monotonic() - self._saved > CHECKPOINT_EVERY_S:
                self._save()
        if run.step < len(plan):
            self._save()

    def _ends(self) -> bool:
        """Whether a person stops it now, or patience is at its end."""
        return self.progress.stop_requested or _waited_enough(self.run, self.stepper.settings)

    def _save(self) -> None:
        self._settle()
        if self._group.leads:
            stepper = self.stepper
            weights = stepper.network.learning()
            self.run.accumulate = stepper.accumulate
            checkpoint.save(self.scratch / "last", weights, stepper.optimizer, asdict(self.run))
        self._saved = time.monotonic()

    def _settle(self) -> None:
        """Read the losses off the device: until then it may work ahead of us."""
        if self._pending:
            self.run.losses.extend(torch.stack(self._pending).tolist())
            self._pending = []

    def _look(self) -> None:
        """Score the texts to look at, note a point of the curves, keep the best weights so far."""
        run, places = self.run, self.look_at
        self._settle()
        point = {"step": float(run.step)}
        # With nothing to choose by, the latest weights are the ones to keep.
        better = not len(places)
        if len(places):
            logits = logits_at(self.stepper, places)
            seen = self.judge(logits, self.stepper.lesson.targets[places])
            point |= {"validation_loss": seen.loss, **seen.shown}
            # Of two equal scores the surer one, so that a perfect start can still be bettered.
            better = (seen.score, -seen.loss) > (run.best, -run.best_loss)
            run.waited = 0 if better else run.waited + 1
            if better:
                run.best, run.best_loss = seen.score, seen.loss
        if run.losses:
            point["train_loss"] = float(np.mean(run.losses))
        run.losses = []
        run.points.append(point)
        self.progress.point(**point, **_gpu_peak())
        if better:
            run.best_step = run.step
            if self._group.leads:
                weights = self.stepper.network.learning()
                checkpoint.save(self.scratch / "best", weights, None, {"step": run.step})

    def _lost(self) -> str:
        """The sentence for a process that is gone, the run's place put on disk before it is said.

        A sum that fails changes no weight, so they are those of the last whole step.
        """
        if not self._group.leads:
            return "The first of the processes that train together is gone, so this one ends too."
        self._save()
        return (
            f"One of the {self._group.world} processes died; the run can be resumed from step "
            f"{self.run.step:,} with the same command."
        )
