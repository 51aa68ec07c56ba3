"""Texts in, draft vectors out: a sum of one stored vector a token, hundreds of times as fast.

A draft has the token ids of the encoder it was distilled from, so a dataset's tokens serve both.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.encoder.ahead import ahead
from engine.encoder.attention.choice import Choice
from engine.encoder.hub.find import find_folder
from engine.encoder.hub.folder import fingerprint, read_recipe
from engine.encoder.packing import Ints, joined
from engine.encoder.tokenizing.tokenizer import load_tokenizer, token_limit
from engine.encoder.tokenizing.tokens import Tokenizer, Tokens
from engine.progress import SILENT, Progress

Vectors = NDArray[np.float32]

_BLOCK = 4096
_NO_ATTENTION = Choice("none", "static vectors need no attention")


@dataclass(eq=False)
class DraftEncoder:
    """Static vectors of an encoder's tokens, made by ``load_draft``; threads may share it.

    table: (vocabulary, width) float32; what special and unknown tokens have is zero. fingerprint:
    sha256 (hex) of the table's file. folder: the encoder's.
    """

    name: str
    fingerprint: str
    tokenizer: Tokenizer
    table: Tensor
    folder: Path
    kernel: Choice = _NO_ATTENTION
    device: torch.device = torch.device("cpu")
    dtype: torch.dtype = torch.float32
    approximate: bool = False

    @property
    def width(self) -> int:
        """Numbers in a vector."""
        return int(self.table.shape[1])

    @property
    def max_length(self) -> int:
        """Longest text in tokens, as for the encoder it is a draft of."""
        return self.tokenizer.max_length

    def tokenize(self, texts: Sequence[str], max_length: int | None = None) -> Tokens:
        """Token ids of each text, the same that the encoder reads.

        Raises:
            InputError: `max_length` is more than the encoder has positions for.
        """
        if max_length:
            token_limit(read_recipe(self.folder), max_length)
        return self.tokenizer(texts, max_length)

    def encode(
        self,
        texts: Sequence[str],
        *,
        max_length: int | None = None,
        progress: Progress = SILENT,
    ) -> Vectors:
        """(n, width) float32 of length 1, row i for text i; zeros where a text has no tokens."""
        starts = range(0, len(texts), _BLOCK)
        blocks = ahead(lambda at: self.tokenize(texts[at : at + _BLOCK], max_length), starts)
        found = list(self.encode_blocks(blocks, progress=progress))
        return np.concatenate([np.zeros((0, self.width), dtype=np.float32), *found])

    def encode_blocks(
        self, blocks: Iterable[Tokens], *, progress: Progress = SILENT
    ) -> Iterator[Vectors]:
        """(n, width) float32 of each block of tokenized texts."""
        for tokens in blocks:
            yield self._sums(tokens)
            progress.advance(len(tokens))

    def encode_tokens(
        self, tokens: Sequence[Ints], *, out: Vectors, progress: Progress = SILENT
    ) -> None:
        """Write the vectors of tokenized texts into `out`, (n, width) float32."""
        block = tokens if isinstance(tokens, Tokens) else joined(tokens)
        for found in self.encode_blocks([block], progress=progress):
            out[:] = found

    def observed(self) -> list[str]:
        """No attention operator runs."""
        return []

    def _sums(self, tokens: Tokens) -> Vectors:
        # A mean and a sum of the same vectors point the same way.
        flat = torch.from_numpy(np.array(tokens.flat, dtype=np.int32))
        ends = torch.from_numpy(np.array(tokens.offsets, dtype=np.int32))
        if not len(flat):
            return np.zeros((len(tokens), self.width), dtype=np.float32)
        with torch.inference_mode():
            sums = torch.nn.functional.embedding_bag(
                flat, self.table, ends, mode="sum", include_last_offset=True
            )
            lengths = torch.linalg.vector_norm(sums, dim=1, keepdim=True).clamp_min_(1e-30)
            found: Vectors = sums.div_(lengths).numpy()
        return found


def load_draft(folder: Path, encoder: str) -> DraftEncoder:
    """The draft kept in `folder`, a payload of the stage distill, of the encoder called `encoder`.

    Raises:
        InputError: the encoder, whose tokenizer is used, is not there.
    """
    from safetensors.torch import load_file

    weights = folder / "model.safetensors"
    source = find_folder(encoder)
    return DraftEncoder(
        name=f"draft:{encoder}",
        fingerprint=fingerprint((weights,)),
        tokenizer=load_tokenizer(read_recipe(source)),
        table=load_file(weights)["embeddings"],
        folder=source,
    )
