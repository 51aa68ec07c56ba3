"""Token ids of texts in, packed batches out: end to end, similar lengths together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from engine.encoder.tokenizing.tokens import Tokens

Ints = NDArray[np.integer]

Run = tuple[int, int, int]
"""Neighbouring texts of equal length: (first token, number of texts, tokens in each)."""


@dataclass(frozen=True, eq=False)
class PackedBatch:
    """Texts end to end.

    ids: (tokens,) int32. positions: (tokens,) int32, 0 at the start of each text. cu_seqlens:
    (n_texts + 1,) int32, where each text begins, and the end. max_seqlen: the longest, in tokens.
    order: (n_texts,) int64, the place of each text in the caller's list.
    """

    ids: Ints
    positions: Ints
    cu_seqlens: Ints
    max_seqlen: int
    order: Ints

    @property
    def n_texts(self) -> int:
        """Texts in the batch."""
        return len(self.order)

    @property
    def n_tokens(self) -> int:
        """Tokens in the batch, none of them padding."""
        return len(self.ids)

    @property
    def lengths(self) -> Ints:
        """(n_texts,) tokens of each text."""
        return np.diff(self.cu_seqlens)

    @cached_property
    def runs(self) -> tuple[Run, ...]:
        """Neighbouring texts of equal length."""
        return runs_of(self.lengths)


def runs_of(lengths: Sequence[int] | Ints) -> tuple[Run, ...]:
    """Neighbours of equal length joined: [2, 2, 0, 2, 5] gives ((0, 3, 2), (6, 1, 5)).

    Empty texts take no place, so they part nothing.
    """
    sizes = np.asarray(lengths, dtype=np.int64)
    starts = np.cumsum(sizes) - sizes
    starts, sizes = starts[sizes > 0], sizes[sizes > 0]
    if not len(sizes):
        return ()
    firsts = np.concatenate([[0], np.flatnonzero(np.diff(sizes)) + 1])
    counts = np.diff([*firsts, len(sizes)])
    return tuple(zip(starts[firsts].tolist(), counts.tolist(), sizes[firsts].tolist(), strict=True))


def joined(rows: Sequence[Ints]) -> Tokens:
    """Token ids of single texts, end to end; none of them is known to be cut."""
    offsets = np.zeros(len(rows) + 1, dtype=np.int64)
    np.cumsum([len(row) for row in rows], out=offsets[1:])
    flat = np.concatenate(rows) if len(rows) else np.zeros(0, dtype=np.int32)
    return Tokens(flat, offsets, np.zeros(len(rows), dtype=bool))


def pack(tokens: Sequence[Ints], order: Ints | None = None) -> PackedBatch:
    """The texts `order` picks (all of them by default), packed in that order."""
    whole = tokens if isinstance(tokens, Tokens) else joined(tokens)
    picked = np.arange(len(tokens)) if order is None else np.asarray(order, dtype=np.int64)
    starts = whole.offsets[picked]
    lengths = whole.offsets[picked + 1] - starts
    cu_seqlens = np.zeros(len(picked) + 1, dtype=np.int32)
    np.cumsum(lengths, out=cu_seqlens[1:])
    every = np.arange(cu_seqlens[-1], dtype=np.int64)
    positions = (every - np.repeat(cu_seqlens[:-1], lengths)).astype(np.int32)
    ids = whole.flat[positions + np.repeat(starts, lengths)].astype(np.int32, copy=False)
    return PackedBatch(ids, positions, cu_seqlens, int(lengths.max(initial=0)), picked)


def batches(
    lengths: Sequence[int] | Ints,
    budget: int,
    *,
    max_texts: int | None = None,
    window: int = 4096,
    rng: np.random.Generator | None = None,
) -> Iterator[Ints]:
    """Places of the texts, batch by batch; every text exactly once.

    Texts are sorted by length within each `window` of neighbours, longest first, so that memory
    peaks early; with `rng` (training) texts are shuffled before and batches after, which keeps
    order random and lengths alike. A batch holds at most `budget` tokens, unless one text alone is
    longer, and at most `max_texts` texts.
    """
    lengths = np.asarray(lengths, dtype=np.int64)
    everyone = np.arange(len(lengths))
    if rng is not None:
        rng.shuffle(everyone)
    made: list[Ints] = []
    for start in range(0, len(lengths), window):
        near = everyone[start : start + window]
        near = near[np.argsort(-lengths[near], kind="stable")]
        cuts = _cuts(lengths[near].tolist(), budget, max_texts or len(near))
        made.extend(np.split(near, cuts))
    if rng is not None:
        rng.shuffle(made)
    yield from made


def _cuts(lengths: list[int], budget: int, max_texts: int) -> list[int]:
    """Where a new batch begins."""
    cuts: list[int] = []
    tokens = texts = 0
    for place, length in enumerate(lengths):
        if texts and (tokens + length > budget or texts >= max_texts):
            cuts.append(place)
            tokens = texts = 0
        tokens += length
        texts += 1
    return cuts
