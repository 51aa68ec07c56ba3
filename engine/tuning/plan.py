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

    The longest goes to whoever has least so far; each share keeps the batch's order. A share may be
    empty.
    """
    if ranks == 1:
        return [batch]
    sizes = lengths[batch]
    owner = np.zeros(len(batch), dtype=np.int64)
    loads = np.zeros(ranks, dtype=np.int64)
    for place in np.argsort(-sizes, kind="stable"):
        owner[place] = least = int(loads.argmin())
        loads[least] += sizes[place]
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
