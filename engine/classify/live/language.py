"""A text and the languages a classifier knows in, the language it does not know out."""

from __future__ import annotations

from collections.abc import Sequence

_UNKNOWN = ("Too short to tell", "Unclear")
_SEEN = 0.05
"""Share of the training texts from which on a language counts as known."""


def languages_of(texts: Sequence[str]) -> list[str]:
    """Languages that at least a twentieth of the texts long enough to tell are in (lingua)."""
    from engine.data.profile import languages

    shares = {k: v for k, v in languages(list(texts))["shares"].items() if k not in _UNKNOWN}
    told = sum(shares.values())
    return [name for name, share in shares.items() if share >= _SEEN * told]


def foreign(text: str, known: Sequence[str]) -> str:
    """The language of `text` where it is none of `known`; "" where it is, or cannot be told."""
    found = languages_of([text])
    return found[0] if known and found and found[0] not in known else ""
