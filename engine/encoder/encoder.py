"""Texts in, vectors out: packed, pooled and normalised as the folder says, in their order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.encoder.ahead import ahead
from engine.encoder.attention import Choice
from engine.encoder.folder import Recipe
from engine.encoder.observe import observed_kernels
from engine.encoder.packing import Ints, PackedBatch, batches, pack
from engine.encoder.tokens import Tokenizer, Tokens
from engine.encoder.workers import spread
from engine.errors import InputError
from engine.progress import SILENT, Progress

Vectors = NDArray[np.float32]

# Tokenizing runs this many texts ahead of the model.
_BLOCK = 4096
_CPU_BUDGET = 1024
_CUDA_BUDGET = 262_144


@dataclass(frozen=True, eq=False)
class Encoder:
    """A loaded encoder, made by ``load_encoder``; threads may share it.

    fingerprint: sha256 (hex) of the weights. kernel: the attention kernel and why it was chosen;
    where `packed` is False texts are padded and the reason is there. dtype: what products are
    computed in.
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
        out = self.model(
            position_ids=positions.unsqueeze(0),
            cu_seqlens=self._on_device(batch.cu_seqlens, torch.int32),
            max_seqlen=batch.max_seqlen,
            runs=batch.runs,
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
        hidden = self.hidden(batch, **more).float()
        ends = self._on_device(batch.cu_seqlens)
        parts = [_pool(mode, hidden, ends) for mode in self.recipe.pooling]
        vectors = parts[0] if len(parts) == 1 else torch.cat(parts, dim=1)
        return torch.nn.functional.normalize(vectors) if self.recipe.normalize else vectors

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
        for tokens in self._blocks(texts, max_length):
            self.encode_tokens(
                tokens, out=vectors[start : start + len(tokens)], progress=progress, budget=budget
            )
            start += len(tokens)
        return vectors

    def encode_tokens(
        self,
        tokens: Sequence[Ints],
        *,
        out: Vectors,
        progress: Progress = SILENT,
        budget: int | None = None,
    ) -> None:
        """Write the vectors of tokenized texts into `out`, (n, width) float32."""
        lengths = tokens.lengths if isinstance(tokens, Tokens) else [len(row) for row in tokens]
        if self.model.training:
            self.model.eval()
        made = list(batches(lengths, budget or self.budget(), window=_BLOCK))
        workers = torch.get_num_threads() if self.device.type == "cpu" else 1
        work = spread(lambda picked: self._vectors(tokens, picked), made, workers)
        with closing(work) as vectors:
            for picked, found in zip(made, vectors, strict=True):
                out[picked] = found
                progress.advance(len(picked))

    def _vectors(self, tokens: Sequence[Ints], picked: Ints) -> Vectors:
        try:
            with torch.inference_mode():
                return self.pool(pack(tokens, picked)).cpu().numpy()
        except torch.OutOfMemoryError:
            if len(picked) < 2:
                raise
        torch.cuda.empty_cache()
        halves = np.array_split(picked, 2)
        return np.concatenate([self._vectors(tokens, half) for half in halves])

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
            return _CPU_BUDGET
        config = self.model.config
        free, _total = torch.cuda.mem_get_info(self.device)
        # Alive at once in a layer: about ten rows of hidden and two of the feed-forward part.
        row = 10 * config.hidden_size + 2 * getattr(
            config, "intermediate_size", 4 * config.hidden_size
        )
        return int(min(_CUDA_BUDGET, max(1024, free // 4 // (row * self.dtype.itemsize))))

    def observed(
        self, texts: Sequence[str] = ("What ran", "is what is written down.")
    ) -> list[str]:
        """Names of the attention operators that run when `texts` are encoded, from the profiler."""
        return observed_kernels(lambda: self.encode(list(texts)))

    def _on_device(self, array: Ints, dtype: torch.dtype = torch.long) -> Tensor:
        return torch.from_numpy(np.ascontiguousarray(array)).to(
            self.device, dtype, non_blocking=True
        )


def _pool(mode: str, hidden: Tensor, ends: Tensor) -> Tensor:
    """One vector a text from (tokens, hidden); texts without tokens get zeros."""
    lengths = ends.diff()
    full = (lengths > 0).unsqueeze(1)
    if mode == "cls":
        return hidden[ends[:-1].clamp(max=len(hidden) - 1)] * full
    if mode == "lasttoken":
        return hidden[(ends[1:] - 1).clamp(min=0)] * full
    if mode == "max":
        best = torch.segment_reduce(hidden, "max", offsets=ends, axis=0, unsafe=True)
        return best.masked_fill(~full, 0.0)
    total = torch.segment_reduce(hidden, "sum", offsets=ends, axis=0, unsafe=True)
    size = lengths.clamp(min=1).unsqueeze(1).to(total.dtype)
    return total / (size.sqrt() if mode == "mean_sqrt_len_tokens" else size)
