"""An encoder and a head in, one module out: what the optimizer moves and a checkpoint holds."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from engine.encoder.encoder import Encoder
from engine.encoder.packing import PackedBatch
from engine.tuning.lesson import Floats


class Network(nn.Module):
    """Packed texts to logits. `still` are the parts below what learns; they drop nothing."""

    def __init__(self, encoder: Encoder, weight: Floats, bias: Floats) -> None:
        super().__init__()
        self._pool = encoder.pool
        self.encoder = encoder.model
        self.head = nn.Linear(weight.shape[1], weight.shape[0])
        with torch.no_grad():
            self.head.weight.copy_(torch.from_numpy(weight))
            self.head.bias.copy_(torch.from_numpy(bias))
        self.still: list[nn.Module] = []
        self.to(encoder.device)

    def forward(self, batch: PackedBatch, **more: Any) -> Tensor:
        """(n_texts, n_labels) float32 logits; `more` goes to the encoder's model as it is."""
        logits: Tensor = self.head(self._pool(batch, **more))
        return logits

    def train(self, mode: bool = True) -> Network:
        """Training mode, but for the parts that stay as they are."""
        super().train(mode)
        for part in self.still:
            part.eval()
        return self

    def learning(self) -> dict[str, nn.Parameter]:
        """What learns, by name."""
        return {name: p for name, p in self.named_parameters() if p.requires_grad}
