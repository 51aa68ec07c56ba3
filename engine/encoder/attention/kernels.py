"""Packed queries, keys and values in, attended values out: five kernels, one signature.

Shapes: ``q``, ``k`` and ``v`` are (tokens, heads, head_dim); texts lie end to end and
``cu_seqlens`` (n_texts + 1,) int32 says where each begins. A window of ``w`` lets a token see
itself and ``w`` tokens to each side; None lets it see its whole text.

The scaled_dot_product kernels are called by their own operator instead of through
``torch.nn.attention.sdpa_kernel``: that context manager sets switches for the whole process, so two
threads leaving it in the wrong order would leave the process pinned. The operator cannot fall back
either.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import torch
from torch import Tensor

from engine.encoder.packing import Run, runs_of
from engine.errors import InputError

FLASH_KERNELS = ("flash_attn", "torch_varlen", "sdpa_flash")
KERNELS = (*FLASH_KERNELS, "sdpa_math", "eager")


def _each_run(
    tensors: tuple[Tensor, Tensor, Tensor], cu_seqlens: Tensor, runs: Sequence[Run] | None
) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
    """Views (n, heads, length, head_dim) of q, k and v, one for each run of equal-length texts."""
    if runs is None:
        runs = runs_of(cu_seqlens.diff().tolist())
    # Runs leave no token out. One split, whose gradient is one concatenation: that of a slice would
    # be as long as all the tokens, for every run.
    cut = [torch.split(x, [n * length for _, n, length in runs]) for x in tensors]
    for place, (_, n, length) in enumerate(runs):
        q, k, v = (x[place].view(n, length, *x[place].shape[1:]).transpose(1, 2) for x in cut)
        yield q, k, v


def _band(q: Tensor, window: int | None) -> Tensor | None:
    """Additive mask (length, length): 0 inside the window, -inf outside; None: all is inside."""
    length = q.shape[-2]
    if window is None or length <= window + 1:
        return None
    place = torch.arange(length, device=q.device)
    outside = (place[:, None] - place[None, :]).abs() > window
    return torch.zeros(length, length, dtype=q.dtype, device=q.device).masked_fill_(
        outside, float("-inf")
    )


def _by_run(attend: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """A kernel for (n, heads, length, head_dim) made into one for packed texts."""

    def kernel(
        q: Tensor,
        k: Tensor,
        v: Tensor,
        *,
        cu_seqlens: Tensor,
        max_seqlen: int,
        runs: Sequence[Run] | None = None,
        dropout_p: float = 0.0,
        scale: float | None = None,
        window: int | None = None,
    ) -> Tensor:
        # What comes in has its type; autocast would give output and gradient different ones.
        with torch.autocast(q.device.type, enabled=False):
            parts = [
                attend(*views, _band(views[0], window), dropout_p, scale)
                .transpose(1, 2)
                .flatten(0, 1)
                for views in _each_run((q, k, v), cu_seqlens, runs)
            ]
        if not parts:
            return torch.zeros_like(q)
        return parts[0] if len(parts) == 1 else torch.cat(parts)

    return kernel


def _sdpa_flash(
    q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None, dropout_p: float, scale: float | None
) -> Tensor:
    ops: Any = torch.ops.aten
    if q.device.type == "cpu":
        if dropout_p > 0:
            raise InputError("PyTorch's flash kernel for CPUs has no dropout: set it to 0.")
        attend = ops._scaled_dot_product_flash_attention_for_cpu
        return attend(q, k, v, 0.0, False, attn_mask=mask, scale=scale)[0]  # type: ignore[no-any-return]
    if mask is not None:
        raise InputError("PyTorch's flash kernel for CUDA has no sliding window: use sdpa_math.")
    attend = ops._scaled_dot_product_flash_attention
    return attend(q, k, v, dropout_p, False, False, scale=scale)[0]  # type: ignore[no-any-return]


def _sdpa_math(
    q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None, dropout_p: float, scale: float | None
) -> Tensor:
    ops: Any = torch.ops.aten
    attend = ops._scaled_dot_product_attention_math
    return attend(q, k, v, mask, dropout_p, False, None, scale=scale)[0]  # type: ignore[no-any-return]


def _eager(
    q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None, dropout_p: float, scale: float | None
) -> Tensor:
    scores = q @ k.transpose(-2, -1) * (q.shape[-1] ** -0.5 if scale is None else scale)
    if mask is not None:
        scores = scores + mask
    weights = torch.softmax(scores, dim=-1)
    return torch.nn.functional.dropout(weights, p=dropout_p, training=dropout_p > 0) @ v


def _flash_attn(
    q: Tensor,
    k: Tensor,
    v: Tensor,
    *,
    cu_seqlens: Tensor,
    max_seqlen: int,
    runs: Sequence[Run] | None = None,
    dropout_p: float = 0.0,
    scale: float | None = None,
    window: int | None = None,
) -> Tensor:
    from flash_attn import flash_attn_varlen_func

    both = (-1, -1) if window is None else (window, window)
    return flash_attn_varlen_func(  # type: ignore[no-any-return]
        q, k, v, cu_seqlens, cu_seqlens, max_seqlen, max_seqlen,
        dropout_p=dropout_p, softmax_scale=scale, window_size=both,
    )  # fmt: skip


def _torch_varlen(
    q: Tensor,
    k: Tensor,
    v: Tensor,
    *,
    cu_seqlens: Tensor,
    max_seqlen: int,
    runs: Sequence[Run] | None = None,
    dropout_p: float = 0.0,
    scale: float | None = None,
    window: int | None = None,
) -> Tensor:
    from torch.nn.attention import varlen

    if dropout_p > 0:
        raise InputError("torch.nn.attention.varlen has no dropout: set it to 0.")
    attend: Any = varlen.varlen_attn
    # The usual scale is not passed on: PyTorch's first varlen had no such argument.
    usual = scale is None or abs(scale - q.shape[-1] ** -0.5) < 1e-9
    more: dict[str, Any] = {} if usual else {"scale": scale}
    if window is not None:
        more["window_size"] = (window, window)
    return attend(q, k, v, cu_seqlens, cu_seqlens, max_seqlen, max_seqlen, **more)  # type: ignore[no-any-return]


_RUNNERS: dict[str, Callable[..., Tensor]] = {
    "flash_attn": _flash_attn,
    "torch_varlen": _torch_varlen,
    "sdpa_flash": _by_run(_sdpa_flash),
    "sdpa_math": _by_run(_sdpa_math),
    "eager": _by_run(_eager),
}


def takes_runs(name: str) -> bool:
    """Whether the kernel takes one run of equally long texts at a time, so wants to know them."""
    return name in _RUNNERS and name not in ("flash_attn", "torch_varlen")


def kernel(name: str) -> Callable[..., Tensor]:
    """The kernel called `name`.

    It is called ``(q, k, v, *, cu_seqlens, max_seqlen, runs, dropout_p, scale, window)``.
    `runs` are the batch's :func:`runs_of`, worked out from `cu_seqlens` where they are not given.

    Raises:
        InputError: no kernel has that name.
    """
    if name not in _RUNNERS:
        raise InputError(
            f"There is no attention kernel called {name!r}; choose auto, {', '.join(KERNELS)}."
        )
    return _RUNNERS[name]
