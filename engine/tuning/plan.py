"""Lengths of texts in, the batch of every step and the steps of every look out."""

from __future__ import annotations

import numpy as np

from engine.encoder.packing import Ints, batches
from engine.tuning.lesson import Lesson
from engine.tuning.settings import Tuning


def plan_steps(lesson: Lesson, settings: Tuning) -> list[Ints]:
    """Places of the texts of each step: every text once an epoch, similar lengths together."""
    return [batch for epoch in range(settings.epochs) for batch in _epoch(lesson, settings, epoch)]


def _epoch(lesson: Lesson, settings: Tuning, epoch: int) -> list[Ints]:
    lengths = lesson.tokens.lengths[lesson.train]
    chosen = batches(
        lengths,
        budget=int(lengths.sum()) + 1,
        max_texts=settings.batch_size,
        window=50 * settings.batch_size,
        rng=np.random.default_rng([settings.seed, epoch]),
    )
    return [lesson.train[batch] for batch in chosen]


def look_steps(steps: int, settings: Tuning) -> set[int]:
    """After which steps the validation texts are looked at; the last one is always among them."""
    wanted = settings.epochs * settings.evaluations
    return {round(steps * n / wanted) for n in range(1, wanted + 1)}


def deal(batch: Ints, lengths: Ints, ranks: int) -> list[Ints]:
    """The batch's texts shared out among `ranks` so that each gets about as many tokens.

    By length, the longest first, they go to the ranks there and back: 0, 1, 2, 2, 1, 0, 0, 1, ...
    Each share keeps the batch's order. A share may be empty.
    """
    if ranks == 1:
        return [batch]
    turn = np.arange(len(batch)) % (2 * ranks)
    owner = np.empty(len(batch), dtype=np.int64)
    owner[np.argsort(-lengths[batch], kind="stable")] = np.minimum(turn, 2 * ranks - 1 - turn)
    return [batch[owner == rank] for rank in range(ranks)]


def parts(share: Ints, lengths: Ints, wanted: int, budget: int) -> list[Ints]:
    """A share in parts of about as many tokens, `wanted` or as many as keep to `budget` tokens.

    Neighbours stay together, and with them similar lengths. No part is empty.
    """
    sizes = lengths[share]
    total = int(sizes.sum())
    if budget:
        wanted = max(wanted, -(-total // budget))
    wanted = min(wanted, len(share))
    if wanted < 2:
        return [share] if len(share) else []
    middles = np.cumsum(sizes) - sizes / 2
    part = np.minimum(middles * wanted / max(total, 1), wanted - 1).astype(np.int64)
    return [cut for cut in np.split(share, np.flatnonzero(np.diff(part)) + 1) if len(cut)]
