"""An encoder's linear layers in, the same ones laid out for oneDNN out; on CPUs, for inference.

oneDNN keeps weights in blocks that suit the processor and applies GELU while a result is still in
its cache. These are the operators that torch.compile uses on a CPU; nothing is compiled here.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

_ROWS = 1024
"""Rows the layout is chosen for: a usual batch. Any number of rows may come."""


class OneDnnLinear(nn.Module):
    """``x @ weight.T + bias``, then GELU where `gelu`: (..., in_features) to (..., out_features).

    Where a gradient is wanted it is computed by PyTorch's own linear layer, from the same weights.
    """

    def __init__(self, plain: nn.Linear, *, gelu: bool = False) -> None:
        super().__init__()
        self.in_features, self.out_features = plain.in_features, plain.out_features
        self.activation = "gelu" if gelu else "none"
        self.bias = None if plain.bias is None else plain.bias.detach()
        ops: Any = torch.ops.mkldnn
        self.blocks = ops._reorder_linear_weight(plain.weight.detach(), _ROWS)
        self._dense: Tensor | None = None

    def forward(self, x: Tensor) -> Tensor:
        """(..., in_features) to (..., out_features)."""
        if torch.is_grad_enabled() and x.requires_grad:
            y = nn.functional.linear(x, self.weight, self.bias)
            return nn.functional.gelu(y) if self.activation == "gelu" else y
        ops: Any = torch.ops.mkldnn
        out: Tensor = ops._linear_pointwise(x, self.blocks, self.bias, self.activation, [], "none")
        return out

    @property
    def weight(self) -> Tensor:
        """(out_features, in_features), put back into plain order when first asked for."""
        if self._dense is None:
            self._dense = self.blocks.to_dense()
        return self._dense


class Passed(nn.Module):
    """An activation that the layer before has applied already."""

    def forward(self, x: Tensor) -> Tensor:
        """`x` as it is."""
        return x


def lay_out(model: nn.Module) -> int:
    """Replace the float32 linear layers of `model` in place; how many were.

    The exact GELU of BERT's intermediate step goes into the product before it. Without oneDNN in
    this PyTorch nothing is replaced.
    """
    if not torch.backends.mkldnn.is_available():  # type: ignore[no-untyped-call]
        return 0
    replaced = 0
    for parent in list(model.modules()):
        gelu = _has_exact_gelu(parent)
        for name, part in list(parent.named_children()):
            if type(part) is nn.Linear and part.weight.dtype == torch.float32:
                fused = gelu and name == "dense"
                setattr(parent, name, OneDnnLinear(part, gelu=fused))
                if fused:
                    parent.intermediate_act_fn = Passed()
                replaced += 1
    return replaced


def _has_exact_gelu(parent: nn.Module) -> bool:
    """Whether `parent` is a linear layer called dense and then the GELU by the error function."""
    if not type(parent).__name__.endswith("Intermediate"):
        return False
    act = getattr(parent, "intermediate_act_fn", None)
    exact = type(act).__name__ == "GELUActivation" or (
        isinstance(act, nn.GELU) and act.approximate == "none"
    )
    return exact and set(dict(parent.named_children())) == {"dense", "intermediate_act_fn"}
