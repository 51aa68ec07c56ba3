"""One new text and an assigner in; its topic, how sure that is, and why, out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.errors import InputError
from engine.topics.assign.assigner import Assigner
from engine.topics.assign.card import Card
from engine.topics.topics import NO_TOPIC


@dataclass(frozen=True)
class Placed:
    """Where one text belongs.

    topic, second: ids, -1 for none. name, second_name: "" for none. confidence, second_confidence:
    0 to 1, None where the text is unlike all documents, or there is no such topic. known: the very
    text is among them. near: places of the nearest documents with their cosine. short: shorter than
    nearly all of them.
    """

    topic: int
    name: str
    confidence: float | None
    second: int
    second_name: str
    second_confidence: float | None
    unlike: bool
    known: bool
    near: tuple[tuple[int, float], ...]
    short: bool

    @property
    def note(self) -> str:
        """What to know before trusting it; "" where there is nothing."""
        if self.short and self.unlike:
            return (
                "The text is shorter than nearly all of the documents, which alone can make it "
                "unlike them: a longer one tells more."
            )
        if self.short and not self.known:
            return (
                "The text is shorter than nearly all of the documents, from which the confidence "
                "was learnt: trust it less."
            )
        return ""


def place(text: str, assigner: Assigner, card: Card, reader: Any) -> Placed:
    """Assign one text as it stands.

    Args:
        text: The text, cleaned here as the documents were.
        assigner: The topics'.
        card: How the documents were read.
        reader: The encoder, by :func:`engine.topics.assign.card.load_quick_reader`.

    Raises:
        InputError: nothing is left of the text, or the encoder is another one.
    """
    cleaned = card.cleaned(text)
    if not cleaned.strip():
        raise InputError("The text is empty; give a text with at least one word.")
    vectors = np.asarray(reader.encode([cleaned], max_length=card.max_length or None))
    found = assigner.assign(vectors, [cleaned])
    names = {NO_TOPIC: "", **{t.id: t.name for t in assigner.topics.found}}
    topic, second = int(found.topic[0]), int(found.second[0])
    return Placed(
        topic=topic,
        name=names[topic],
        confidence=_number(found.confidence[0]),
        second=second,
        second_name=names[second],
        second_confidence=_number(found.second_confidence[0]) if second != NO_TOPIC else None,
        unlike=bool(found.unlike[0]),
        known=bool(found.known[0]),
        near=tuple(
            (int(at), round(float(alike), 4))
            for at, alike in zip(found.near[0], found.cosine[0], strict=True)
        ),
        short=card.is_short(cleaned),
    )


def _number(value: Any) -> float | None:
    return round(float(value), 4) if np.isfinite(value) else None
