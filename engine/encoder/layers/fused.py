"""An encoder of BERT's build in, the same function in fewer and larger steps out; inference only.

Query, key and value become one product. On CUDA the residual sum and the layer norm after it become
one pass over memory, which at a width of 384 is what the time goes into.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn


class FusedSelfAttention(nn.Module):
    """BERT's self-attention with one product for query, key and value.

    attend: transformers' attention call, see :func:`engine.encoder.attention.seam.attention`.
    """

    def __init__(self, plain: Any, attend: Callable[..., tuple[Tensor, None]]) -> None:
        super().__init__()
        self.heads = plain.num_attention_heads
        self.scaling = plain.scaling
        self.attend = attend
        parts = (plain.query, plain.key, plain.value)
        self.qkv = nn.Linear(parts[0].in_features, 3 * parts[0].out_features)
        self.qkv.weight = nn.Parameter(torch.cat([part.weight for part in parts]).detach())
        self.qkv.bias = nn.Parameter(torch.cat([part.bias for part in parts]).detach())

    def forward(
        self, hidden_states: Tensor, attention_mask: Tensor | None = None, **where: Any
    ) -> tuple[Tensor, None]:
        """(rows, length, width) in and out."""
        rows, length, _ = hidden_states.shape
        mixed = self.qkv(hidden_states).view(rows, length, 3, self.heads, -1)
        query, key, value = (part.transpose(1, 2) for part in mixed.unbind(2))
        out, _ = self.attend(self, query, key, value, attention_mask, scaling=self.scaling, **where)
        return out.reshape(rows, length, -1), None


class FusedOutput(nn.Module):
    """BERT's output step: product, residual sum, layer norm; the last two in one pass on CUDA."""

    def __init__(self, plain: Any) -> None:
        super().__init__()
        self.dense = plain.dense
        self.LayerNorm = plain.LayerNorm

    def forward(self, hidden_states: Tensor, input_tensor: Tensor) -> Tensor:
        """(rows, length, width) in and out."""
        norm, hidden = self.LayerNorm, self.dense(hidden_states)
        if hidden.is_cuda and not torch.is_grad_enabled():  # the kernel has no backward
            from engine.encoder.layers.triton_norm import add_layer_norm

            return add_layer_norm(hidden, input_tensor, norm.weight, norm.bias, norm.eps)
        summed: Tensor = norm(hidden + input_tensor)
        return summed


def fuse(model: nn.Module, attend: Callable[..., tuple[Tensor, None]], *, norms: bool) -> int:
    """Put the fused parts in place of the plain ones, in place; how many were replaced.

    Models of another build (no separate query, key and value of BERT's names) stay as they are.

    Args:
        model: A packed encoder, not in training.
        attend: The attention call of its kernel.
        norms: Also fuse residual sums and layer norms, which on CUDA needs Triton.
    """
    replaced = 0
    for parent in list(model.modules()):
        for name, part in list(parent.named_children()):
            if _is_self_attention(part):
                setattr(parent, name, FusedSelfAttention(part, attend))
                replaced += 1
            elif norms and _is_output(part):
                setattr(parent, name, FusedOutput(part))
                replaced += 1
    return replaced


def _is_self_attention(part: nn.Module) -> bool:
    kind = type(part).__name__
    linears = (getattr(part, name, None) for name in ("query", "key", "value"))
    return kind.endswith("SelfAttention") and all(
        isinstance(one, nn.Linear) and one.bias is not None for one in linears
    )


def _is_output(part: nn.Module) -> bool:
    children = dict(part.named_children())
    return (
        type(part).__name__.endswith("Output")
        and set(children) == {"dense", "LayerNorm", "dropout"}
        and isinstance(children["LayerNorm"], nn.LayerNorm)
    )
