"""A model's folder in, the classifier as something that can be explained out."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import nn

from engine.classify.classifier import load_classifier
from engine.classify.head import Floats, LinearHead
from engine.classify.hidden_head import HiddenHead
from engine.errors import InputError
from engine.explain.subject import Subject

_ACTIVATIONS: dict[str, type[nn.Module]] = {"tanh": nn.Tanh, "relu": nn.ReLU, "gelu": nn.GELU}


def explained_classifier(
    folder: Path,
    *,
    key: str = "",
    device: str = "auto",
    attention: str = "auto",
    dtype: str = "auto",
) -> Subject:
    """The classifier kept in a model artifact's folder, with an encoder of its own.

    Raises:
        InputError: the encoder it was trained on is not here, or is no longer the same; or the
            weights are not here, without which there are no gradients.
    """
    _check_weights(folder)
    found = load_classifier(folder, device=device, attention=attention, dtype=dtype)
    return Subject(
        names=found.labels,
        encoder=found.encoder,
        read=reader(found.head, found.encoder.device),
        odds=True,
        prepare=found.cleaned,
        max_length=found.card.max_length,
        key=key,
    )


def _check_weights(folder: Path) -> None:
    own = ["encoder/model.safetensors"] if (folder / "encoder").is_dir() else []
    for name in ("head.safetensors", *own):
        if not (folder / name).is_file():
            raise InputError(
                f"The classifier's weights ({name}) are not here, and an explanation needs them "
                "for its gradients, which an ONNX graph does not have. Bring the classifier in "
                "again, or train it again."
            )


def reader(head: LinearHead, device: torch.device) -> nn.Module:
    """(n, width) vectors to (n, k) tempered logits, differentiable, as `head` has them."""
    if not isinstance(head, HiddenHead):
        return linear(head.weight / head.temperature, head.bias / head.temperature, device)
    return nn.Sequential(
        linear(head.hidden_weight, head.hidden_bias, device),
        _ACTIVATIONS[head.activation](),
        linear(head.weight / head.temperature, head.bias / head.temperature, device),
    )


def linear(weight: Floats, bias: Floats, device: torch.device) -> nn.Linear:
    """A layer with these weights, (out, in) and (out,), which want no gradient."""
    made = nn.Linear(weight.shape[1], weight.shape[0], device=device)
    for mine, given in ((made.weight, weight), (made.bias, bias)):
        mine.data = torch.as_tensor(given, dtype=torch.float32, device=device)
    return made.requires_grad_(False)
