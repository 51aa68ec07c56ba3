"""A model's folder in, a classifier out: texts to category probabilities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict

from engine.classify.head import Floats, LinearHead
from engine.classify.hidden_head import head_of, head_tensors
from engine.errors import InputError
from engine.progress import SILENT, Progress
from engine.store.files import read_json, write_json

if TYPE_CHECKING:
    from engine.encoder.encoder import Encoder

_ENCODER = "encoder"


class Card(BaseModel):
    """What ``model.json`` says: how texts are prepared, encoded and named."""

    model_config = ConfigDict(frozen=True)
    labels: tuple[str, ...]
    route: str
    encoder: str
    """Name of the frozen encoder, or "" where the model brings its own in ``encoder/``."""
    fingerprint: str
    """sha256 of the encoder's weights the head was trained on."""
    max_length: int
    """Tokens read of each text; 0 is the encoder's own limit."""
    temperature: float
    clean: tuple[str, ...]
    """Cleaning steps the training texts went through, applied before every prediction."""
    text_columns: tuple[str, ...]
    """Columns that made up the training texts, looked for first in a file to predict."""
    join: str
    """What went between them: sentence, newline or space."""
    hidden: str = ""
    """Activation of the head's hidden layer; "" where it has none, as all that are trained here."""


@dataclass(frozen=True, eq=False)
class Classifier:
    """Texts to probabilities; safe to share among threads."""

    card: Card
    encoder: Encoder
    head: LinearHead

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the categories, in the order of the probabilities."""
        return self.card.labels

    def probabilities(self, texts: Sequence[str], *, progress: Progress = SILENT) -> Floats:
        """(n, n_labels) float32; texts are cleaned as in training, each row sums to 1."""
        return self.head.probabilities(self.vectors(texts, progress=progress))

    def vectors(self, texts: Sequence[str], *, progress: Progress = SILENT) -> Floats:
        """(n, width) float32: what the head sees of each text."""
        found: Floats = self.encoder.encode(
            self.cleaned(texts), max_length=self.card.max_length or None, progress=progress
        )
        return found

    def cleaned(self, texts: Sequence[str]) -> list[str]:
        """The texts as the encoder reads them, after the cleaning steps of training."""
        from engine.data.clean import chosen, clean

        steps = chosen(self.card.clean)
        return [clean(text, steps) for text in texts]


def load_classifier(
    folder: Path, *, device: str = "auto", attention: str = "auto", dtype: str = "auto"
) -> Classifier:
    """The classifier kept in a model artifact's folder; see :func:`load_encoder` for the choices.

    Raises:
        InputError: the encoder it was trained on is not here, or is no longer the same.
    """
    from safetensors.numpy import load_file

    from engine.encoder.models import load_encoder

    card = Card.model_validate(read_json(folder / "model.json"))
    name = card.encoder or str(folder / _ENCODER)
    encoder = load_encoder(name, device=device, attention=attention, dtype=dtype)
    if encoder.fingerprint != card.fingerprint:
        raise InputError(
            f"The encoder {name} has changed since this model was trained; train the model again, "
            "or bring the old encoder back."
        )
    head = head_of(load_file(folder / "head.safetensors"), card.temperature, card.hidden)
    return Classifier(card, encoder, head)


def save_classifier(
    folder: Path,
    *,
    encoder: Encoder,
    head: LinearHead,
    brings_encoder: bool,
    **card: Any,
) -> Card:
    """Write ``model.json``, ``head.safetensors`` and, for a fine-tuned encoder, ``encoder/``.

    Args:
        folder: An empty folder.
        encoder: The encoder the head belongs to.
        head: The head.
        brings_encoder: Whether the encoder's weights are kept with the model.
        card: The other fields of :class:`Card`: labels, route, max_length, clean,
            text_columns, join.
    """
    from safetensors.numpy import save_file

    from engine.encoder.saving import save_encoder

    save_file(head_tensors(head), folder / "head.safetensors")
    fingerprint = encoder.fingerprint
    if brings_encoder:
        fingerprint = save_encoder(encoder, folder / _ENCODER)
    written = Card(
        encoder="" if brings_encoder else encoder.name,
        fingerprint=fingerprint,
        temperature=head.temperature,
        **card,
    )
    write_json(folder / "model.json", written.model_dump(mode="json"))
    return written
