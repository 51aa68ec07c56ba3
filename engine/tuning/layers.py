"""An encoder's model in, its stack of layers and what lies beneath them out."""

from __future__ import annotations

from typing import Any

from torch import nn

from engine.errors import InputError


def stack_of(model: Any) -> tuple[str, nn.ModuleList]:
    """Name of the list of layers inside `model`, and the list.

    Raises:
        InputError: there is no such list.
    """
    depth = int(model.config.num_hidden_layers)
    for name, part in model.named_modules():
        if isinstance(part, nn.ModuleList) and len(part) == depth:
            return name, part
    raise InputError(
        f"The layers of an encoder of the type {model.config.model_type} were not found, so none "
        "can be frozen and no adapter fits: fine-tune it whole."
    )


def beneath(model: Any, layers: int) -> list[nn.Module]:
    """The embeddings and whatever else comes before the stack, and its lowest `layers` layers.

    Raises:
        InputError: the encoder has not that many layers, or they were not found.
    """
    name, stack = stack_of(model)
    if layers >= len(stack):
        raise InputError(
            f"frozen_layers is {layers} and the encoder has {len(stack)} layers; freeze fewer, or "
            "take the quick route, which freezes them all."
        )
    before: list[nn.Module] = []
    # Parts are registered in the order in which a text passes through them.
    for other, part in model.named_modules():
        if part is stack:
            break
        if other and not name.startswith(f"{other}."):
            before.append(part)
    return [*before, *stack[:layers]]
