"""Texts in, vectors out: packed, pooled and normalised as the folder says, in their order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from engine.encoder.ahead import ahead
from engine.encoder.attention.choice import Choice
from engine.encoder.attention.kernels import takes_runs
from engine.encoder.attention.observe import observed_kernels
from engine.encoder.hub.folder import Recipe
from engine.encoder.packing import Ints, PackedBatch, joined
from engine.encoder.pooling import pool
from engine.encoder.stream import Vectors, stream
from engine.encoder.tokenizing.tokens import Tokenizer, Tokens
from engine.errors import InputError
from engine.progress import SILENT, Progress

# Tokenizing runs this many texts ahead of the model.
_BLOCK = 4096
_CPU_BUDGET = 1024
_CUDA_BUDGET = 131_072


@dataclass(eq=False)
class Encoder:
    """A loaded encoder, made by ``load_encoder``; threads may share it.

    fingerprint: sha256 (hex) of the weights. kernel: the attention kernel and why it was chosen;
    where `packed` is False texts are padded and the reason is there. dtype: what products are
    computed in. approximate: products are of 8-bit integers instead (:mod:`layers.int8`).
    """

    name: str
    folder: Path
    fingerprint: str
    recipe: Recipe
    model: Any
    tokenizer: Tokenizer
    kernel: Choice
    packed: bool
    position_offset: int
    device: torch.device
    dtype: torch.dtype
    approximate: bool = False
    _most: int = field(default=1 << 62, repr=False)

    @property
    def width(self) -> int:
        """Numbers in a vector."""
        return int(self.model.config.hidden_size) * len(self.recipe.pooling)

    @property
    def max_length(self) -> int:
        """Longest text in tokens, special tokens included; what is beyond is cut off."""
        return self.tokenizer.max_length

    def tokenize(self, texts: Sequence[str], max_length: int | None = None) -> Tokens:
        """Token ids (length,) int32 of each text, special tokens included.

        Raises:
            InputError: `max_length` is more than the encoder has positions for.
        """
        positions = getattr(self.model.config, "max_position_embeddings", None)
        if max_length and positions and max_length > positions - self.position_offset:
            raise InputError(
                f"This encoder reads at most {positions - self.position_offset} tokens of a text; "
                f"{max_length} were asked for."
            )
        return self.tokenizer(texts, max_length)

    def hidden(self, batch: PackedBatch, **more: Any) -> Tensor:
        """(tokens, hidden) of the last layer, differentiable; `more` goes to the model as it is.

        With ``inputs_embeds=`` (tokens, embedding width) the batch's ids are not looked at.
        """
        # Weights of an encoder in training stay float32; its products are cast where that is
        # wanted.
        casts = self.dtype != torch.float32 and self.model.dtype == torch.float32
        with torch.autocast(self.device.type, self.dtype, enabled=casts):
            if self.packed:
                return self._hidden_packed(batch, **more)
            return self._hidden_padded(batch, **more)

    def _hidden_packed(self, batch: PackedBatch, **more: Any) -> Tensor:
        positions = self._on_device(batch.positions) + self.position_offset
        if more.get("inputs_embeds") is not None:
            more["inputs_embeds"] = more["inputs_embeds"].unsqueeze(0)
        else:
            more["input_ids"] = self._on_device(batch.ids).unsqueeze(0)
        if takes_runs(self.kernel.name):
            more["runs"] = batch.runs
        out = self.model(
            position_ids=positions.unsqueeze(0),
            cu_seqlens=self._on_device(batch.cu_seqlens, torch.int32),
            max_seqlen=batch.max_seqlen,
            **more,
        )
        return out.last_hidden_state[0]  # type: ignore[no-any-return]

    def _hidden_padded(self, batch: PackedBatch, **more: Any) -> Tensor:
        rows = np.repeat(np.arange(batch.n_texts), batch.lengths)
        where = self._on_device(rows), self._on_device(batch.positions)
        shape = batch.n_texts, batch.max_seqlen
        mask = torch.zeros(shape, dtype=torch.long, device=self.device)
        mask[where] = 1
        embeds = more.pop("inputs_embeds", None)
        if embeds is None:
            ids = torch.zeros(shape, dtype=torch.long, device=self.device)
            ids[where] = self._on_device(batch.ids)
            more["input_ids"] = ids
        else:
            more["inputs_embeds"] = embeds.new_zeros(*shape, embeds.shape[-1]).index_put(
                where, embeds
            )
        out = self.model(attention_mask=mask, **more)
        return out.last_hidden_state[where]  # type: ignore[no-any-return]

    def pool(self, batch: PackedBatch, **more: Any) -> Tensor:
        """(n_texts, width) float32 vectors in the batch's own order, differentiable."""
        if not batch.n_tokens:
            return torch.zeros(batch.n_texts, self.width, device=self.device)
        hidden, ends = self.hidden(batch, **more), self._on_device(batch.cu_seqlens)
        return pool(self.recipe.pooling, hidden, ends, normalize=self.recipe.normalize)

    def encode(
        self,
        texts: Sequence[str],
        *,
        max_length: int | None = None,
        progress: Progress = SILENT,
        budget: int | None = None,
    ) -> Vectors:
        """(n, width) float32, row i for text i; a vector does not depend on the other texts.

        Texts longer than `max_length` tokens are cut. `progress` is advanced by texts. `budget` is
        the most tokens in one batch, chosen from the device by default; where memory still runs
        out, a batch is halved and tried again.

        Raises:
            InputError: see :meth:`tokenize`.
        """
        vectors = np.empty((len(texts), self.width), dtype=np.float32)
        start = 0
        blocks = self._blocks(texts, max_length)
        for found in self.encode_blocks(blocks, progress=progress, budget=budget):
            vectors[start : start + len(found)] = found
            start += len(found)
        return vectors

    def encode_blocks(
        self, blocks: Iterable[Tokens], *, progress: Progress = SILENT, budget: int | None = None
    ) -> Iterator[Vectors]:
        """(n, width) float32 of each block of tokenized texts, see :func:`engine.encoder.stream`.

        On CUDA the blocks that follow are read and begun while the ones before are computed.
        """
        if self.model.training:
            self.model.eval()
        return stream(self, blocks, budget=budget or self.budget(), progress=progress)

    def encode_tokens(
        self,
        tokens: Sequence[Ints],
        *,
        out: Vectors,
        progress: Progress = SILENT,
        budget: int | None = None,
    ) -> None:
        """Write the vectors of tokenized texts into `out`, (n, width) float32."""
        block = tokens if isinstance(tokens, Tokens) else joined(tokens)
        for found in self.encode_blocks([block], progress=progress, budget=budget):
            out[:] = found

    def _blocks(self, texts: Sequence[str], max_length: int | None) -> Iterator[Tokens]:
        """Tokens block by block, the next block made in a thread while the model has this one."""
        if len(texts) <= _BLOCK:
            yield self.tokenize(texts, max_length)
            return
        blocks = (texts[start : start + _BLOCK] for start in range(0, len(texts), _BLOCK))
        yield from ahead(lambda block: self.tokenize(block, max_length), blocks)

    def budget(self) -> int:
        """Most tokens in one batch: what a CPU's cache likes, what fits in free memory on CUDA."""
        if self.device.type != "cuda":
            return min(_CPU_BUDGET, self._most)
        config = self.model.config
        free, _total = torch.cuda.mem_get_info(self.device)
        # Alive at once in a layer: about ten rows of hidden and two of the feed-forward part.
        row = 10 * config.hidden_size + 2 * getattr(
            config, "intermediate_size", 4 * config.hidden_size
        )
        fits = max(1024, free // 4 // (row * self.dtype.itemsize))
        return int(min(_CUDA_BUDGET, fits, self._most))

    def shrink(self, tokens: int) -> int:
        """Never put more than `tokens` in a batch from now on: they did not fit. The new budget."""
        self._most = max(1, min(self._most, tokens))
        return self._most

    def observed(
        self, texts: Sequence[str] = ("What ran", "is what is written down.")
    ) -> list[str]:
        """Names of the attention operators that run when `texts` are encoded, from the profiler."""
        return observed_kernels(lambda: self.encode(list(texts)))

    def _on_device(self, array: Ints, dtype: torch.dtype = torch.long) -> Tensor:
        host = torch.from_numpy(np.ascontiguousarray(array))
        if self.device.type == "cuda":
            host = host.pin_memory()  # from other memory a copy would wait for the device
        return host.to(self.device, non_blocking=True).to(dtype)
