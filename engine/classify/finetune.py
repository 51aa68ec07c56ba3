"""The fine-tuning route: encoder and head learn on packed batches; stops and resumes exactly."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from engine.classify import checkpoint
from engine.classify.examples import Examples
from engine.classify.head import Floats, LinearHead, cross_entropy
from engine.classify.scores import confusion, macro_f1
from engine.classify.spec import TrainSpec
from engine.encoder.encoder import Encoder
from engine.encoder.packing import Ints, batches, pack
from engine.encoder.tokens import Tokens
from engine.errors import InputError
from engine.work import Work

_CHECKPOINT_EVERY_S = 60.0
_WARM_UP_SHARE = 0.1
_WEIGHT_DECAY = 0.01
_MAX_GRAD_NORM = 1.0
_HEAD_RATE = 20.0
"""The head, small and linear, learns this much faster than the encoder below it."""
_LOOK_ROWS = 2000
"""Validation rows of a look during training; the final scores use them all."""


class _Network(nn.Module):
    """Encoder and head as one module, so that one optimizer and one checkpoint hold both."""

    def __init__(self, encoder: Encoder, start: LinearHead) -> None:
        super().__init__()
        self.encoder = encoder.model
        self.head = nn.Linear(start.weight.shape[1], start.weight.shape[0])
        with torch.no_grad():
            self.head.weight.copy_(torch.from_numpy(start.weight))
            self.head.bias.copy_(torch.from_numpy(start.bias))


@dataclass
class _Run:
    """Where a run stands: everything that resuming needs beside weights and optimizer."""

    step: int = 0
    best: float = -1.0
    best_loss: float = 1e9
    best_step: int = -1
    losses: list[float] = field(default_factory=list)
    points: list[dict[str, float]] = field(default_factory=list)

    def facts(self) -> dict[str, Any]:
        return vars(self).copy()


def finetune(
    spec: TrainSpec, examples: Examples, encoder: Encoder, start: LinearHead, work: Work
) -> tuple[LinearHead, dict[str, Any]]:
    """Train `encoder` in place from the head `start`; the encoder ends with its best weights.

    Starting from a fitted head keeps the first steps from distorting the encoder (Kumar et al.
    2022, arXiv:2202.10054). The best weights are those with the highest validation macro-F1, or the
    last ones where there are no validation rows. Every step seeds its own dropout, so a resumed run
    equals an uninterrupted one.

    Returns:
        The head (temperature still 1) and facts: steps, best_step, epochs, points (live curves).

    Raises:
        InputError: more layers to freeze than the encoder has.
    """
    progress = work.progress
    progress.stage("Reading tokens", total=len(examples.texts), unit="texts")
    tokens = encoder.tokenize(examples.texts, spec.max_length or None)
    network = _Network(encoder, start).to(encoder.device)
    _freeze(network, encoder, spec.frozen_layers)
    optimizer = _optimizer(network, spec)
    train = examples.where("train")
    plan = [b for epoch in range(spec.epochs) for b in _epoch(tokens, train, spec, epoch)]
    looks = _look_steps(len(plan), spec)
    weights = _class_weights(examples, spec).to(encoder.device)
    trainer = _Trainer(encoder, network, optimizer, tokens, examples, weights, spec.seed)

    last, best = work.scratch / "last", work.scratch / "best"
    run = _Run(**(checkpoint.load(last, network, optimizer) or {}))
    for point in run.points:
        progress.point(**point)
    if run.step:
        progress.note(f"Going on from step {run.step:,} of {len(plan):,}.")
    progress.stage("Training", total=sum(len(b) for b in plan), unit="texts")
    progress.at(sum(len(b) for b in plan[: run.step]))
    if run.best_step < 0:
        # What the quick head already reaches is the first thing to beat.
        _look(trainer, run, best, progress)
    saved = time.monotonic()
    while run.step < len(plan) and not progress.stop_requested:
        batch = plan[run.step]
        _set_rate(optimizer, spec, run.step, len(plan))
        run.losses.append(trainer.step(batch, run.step))
        run.step += 1
        progress.advance(len(batch))
        if looked := run.step in looks:
            _look(trainer, run, best, progress)
        # After every look, so that the best weights on disk are never ahead of the run's own place.
        if looked or time.monotonic() - saved > _CHECKPOINT_EVERY_S:
            checkpoint.save(last, network, optimizer, run.facts())
            saved = time.monotonic()
    if run.step < len(plan):
        checkpoint.save(last, network, optimizer, run.facts())
        work.stopped_at(run.step)
    kept = checkpoint.load(best, network)
    assert kept is not None, "the first look keeps the weights it sees"
    head = LinearHead(_array(network.head.weight), _array(network.head.bias))
    done = len(plan) and run.step / len(plan) * spec.epochs
    return head, {
        "steps": run.step,
        "best_step": kept["step"],
        "epochs": round(float(done), 2),
        "points": run.points,
    }


@dataclass(eq=False)
class _Trainer:
    encoder: Encoder
    network: _Network
    optimizer: torch.optim.Optimizer
    tokens: Tokens
    examples: Examples
    weights: Tensor
    seed: int

    def step(self, batch: Ints, step: int) -> float:
        """One step of the optimizer on the examples `batch` picks; the mean loss in nats."""
        torch.manual_seed(self.seed * 1_000_003 + step)
        self.network.train()
        with self._autocast():
            vectors = self.encoder.pool(pack(self.tokens, batch))
            logits = self.network.head(vectors)
        targets = torch.from_numpy(self.examples.targets[batch]).to(logits.device)
        loss = nn.functional.cross_entropy(logits.float(), targets, weight=self.weights)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.network.parameters(), _MAX_GRAD_NORM)
        self.optimizer.step()
        return float(loss.detach())

    def logits(self, places: Ints) -> Floats:
        """(n, n_labels) float32 of the examples at `places`, dropout off."""
        chosen = [self.tokens[int(place)] for place in places]
        vectors = np.empty((len(chosen), self.encoder.width), dtype=np.float32)
        self.network.eval()
        with self._autocast():
            self.encoder.encode_tokens(chosen, out=vectors)
        head = LinearHead(_array(self.network.head.weight), _array(self.network.head.bias))
        return head.logits(vectors)

    def _autocast(self) -> torch.autocast:
        half = self.encoder.dtype != torch.float32
        return torch.autocast(self.encoder.device.type, self.encoder.dtype, enabled=half)


def _look(trainer: _Trainer, run: _Run, best: Any, progress: Any) -> None:
    """Score the validation rows, note a point of the curves, keep the weights if best so far."""
    places = _look_places(trainer)
    point = {"step": float(run.step)}
    # With nothing to choose by, the latest weights are the ones to keep.
    better = not len(places)
    if len(places):
        targets = trainer.examples.targets[places]
        logits = trainer.logits(places)
        score = macro_f1(confusion(targets, logits.argmax(axis=1), logits.shape[1]))
        point["validation_loss"] = cross_entropy(logits, targets)
        point["validation_macro_f1"] = score
        loss = point["validation_loss"]
        # Of two equal scores the surer one, so that a perfect start can still be bettered.
        better = (score, -loss) > (run.best, -run.best_loss)
        if better:
            run.best, run.best_loss = score, loss
    if run.losses:
        point["train_loss"] = float(np.mean(run.losses))
    run.losses = []
    run.points.append(point)
    progress.point(**point)
    if better:
        run.best_step = run.step
        checkpoint.save(best, trainer.network, None, {"step": run.step})


def _look_places(trainer: _Trainer) -> Ints:
    """The same validation rows at each look, from all over a file that may be sorted by label."""
    places = trainer.examples.where("validation")
    drawn = np.random.default_rng(trainer.seed).permutation(places)
    return np.sort(drawn[:_LOOK_ROWS])


def _epoch(tokens: Tokens, train: Ints, spec: TrainSpec, epoch: int) -> list[Ints]:
    """The epoch's batches: shuffled by seed and epoch, similar lengths together."""
    rng = np.random.default_rng([spec.seed, epoch])
    lengths = tokens.lengths[train]
    chosen = batches(
        lengths,
        budget=int(lengths.sum()) + 1,
        max_texts=spec.batch_size,
        window=50 * spec.batch_size,
        rng=rng,
    )
    return [train[batch] for batch in chosen]


