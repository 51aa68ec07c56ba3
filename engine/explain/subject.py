"""An encoder and what reads its vectors in, one differentiable function of packed texts out."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.encoder.draft import DraftEncoder
from engine.encoder.encoder import Encoder
from engine.encoder.hub.folder import read_json, read_recipe
from engine.encoder.packing import Ints, PackedBatch, batches, pack
from engine.encoder.pooling import pool
from engine.encoder.workers import spread
from engine.explain.target import Target

Floats = NDArray[np.float32]
Made = TypeVar("Made")

_LEAST = 256
"""Tokens below which a batch is not worth a thread."""
_SPELT = {"pad": ("[PAD]", "<pad>"), "mask": ("[MASK]", "<mask>"), "unk": ("[UNK]", "<unk>")}


def _as_they_are(texts: Sequence[str]) -> list[str]:
    return list(texts)


@dataclass(eq=False)
class Subject:
    """What is explained: texts to one number for each category or topic.

    It has its encoder to itself, so that nothing done to explain disturbs a prediction elsewhere;
    whoever hangs hooks on it holds `lock` meanwhile.

    Attributes:
        names: (k,) of the outputs: categories, or topics.
        encoder: Its own; no weight of it wants a gradient.
        read: (n, width) vectors to (n, k) outputs, differentiable: tempered logits of a
            classifier, cosines to the centres of topics.
        odds: Whether outputs are logits, whose differences are log-odds; else cosines.
        prepare: Texts as they were cleaned before they were learnt from.
        max_length: Tokens read of a text.
        workers: Batches that are computed side by side; 0 is a thread for each core, on CUDA one.
        key: Of the artifact, "" where there is none.
    """

    names: tuple[str, ...]
    encoder: Encoder | DraftEncoder
    read: Callable[[Tensor], Tensor]
    odds: bool
    prepare: Callable[[Sequence[str]], list[str]] = _as_they_are
    max_length: int = 0
    workers: int = 0
    key: str = ""
    lock: threading.RLock = field(default_factory=threading.RLock, repr=False)

    def __post_init__(self) -> None:
        self.max_length = self.max_length or self.encoder.max_length
        on_cpu = self.encoder.device.type == "cpu"
        self.workers = self.workers or (torch.get_num_threads() if on_cpu else 1)
        if isinstance(self.encoder, Encoder):
            self.encoder.model.eval().requires_grad_(False)

    @property
    def device(self) -> torch.device:
        """Where its numbers are."""
        return self.encoder.device

    @property
    def kernel(self) -> str:
        """The attention kernel its texts go through, forward and backward."""
        return self.encoder.kernel.name

    @property
    def table(self) -> Tensor:
        """(vocabulary, e) the embedding of each token."""
        if isinstance(self.encoder, DraftEncoder):
            return self.encoder.table
        table: Tensor = self.encoder.model.get_input_embeddings().weight
        return table

    @cached_property
    def special_tokens(self) -> dict[str, int]:
        """Ids of the tokenizer's pad, mask and unk tokens, those that it has.

        As its files name them; where they do not (BERT's often do not), as they are usually spelt.
        """
        folder = read_recipe(self.encoder.folder).transformer
        names = ("special_tokens_map.json", "tokenizer_config.json")
        files = [read_json(folder / name, default={}) for name in names]
        found = {}
        for kind, usual in _SPELT.items():
            said = [one[f"{kind}_token"] for one in files if one.get(f"{kind}_token")]
            named = [one.get("content") if isinstance(one, dict) else one for one in said]
            for word in filter(None, named or usual):
                place = self.encoder.tokenizer.backend.token_to_id(word)
                if place is not None:
                    found[kind] = int(place)
        return found

    def embed(self, ids: Ints) -> Tensor:
        """(tokens, e) embeddings of token ids, which gradients are taken by; 0 for an id of -1."""
        where = torch.from_numpy(np.asarray(ids, dtype=np.int64)).to(self.table.device)
        found = self.table[where.clamp(min=0)].detach()
        return found.masked_fill_((where < 0).unsqueeze(1), 0.0)

    def outputs(self, batch: PackedBatch, embeds: Tensor | None = None) -> Tensor:
        """(n_texts, k) float32; with `embeds` (tokens, e) the batch's ids are not looked at."""
        if isinstance(self.encoder, Encoder):
            more: dict[str, Any] = {} if embeds is None else {"inputs_embeds": embeds}
            return self.read(self.encoder.pool(batch, **more))
        embeds = self.embed(batch.ids) if embeds is None else embeds
        ends = torch.from_numpy(batch.cu_seqlens.astype(np.int64))
        return self.read(pool(("mean",), embeds, ends, normalize=True))

    def scores(self, outputs: Tensor, targets: Sequence[Target]) -> Tensor:
        """(n,) of (n, k) outputs: the number that is explained, one target a text."""
        return score(outputs, targets, odds=self.odds)

    def share(self, scores: Floats) -> Floats:
        """Scores as people read them: the probability a log-odds stands for; cosines as they are.

        The log-odds of a category against all others stand for its own probability exactly.
        """
        if not self.odds:
            return scores
        from scipy.special import expit

        found: Floats = expit(scores)
        return found

    def answers(self, rows: Sequence[Ints], *, budget: int | None = None) -> Floats:
        """(n, k) float32 outputs of token ids, in their order; no gradient is kept."""
        found = np.zeros((len(rows), len(self.names)), dtype=np.float32)
        lengths = np.array([len(row) for row in rows], dtype=np.int64)

        def answer(places: Ints) -> Floats:
            with torch.inference_mode():
                out: Floats = self.outputs(pack(rows, places)).float().cpu().numpy()
            return out

        plan = self.batches(lengths, budget or self.budget())
        for places, outputs in zip(plan, self.side_by_side(answer, plan), strict=True):
            found[places] = outputs
        return found

    def batches(self, lengths: Ints, budget: int) -> list[Ints]:
        """Places of texts of these lengths, batch by batch: as many for each worker."""
        total, workers = int(lengths.sum()), self.workers
        rounds = max(1, -(-total // (budget * workers)))
        even = -(-total // (rounds * workers)) + int(lengths.max(initial=0)) // 2
        return list(batches(lengths, min(budget, max(even, _LEAST))))

    def side_by_side(
        self, make: Callable[[Ints], Made], plan: Sequence[Ints]
    ) -> Generator[Made, None, None]:
        """``make(places)`` for each batch, in order: on a CPU a thread for each core."""
        yield from spread(make, plan, self.workers)

    def scored(self, rows: Sequence[Ints], targets: Sequence[Target]) -> Floats:
        """(n,) float32: the number that is explained, of token ids, one target a row."""
        found: Floats = self.scores(torch.from_numpy(self.answers(rows)), targets).numpy()
        return found

    def budget(self) -> int:
        """Most tokens in one batch without gradients."""
        return self.encoder.budget() if isinstance(self.encoder, Encoder) else 1 << 16


def score(outputs: Tensor, targets: Sequence[Target], *, odds: bool) -> Tensor:
    """(n,) of (n, k) outputs, see :class:`Target`."""
    at = torch.arange(len(targets), device=outputs.device)
    of = torch.tensor([one.of for one in targets], device=outputs.device)
    mine = outputs[at, of]
    if all(one.against is None for one in targets):
        return mine - _rest(outputs, at, of) if odds and outputs.shape[1] > 1 else mine
    against = torch.tensor(
        [one.of if one.against is None else one.against for one in targets], device=outputs.device
    )
    versus = outputs[at, against]
    alone = against == of
    if bool(alone.any()):
        rest = _rest(outputs, at, of) if odds else torch.zeros_like(mine)
        versus = torch.where(alone, rest, versus)
    return mine - versus


def _rest(outputs: Tensor, at: Tensor, of: Tensor) -> Tensor:
    """(n,) log of the summed exponentials of all outputs but one."""
    hidden = torch.zeros_like(outputs, dtype=torch.bool)
    hidden[at, of] = True
    return outputs.masked_fill(hidden, float("-inf")).logsumexp(dim=1)
