"""A kernel's name in, the name transformers knows it by out: where a model meets our attention.

transformers looks attention functions up by name (AttentionInterface) and asks a second table for
the mask (AttentionMaskInterface). Ours returns no mask, because packed texts need none; the batch's
``cu_seqlens``, ``max_seqlen`` and ``runs`` reach the kernel as keywords of the model call.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import Any

import torch
from torch import Tensor

from engine.encoder.attention.kernels import KERNELS, kernel
from engine.encoder.packing import Run

_LOCK = threading.Lock()
# transformers gives names holding "flash" or "sdpa" a meaning of its own, so ours hold neither.
_NAMES = {
    "flash_attn": "limn_installed",
    "torch_varlen": "limn_varlen",
    "sdpa_flash": "limn_fused",
    "sdpa_math": "limn_math",
    "eager": "limn_standard",
}


def implementation(name: str) -> str:
    """The ``attn_implementation`` for the kernel `name`; the first call registers them all."""
    with _LOCK:
        _register()
    return _NAMES[name]


def attention(name: str) -> Callable[..., tuple[Tensor, None]]:
    """The kernel `name` behind transformers' attention call: (batch, heads, length, head_dim)."""
    return partial(_attend, kernel(name))


@cache
def _register() -> None:
    from transformers import AttentionInterface, AttentionMaskInterface

    for name in KERNELS:
        AttentionInterface.register(_NAMES[name], attention(name))
        AttentionMaskInterface.register(_NAMES[name], _no_mask)


def _no_mask(*, attention_mask: Tensor | None = None, **_: Any) -> None:
    """No mask; a padded batch is refused, since its padding would be attended to."""
    if attention_mask is not None and not bool(attention_mask.all()):
        raise ValueError(
            "a packed encoder takes no padded batch: pass cu_seqlens, or equal lengths"
        )


def _attend(
    run: Callable[..., Tensor],
    module: torch.nn.Module,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    *,
    scaling: float | None = None,
    dropout: float = 0.0,
    sliding_window: int | None = None,
    cu_seqlens: Tensor | None = None,
    max_seqlen: int | None = None,
    runs: Sequence[Run] | None = None,
    **_: Any,
) -> tuple[Tensor, None]:
    """transformers' call, (batch, heads, length, head_dim), handed to a packed kernel.

    Without `cu_seqlens` every row of the batch is one text of full length (no padding).
    """
    rows, _heads, length, _head_dim = query.shape
    if cu_seqlens is None or max_seqlen is None:
        ends = torch.arange(rows + 1, dtype=torch.int32, device=query.device)
        cu_seqlens, max_seqlen, runs = ends * length, length, ((0, rows, length),)
    groups = query.shape[1] // key.shape[1]
    if groups > 1:  # grouped queries: the kernels share no keys among heads
        key, value = (x.repeat_interleave(groups, dim=1) for x in (key, value))
    q, k, v = (x.transpose(1, 2).flatten(0, 1) for x in (query, key, value))
    out = run(
        q,
        k,
        v,
        cu_seqlens=cu_seqlens,
        max_seqlen=max_seqlen,
        runs=runs,
        dropout_p=dropout,
        scale=scaling,
        # transformers counts the token itself and one side; the kernels count one side
        window=None if sliding_window is None else sliding_window - 1,
    )
    return out.view(rows, length, *out.shape[1:]), None
