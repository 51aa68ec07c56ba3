"""Hidden states of packed texts in, one vector a text out."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor


def pool(modes: Sequence[str], hidden: Tensor, cu_seqlens: Tensor, *, normalize: bool) -> Tensor:
    """(n_texts, width x modes) float32 from (tokens, width); texts without tokens get zeros.

    Args:
        modes: Of :data:`engine.encoder.hub.folder.POOLINGS`; more than one are joined end to end.
        hidden: (tokens, width) of any floating-point type; sums are in float32.
        cu_seqlens: (n_texts + 1,) int64 on the same device.
        normalize: Scale each vector to length 1.
    """
    hidden = hidden.float()
    parts = [_one(mode, hidden, cu_seqlens) for mode in modes]
    vectors = parts[0] if len(parts) == 1 else torch.cat(parts, dim=1)
    return torch.nn.functional.normalize(vectors) if normalize else vectors


def _one(mode: str, hidden: Tensor, ends: Tensor) -> Tensor:
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
