"""Answers in, the list of what was tried in this session out, and its CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

_MOST = 200


@dataclass(frozen=True)
class Try:
    """One text, and what one model said of it."""

    model: str
    text: str
    label: str
    confidence: float


def remember(tried: Sequence[Try], new: Try) -> list[Try]:
    """`tried`, newest first, with `new` in front; a text still being typed replaces its beginning.

    The same text asked again of the same model moves to the front.
    """
    rest = list(tried)
    if rest and rest[0].model == new.model and _goes_on(rest[0].text, new.text):
        rest = rest[1:]
    return [new, *(t for t in rest if (t.model, t.text) != (new.model, new.text))][:_MOST]


def as_csv(tried: Sequence[Try]) -> bytes:
    """UTF-8 with the mark that spreadsheets want; a text cannot become a formula."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(["model", "text", "prediction", "confidence"])
    for one in tried:
        writer.writerow(
            [_tame(one.model), _tame(one.text), _tame(one.label), f"{one.confidence:.4f}"]
        )
    return out.getvalue().encode("utf-8-sig")


def _goes_on(before: str, after: str) -> bool:
    return after.startswith(before) or before.startswith(after)


def _tame(cell: str) -> str:
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
