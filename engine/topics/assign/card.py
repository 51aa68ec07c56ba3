"""How the texts of topics were read in, the same for new ones out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict

from engine.data.files.text_columns import Known
from engine.encoder.spec import DistillSpec
from engine.errors import InputError
from engine.store import Artifact
from engine.store.files import read_json, write_json
from engine.topics.topics import asked_of

if TYPE_CHECKING:
    from engine.encoder.draft import DraftEncoder
    from engine.encoder.encoder import Encoder

_FILE = "assigner.json"


class Card(BaseModel):
    """What ``assigner.json`` says."""

    model_config = ConfigDict(frozen=True)
    encoder: str
    """Name of the encoder that read the documents."""
    fingerprint: str
    """sha256 of its weights; "" where the vectors do not say."""
    max_length: int
    """Tokens read of each text; 0 is the encoder's own limit."""
    precision: str
    """What its products were computed in, as asked for."""
    neighbors: int
    """Documents that count as near."""
    clean: tuple[str, ...]
    """Cleaning steps the texts went through."""
    text_columns: tuple[str, ...]
    """Columns that made up the texts, looked for first in a file."""
    join: str
    """What went between them: sentence, newline or space."""
    few_words: int
    """Words that 99 % of the documents have at least."""

    @property
    def known(self) -> Known:
        """How texts were read, for a new file."""
        return Known(
            columns=self.text_columns,
            join=self.join,
            clean=self.clean,
            made="These topics were found in",
            which="the topics were found in",
        )

    def cleaned(self, text: str) -> str:
        """A text as the encoder reads it."""
        from engine.data.clean import chosen, clean

        return clean(text, chosen(self.clean))

    def is_short(self, text: str) -> bool:
        """Whether a cleaned text has fewer words than nearly all of the documents."""
        return len(text.split()) < self.few_words

    def save(self, folder: Path) -> None:
        """Write it."""
        write_json(folder / _FILE, self.model_dump(mode="json"))


def card_of(topics: Artifact, vectors: Artifact, dataset: Artifact, few_words: int) -> Card:
    """The card of topics, by what they were made from."""
    facts, read = dataset.facts, vectors.manifest.spec
    return Card(
        encoder=str(read.get("encoder", "minilm")),
        fingerprint=str(vectors.facts.get("fingerprint", "")),
        max_length=int(read.get("max_length", 0)),
        precision=str(read.get("precision", "auto")),
        neighbors=max(1, min(int(asked_of(topics).get("neighbors", 15)),
                             int(dataset.facts["rows"]) - 1)),
        clean=tuple(facts.get("clean", ())),
        text_columns=tuple(facts.get("text_columns", ())),
        join=str(facts.get("join") or dataset.manifest.spec.get("join") or "sentence"),
        few_words=few_words,
    )  # fmt: skip


def load_card(assigner: Artifact) -> Card:
    """The card in an assigner artifact."""
    return Card.model_validate(read_json(assigner.path / _FILE))


def load_reader(
    card: Card,
    make: Callable[[DistillSpec], Artifact],
    *,
    device: str = "auto",
    attention: str = "auto",
) -> Encoder | DraftEncoder:
    """The encoder that read the documents, for many new ones.

    Args:
        card: Whose.
        make: Finds or makes the draft, where it is one.
        device: Where a whole encoder computes.
        attention: Its kernel.

    Raises:
        InputError: it is not here, or has changed.
    """
    from engine.encoder.draft import load_draft
    from engine.encoder.hub.find import drafted
    from engine.encoder.models import load_encoder

    encoder: Encoder | DraftEncoder
    if base := drafted(card.encoder):
        encoder = load_draft(make(DistillSpec(encoder=base)).path, base)
    else:
        dtype = "int8" if card.precision == "int8" else "auto"
        encoder = load_encoder(card.encoder, device=device, attention=attention, dtype=dtype)
    _check_same(card, encoder.fingerprint)
    return encoder


def load_quick_reader(card: Card, make: Callable[[DistillSpec], Artifact]) -> Any:
    """The same for one text at a time: where ONNX Runtime can, in a moment and without PyTorch.

    Raises:
        InputError: it is not here, or has changed.
    """
    from engine.encoder.hub.find import drafted, find_folder
    from engine.encoder.hub.folder import read_recipe
    from engine.encoder.onnx.filled import fits, open_filled

    if drafted(card.encoder) is None:
        folder = find_folder(card.encoder)
        if fits(read_recipe(folder)):
            quick = open_filled(folder)
            _check_same(card, quick.fingerprint)
            return quick
    return load_reader(card, make)


def _check_same(card: Card, fingerprint: str) -> None:
    if card.fingerprint and fingerprint != card.fingerprint:
        raise InputError(
            f"The encoder {card.encoder} has changed since the documents were read; find the "
            "topics again, or bring the old encoder back."
        )
