"""A loaded encoder's linear layers in, the same ones with products of 8-bit integers out; on CPUs.

Weights are rounded once, with a scale for each output; activations at every call, with a scale for
each token, so that a text's vector does not depend on the texts beside it. Attention, layer norms
and sums stay float32. The vectors are close to the exact ones, not equal. Vector-wise scales are
those of LLM.int8() (https://arxiv.org/abs/2208.07339), which keeps some columns in float16; here
all are integers.
"""

from __future__ import annotations

from functools import cache

import torch
from torch import Tensor, nn

from engine.errors import InputError

_LEVELS = 127
_CAREFUL_LEVELS = 64
"""Without VNNI a processor adds two products, one number of 0 to 255, in 16 bits: 2 x 255 x 64."""


class Int8Linear(nn.Module):
    """A linear layer whose product is taken in integers, close to that of `plain`.

    codes: (out, in) int8. step: (out,) float32, what one unit of a row of codes is worth.
    """

    codes: Tensor
    step: Tensor
    bias: Tensor

    def __init__(self, plain: nn.Linear, levels: int) -> None:
        super().__init__()
        self.in_features, self.out_features = plain.in_features, plain.out_features
        weight = plain.weight.detach().float()
        step = (weight.abs().amax(1) / levels).clamp_min(1e-30)
        bias = torch.zeros(len(step)) if plain.bias is None else plain.bias.detach().float()
        self.register_buffer("codes", (weight / step[:, None]).round().to(torch.int8).contiguous())
        self.register_buffer("step", step)
        self.register_buffer("bias", bias)

    def forward(self, x: Tensor) -> Tensor:
        """(..., in) float32 to (..., out) float32; not differentiable."""
        rows = x.reshape(-1, self.in_features)
        scratch = rows.abs()
        top = scratch.amax(1, keepdim=True).clamp_min_(1e-30)
        codes = torch.mul(rows, _LEVELS / top, out=scratch).round_().to(torch.int8)
        out = torch._int_mm(codes, self.codes.t()).float().mul_(top.div_(_LEVELS))
        return torch.addcmul(self.bias, out, self.step, out=out).view(*x.shape[:-1], -1)


def quantize(model: nn.Module) -> int:
    """Replace the linear layers of `model`, float32 and on the CPU, in place; how many were.

    Raises:
        InputError: this processor's 8-bit products are wrong.
    """
    levels, replaced = weight_levels(), 0
    with torch.inference_mode(False):
        for parent in list(model.modules()):
            for name, part in list(parent.named_children()):
                if type(part) is nn.Linear:
                    setattr(parent, name, Int8Linear(part, levels))
                    replaced += 1
    model.requires_grad_(False)  # these layers have no backward
    return replaced


@cache
def weight_levels() -> int:
    """Largest code of a weight with which products are exact on this processor, found by trial."""
    for levels in (_LEVELS, _CAREFUL_LEVELS):
        if _exact(levels):
            return levels
    raise InputError("Products of 8-bit integers are wrong on this processor: choose auto.")


def _exact(levels: int) -> bool:
    """Whether sums as large as they can be come out right, of either sign."""
    signs = torch.tensor([1, -1, 1, 1]).repeat(64)
    weights = (torch.stack([signs, -signs, signs.abs(), -signs.abs()]) * levels).repeat(16, 1)
    rows = (torch.stack([signs, -signs, signs.abs(), -signs.abs()]) * _LEVELS).repeat(16, 1)
    found = torch._int_mm(rows.to(torch.int8), weights.to(torch.int8).t())
    return bool((found == (rows.double() @ weights.double().t()).round()).all())
