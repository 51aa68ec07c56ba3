"""A training's spec and the classifier it goes on from in; encoder and head to begin with out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.classify.head import LinearHead
from engine.errors import InputError

if TYPE_CHECKING:
    from engine.classify.spec import TrainSpec
    from engine.store import Artifact

ENCODER = "encoder"


@dataclass(frozen=True, eq=False)
class Beginning:
    """Where a training begins.

    encoder: name or folder. max_length: tokens read of each text, 0 for the encoder's own limit.
    brought: whether that folder is part of a classifier, so that a new one needs a copy. head,
    labels: of that classifier, where there is one.
    """

    encoder: str
    max_length: int
    brought: bool = False
    head: LinearHead | None = None
    labels: tuple[str, ...] = ()

    def knows(self, labels: tuple[str, ...]) -> bool:
        """Whether it brings a head for all of them."""
        return self.head is not None and set(labels) <= set(self.labels)

    def head_for(self, labels: tuple[str, ...], fitted: LinearHead | None = None) -> LinearHead:
        """The head for `labels`: its own for those of the same name, `fitted`'s for the others.

        The two are put on one level first: each gives its categories a mean logit of its own, which
        says nothing within it and much between them.
        """
        if self.head is None or not set(labels) & set(self.labels):
            assert fitted is not None, "nothing to begin with"
            return fitted
        known = [name for name in labels if name in self.labels]
        own = [self.labels.index(name) for name in known]
        places = [labels.index(name) for name in known]
        if fitted is None:
            assert len(known) == len(labels), "new categories need a fitted head"
            return LinearHead(self.head.weight[own], self.head.bias[own])
        weight, bias = fitted.weight.copy(), fitted.bias.copy()
        level = [head.mean(axis=0) for head in (self.head.weight[own], fitted.weight[places])]
        weight[places] = self.head.weight[own] - level[0] + level[1]
        height = [self.head.bias[own].mean(), fitted.bias[places].mean()]
        bias[places] = self.head.bias[own] - np.float32(height[0] - height[1])
        return LinearHead(weight, bias)


def beginning(spec: TrainSpec, inputs: Mapping[str, Artifact]) -> Beginning:
    """Where the training of `spec` begins; `inputs` holds the classifier of ``spec.start``.

    Raises:
        InputError: that classifier's encoder is no longer here, or is another now.
    """
    if not spec.start:
        return Beginning(spec.encoder, spec.max_length)
    from safetensors.numpy import load_file

    from engine.classify.classifier import Card
    from engine.encoder.hub.find import find_folder
    from engine.encoder.hub.folder import fingerprint, read_recipe
    from engine.store.files import read_json

    start = inputs["start"]
    card = Card.model_validate(read_json(start.path / "model.json"))
    encoder = card.encoder or str(start.path / ENCODER)
    if fingerprint(read_recipe(find_folder(encoder)).weights) != card.fingerprint:
        raise InputError(
            f"The encoder {encoder} has changed since {start.title} was trained, so there is "
            "nothing to go on from: train it again, or bring the old encoder back."
        )
    tensors = load_file(start.path / "head.safetensors")
    return Beginning(
        encoder=encoder,
        max_length=spec.max_length or card.max_length,
        brought=not card.encoder,
        head=LinearHead(tensors["weight"], tensors["bias"]),
        labels=card.labels,
    )
