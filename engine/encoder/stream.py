"""Blocks of tokenized texts in, their vectors out, while the device works ahead of the host."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray

from engine.encoder.packing import Ints, batches, pack
from engine.encoder.tokenizing.tokens import Tokens
from engine.encoder.workers import spread
from engine.progress import Progress

if TYPE_CHECKING:
    from engine.encoder.encoder import Encoder

Vectors = NDArray[np.float32]

_AHEAD = 3
"""Batches the host may have queued on the device before it waits for the oldest."""


def stream(
    encoder: Encoder, blocks: Iterable[Tokens], *, budget: int, progress: Progress
) -> Iterator[Vectors]:
    """(n, width) float32 of each block, in order; within a block in the order of its texts.

    On CUDA batches of later blocks are queued while earlier ones are computed, so the device does
    not wait for tokenizing, packing or copying. Where memory runs out the budget is halved for this
    batch and all that follow.

    Args:
        encoder: Computes them; not in training.
        blocks: Tokenized texts; read no faster than they are used.
        budget: Most tokens in a batch.
        progress: Advanced by texts.
    """
    side_by_side = _on_cuda if encoder.device.type == "cuda" else _on_workers
    return side_by_side(encoder, blocks, budget, progress)


def _on_workers(
    encoder: Encoder, blocks: Iterable[Tokens], budget: int, progress: Progress
) -> Iterator[Vectors]:
    workers = torch.get_num_threads() if encoder.device.type == "cpu" else 1
    for tokens in blocks:
        out = np.empty((len(tokens), encoder.width), dtype=np.float32)
        plan = list(batches(tokens.lengths, budget))

        def vectors(picked: Ints, tokens: Tokens = tokens) -> Vectors:
            with torch.inference_mode():
                return encoder.pool(pack(tokens, picked)).cpu().numpy()

        with closing(spread(vectors, plan, workers)) as found:
            for picked, some in zip(plan, found, strict=True):
                out[picked] = some
                progress.advance(len(picked))
        yield out


@dataclass(eq=False)
class _Block:
    """A block on its way: its vectors and how many texts are still missing."""

    out: Vectors
    missing: int


@dataclass(frozen=True, eq=False)
class _Flying:
    """A batch on the device: whose it is, and when its vectors have come to the host."""

    block: _Block
    picked: Ints
    vectors: torch.Tensor
    landed: Any

    def land(self, progress: Progress) -> None:
        self.landed.synchronize()
        self.block.out[self.picked] = self.vectors.numpy()
        self.block.missing -= len(self.picked)
        progress.advance(len(self.picked))


def _on_cuda(
    encoder: Encoder, blocks: Iterable[Tokens], budget: int, progress: Progress
) -> Iterator[Vectors]:
    flying: deque[_Flying] = deque()
    opened: deque[_Block] = deque()
    for tokens in blocks:
        lengths = tokens.lengths
        block = _Block(np.empty((len(tokens), encoder.width), np.float32), len(tokens))
        opened.append(block)
        todo = deque(batches(lengths, budget))
        while todo:
            picked = todo.popleft()
            size = int(lengths[picked].sum())
            if size > budget and len(picked) > 1:
                todo.extendleft(reversed(np.array_split(picked, 2)))
                continue
            try:
                flying.append(_launch(encoder, tokens, block, picked))
            except torch.OutOfMemoryError:
                if len(picked) < 2:
                    raise
                while flying:
                    flying.popleft().land(progress)
                torch.cuda.empty_cache()
                budget = encoder.shrink(size // 2)
                todo.appendleft(picked)
            while len(flying) > _AHEAD:
                flying.popleft().land(progress)
        while opened and not opened[0].missing:
            yield opened.popleft().out
    while flying:
        flying.popleft().land(progress)
    yield from (block.out for block in opened)


def _launch(encoder: Encoder, tokens: Tokens, block: _Block, picked: Ints) -> _Flying:
    """Queue one batch; nothing here waits for the device."""
    with torch.inference_mode():
        found = encoder.pool(pack(tokens, picked))
        host = torch.empty(found.shape, dtype=found.dtype, pin_memory=True)
        host.copy_(found, non_blocking=True)
    landed: Any = torch.cuda.Event()  # type: ignore[no-untyped-call]
    landed.record()
    return _Flying(block, picked, host, landed)
