"""Vectors in, logits through one hidden layer out: heads of classifiers made elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from engine.classify.head import Floats, LinearHead
from engine.errors import InputError

ACTIVATIONS = ("tanh", "relu", "gelu")


@dataclass(frozen=True, eq=False)
class HiddenHead(LinearHead):
    """Logits are those of the linear head over ``activation(vectors @ hidden_weight.T + bias)``.

    hidden_weight: (hidden, width) float32. hidden_bias: (hidden,) float32. activation: tanh, relu
    or gelu (the exact one, by the error function).
    """

    hidden_weight: Floats = field(kw_only=True)
    hidden_bias: Floats = field(kw_only=True)
    activation: str = field(kw_only=True)

    def logits(self, vectors: Floats) -> Floats:
        """(n, n_labels) float32, already divided by the temperature."""
        hidden = vectors @ self.hidden_weight.T + self.hidden_bias
        if self.activation == "tanh":
            hidden = np.tanh(hidden)
        elif self.activation == "relu":
            hidden = np.maximum(hidden, 0)
        else:
            from scipy.special import erf

            hidden = hidden * (1 + erf(hidden / np.sqrt(2))) / 2
        return super().logits(np.asarray(hidden, dtype=np.float32))


def head_tensors(head: LinearHead) -> dict[str, Any]:
    """The arrays of a head by the names they are kept under.

    A head with a hidden layer has other names throughout, so that nobody takes its last layer for
    all of it.
    """
    last = {"weight": np.ascontiguousarray(head.weight), "bias": head.bias}
    if not isinstance(head, HiddenHead):
        return last
    return {
        **{f"out.{name}": array for name, array in last.items()},
        "hidden.weight": np.ascontiguousarray(head.hidden_weight),
        "hidden.bias": head.hidden_bias,
    }


def head_of(tensors: Mapping[str, Any], temperature: float, activation: str) -> LinearHead:
    """The head that :func:`head_tensors` took apart.

    Raises:
        InputError: an activation that is not known, or a part is missing.
    """
    try:
        if not activation:
            return LinearHead(tensors["weight"], tensors["bias"], temperature)
        if activation not in ACTIVATIONS:
            raise InputError(f"Heads with {activation!r} cannot be read; {', '.join(ACTIVATIONS)}.")
        return HiddenHead(
            tensors["out.weight"],
            tensors["out.bias"],
            temperature,
            hidden_weight=tensors["hidden.weight"],
            hidden_bias=tensors["hidden.bias"],
            activation=activation,
        )
    except KeyError as error:
        raise InputError(f"The model's head lacks {error}: copy the model again.") from error
