"""LoRA by peft: an encoder's linear parts get small matrices beside them, added in the end."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import nn

from engine.errors import InputError
from engine.tuning.layers import stack_of
from engine.tuning.lesson import Floats
from engine.tuning.settings import Tuning


def add_adapter(model: Any, settings: Tuning) -> int:
    """Put LoRA matrices beside the linear parts of attention and feed-forward; how many there are.

    The model's own weights stop learning. It stays the same object, so whoever holds it runs with
    the adapter from now on.

    Raises:
        InputError: the model has no linear parts in its layers.
    """
    from peft import LoraConfig, inject_adapter_in_model

    name, stack = stack_of(model)
    targets = [
        f"{name}.{place}.{inner}"
        for place, layer in enumerate(stack)
        if place >= settings.frozen_layers
        for inner, part in layer.named_modules()
        if isinstance(part, nn.Linear)
    ]
    if not targets:
        raise InputError(
            f"An adapter needs linear parts in the encoder's layers, and the type "
            f"{model.config.model_type} has none: choose the finetune route."
        )
    config = LoraConfig(
        r=settings.rank,
        lora_alpha=settings.alpha,  # type: ignore[arg-type]
        lora_dropout=settings.dropout,
        target_modules=targets,
        bias="none",
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(settings.seed)
        inject_adapter_in_model(config, model)
    return len(targets)


def merge_adapter(model: nn.Module) -> dict[str, Floats]:
    """Add the matrices to the weights beside which they learnt and remove them.

    Returns:
        What was added, by the name of the linear part: ``NAME.down`` (rank, in) and ``NAME.up``
        (out, rank) float32, scaled, so that its weight was moved by ``up @ down``.
    """
    from peft.tuners.lora import LoraLayer

    added: dict[str, Floats] = {}
    for where, parent in list(model.named_modules()):
        for name, part in list(parent.named_children()):
            if not isinstance(part, LoraLayer):
                continue
            full = f"{where}.{name}" if where else name
            for active in part.active_adapters:
                down, up = part.lora_A[active].weight, part.lora_B[active].weight
                added[f"{full}.down"] = _plain(down)
                added[f"{full}.up"] = _plain(up) * np.float32(part.scaling[active])
            part.merge()
            setattr(parent, name, part.get_base_layer())
    for left in ("peft_config", "_hf_peft_config_loaded"):
        if left in vars(model):
            delattr(model, left)
    return added


def _plain(weight: Any) -> Floats:
    found: Floats = weight.detach().float().cpu().numpy()
    return found
