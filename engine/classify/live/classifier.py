"""A model's folder in, a classifier out that answers one text in milliseconds, without PyTorch."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.classify.answer import Answer
from engine.classify.classifier import Card
from engine.classify.head import Floats, LinearHead
from engine.classify.hidden_head import head_of
from engine.classify.live.familiar import Familiar, open_familiar
from engine.encoder.hub.find import find_folder
from engine.encoder.hub.folder import read_recipe
from engine.encoder.onnx.filled import fits, open_filled
from engine.encoder.onnx.session import OnnxEncoder, open_exported
from engine.encoder.onnx.spec import OnnxSpec
from engine.encoder.onnx.weights import mapped
from engine.errors import InputError
from engine.store import Artifact
from engine.store.files import read_json


@dataclass(frozen=True, eq=False)
class LiveClassifier:
    """Texts to probabilities through ONNX Runtime; threads may share it.

    familiar: Tells texts that are unlike those of training; None where the model has no measure.
    """

    card: Card
    encoder: OnnxEncoder
    head: LinearHead
    familiar: Familiar | None = None

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the categories, in the order of the probabilities."""
        return self.card.labels

    def probabilities(self, texts: Sequence[str]) -> Floats:
        """(n, n_labels) float32; texts are cleaned as in training, each row sums to 1."""
        return self.head.probabilities(self.vectors(texts))

    def logits(self, texts: Sequence[str]) -> Floats:
        """(n, n_labels) float32, divided by the temperature."""
        return self.head.logits(self.vectors(texts))

    def vectors(self, texts: Sequence[str]) -> Floats:
        """(n, width) float32: what the head sees of each text."""
        return self.encoder.encode(self.cleaned(texts), max_length=self.card.max_length or None)

    def cleaned(self, texts: Sequence[str]) -> list[str]:
        """The texts as the encoder reads them, after the cleaning steps of training."""
        from engine.data.clean import chosen, clean

        steps = chosen(self.card.clean)
        return [clean(text, steps) for text in texts]

    def answer(self, text: str) -> Answer:
        """Classify one text as it stands."""
        began = time.perf_counter()
        tokens = self.encoder.tokenize(self.cleaned([text]), self.card.max_length or None)
        vectors = self.encoder.encode_tokens(tokens)
        shares = self.head.probabilities(vectors)[0]
        order = np.argsort(-shares, kind="stable")
        return Answer(
            shares=tuple((self.labels[i], float(shares[i])) for i in order),
            tokens=int(tokens.lengths[0]),
            cut=bool(tokens.truncated[0]),
            strange=self.familiar.strange(vectors[0]) if self.familiar else None,
            latency_ms=(time.perf_counter() - began) * 1000,
        )


def export_needed(found: Artifact) -> OnnxSpec | None:
    """The export a model needs before it can answer here; None where it can at once.

    Raises:
        InputError: the encoder it was trained on is not here.
    """
    card = _card(found.path)
    if fits(read_recipe(_encoder_folder(found.path, card))):
        return None
    return OnnxSpec(encoder=card.encoder) if card.encoder else OnnxSpec(model=found.key)


def load_live(folder: Path, exported: Path | None = None) -> LiveClassifier:
    """The classifier kept in a model artifact's folder.

    Args:
        folder: The model's folder.
        exported: Folder of the artifact of :func:`export_needed`, where one is needed.

    Raises:
        InputError: the encoder it was trained on is not here, or is no longer the same.
    """
    card = _card(folder)
    encoder = open_exported(exported) if exported else open_filled(_encoder_folder(folder, card))
    if encoder.fingerprint != card.fingerprint:
        raise InputError(
            f"The encoder {card.encoder or folder} has changed since this model was trained; train "
            "the model again, or bring the old encoder back."
        )
    head = head_of(mapped(folder / "head.safetensors"), card.temperature, card.hidden)
    return LiveClassifier(card, encoder, head, open_familiar(folder))


def _card(folder: Path) -> Card:
    return Card.model_validate(read_json(folder / "model.json"))


def _encoder_folder(folder: Path, card: Card) -> Path:
    return find_folder(card.encoder) if card.encoder else folder / "encoder"
