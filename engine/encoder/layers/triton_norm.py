"""A tensor and its residual in, the layer norm of their sum out, in one pass over CUDA memory."""

from __future__ import annotations

import torch
import triton
import triton.language as tl
from torch import Tensor

_BLOCK = 4096


@triton.jit  # type: ignore
def _add_norm(  # type: ignore # noqa: ANN202 - Triton reads annotations as its own types
    x, residual, weight, bias, out, rows, width, eps,  # noqa: ANN001
    ROWS: tl.constexpr, COLS: tl.constexpr,
):  # fmt: skip
    row = tl.program_id(0) * ROWS + tl.arange(0, ROWS)
    col = tl.arange(0, COLS)
    inside = (row[:, None] < rows) & (col[None, :] < width)
    place = row[:, None].to(tl.int64) * width + col[None, :]
    total = tl.load(x + place, mask=inside, other=0.0).to(tl.float32)
    total += tl.load(residual + place, mask=inside, other=0.0).to(tl.float32)
    mean = tl.sum(total, axis=1)[:, None] / width
    centred = tl.where(inside, total - mean, 0.0)
    scale = tl.rsqrt(tl.sum(centred * centred, axis=1)[:, None] / width + eps)
    gain = tl.load(weight + col, mask=col < width, other=0.0).to(tl.float32)
    shift = tl.load(bias + col, mask=col < width, other=0.0).to(tl.float32)
    normed = centred * scale * gain[None, :] + shift[None, :]
    tl.store(out + place, normed.to(out.dtype.element_ty), mask=inside)


def add_layer_norm(x: Tensor, residual: Tensor, weight: Tensor, bias: Tensor, eps: float) -> Tensor:
    """``layer_norm(x + residual)`` of (..., width) tensors; sums in float32, no gradient."""
    width = x.shape[-1]
    x, residual = x.contiguous(), residual.contiguous()
    out = torch.empty_like(x)
    rows = x.numel() // width
    cols = triton.next_power_of_2(width)
    together = max(1, _BLOCK // cols)
    grid = (triton.cdiv(rows, together),)
    _add_norm[grid](x, residual, weight, bias, out, rows, width, eps, ROWS=together, COLS=cols)
    return out
