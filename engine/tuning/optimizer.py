"""A network in, its optimizer and the rate of each step out."""

from __future__ import annotations

from typing import Any

import torch

from engine.tuning.network import Network
from engine.tuning.settings import Tuning

MAX_GRAD_NORM = 1.0
_WEIGHT_DECAY = 0.01
_WARM_UP_SHARE = 0.1
_HEAD_SPEED = {"none": 20.0, "lora": 2.0}
"""The head, small and linear, learns this much faster than the encoder, or its adapter, below."""


def make_optimizer(network: Network, settings: Tuning) -> torch.optim.Optimizer:
    """AdamW (Loshchilov & Hutter 2019, arXiv:1711.05101) in one pass over memory.

    Matrices decay, biases, norms and the head do not.
    """
    head = set(network.head.parameters())
    body = [p for p in network.learning().values() if p not in head]
    groups: list[dict[str, Any]] = [
        {"params": [p for p in body if p.dim() > 1], "weight_decay": _WEIGHT_DECAY},
        {"params": [p for p in body if p.dim() <= 1], "weight_decay": 0.0},
        {"params": list(network.head.parameters()), "weight_decay": 0.0},
    ]
    for group, speed in zip(groups, (1.0, 1.0, _HEAD_SPEED[settings.adapter]), strict=True):
        group["peak"] = settings.learning_rate * speed
    device = network.head.weight.device.type
    return torch.optim.AdamW(
        [group for group in groups if group["params"]],
        lr=settings.learning_rate,
        fused=device in ("cpu", "cuda"),
    )


def set_rate(optimizer: torch.optim.Optimizer, step: int, steps: int) -> None:
    """Linear warm-up over a tenth of the steps, then linear decay to nothing."""
    warm = max(1, round(steps * _WARM_UP_SHARE))
    share = min((step + 1) / warm, (steps - step) / max(1, steps - warm))
    for group in optimizer.param_groups:
        group["lr"] = group["peak"] * share