def _look_steps(steps: int, spec: TrainSpec) -> set[int]:
    wanted = spec.epochs * spec.evaluations
    return {round(steps * n / wanted) for n in range(1, wanted + 1)}


def _set_rate(optimizer: torch.optim.Optimizer, spec: TrainSpec, step: int, steps: int) -> None:
    """Linear warm-up over a tenth of the steps, then linear decay to nothing."""
    warm = max(1, round(steps * _WARM_UP_SHARE))
    share = min((step + 1) / warm, (steps - step) / max(1, steps - warm))
    for group in optimizer.param_groups:
        group["lr"] = spec.learning_rate * group["speed"] * share


def _optimizer(network: _Network, spec: TrainSpec) -> torch.optim.Optimizer:
    body = [p for p in network.encoder.parameters() if p.requires_grad]
    groups: list[dict[str, Any]] = [
        {"params": [p for p in body if p.dim() > 1], "speed": 1.0, "weight_decay": _WEIGHT_DECAY},
        {"params": [p for p in body if p.dim() <= 1], "speed": 1.0, "weight_decay": 0.0},
        {"params": list(network.head.parameters()), "speed": _HEAD_RATE, "weight_decay": 0.0},
    ]
    fused = next(network.parameters()).device.type == "cuda"
    return torch.optim.AdamW(
        [group for group in groups if group["params"]], lr=spec.learning_rate, fused=fused
    )


def _freeze(network: _Network, encoder: Encoder, layers: int) -> None:
    if not layers:
        return
    depth = int(encoder.model.config.num_hidden_layers)
    if layers >= depth:
        raise InputError(
            f"frozen_layers is {layers} and the encoder has {depth} layers; freeze fewer, or take "
            "the quick route, which freezes them all."
        )
    stack = next(
        m for m in encoder.model.modules() if isinstance(m, nn.ModuleList) and len(m) == depth
    )
    for module in [encoder.model.get_input_embeddings(), *list(stack)[:layers]]:
        module.requires_grad_(False)


def _class_weights(examples: Examples, spec: TrainSpec) -> Tensor:
    counts = np.bincount(examples.targets[examples.where("train")], minlength=len(examples.labels))
    even = counts.sum() / (len(counts) * np.maximum(counts, 1))
    return torch.tensor(even if spec.balance_classes else np.ones(len(counts)), dtype=torch.float32)


def _array(parameter: Tensor) -> Floats:
    return parameter.detach().float().cpu().numpy()
