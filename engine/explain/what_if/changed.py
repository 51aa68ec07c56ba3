"""A reading and what is to become of some of its words in, the new text out."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from engine.data.pieces import words
from engine.errors import InputError
from engine.explain.reading import Reading
from engine.explain.subject import Subject

_CLOSING = frozenset(".,;:!?)]}%…”’。，！？")
"""Before these stands no space."""


def changed(reading: Reading, new: Mapping[int, str]) -> str:
    """The text with some words replaced; "" takes a word out, with one of the spaces around it.

    Args:
        reading: The text.
        new: From the place of a word to what stands there instead.
    """
    text, out, end = reading.text, "", 0
    for place in sorted(new):
        start, stop = reading.spans[place]
        out = _beside(out, text[end:start])
        out, end = _beside(out, new[place]), stop
        if not new[place] and (not out or out[-1].isspace()):
            while text[end : end + 1] == " ":
                end += 1
            if text[end : end + 1] in _CLOSING:
                out = out.rstrip(" ")
    return _beside(out, text[end:])


def _beside(before: str, after: str) -> str:
    """The two as one text; letters that did not touch are kept apart."""
    pair = before[-1:] + after[:1]
    return (
        f"{before} {after}"
        if len(pair) == 2 and pair.isalnum() and len(words(pair)) == 1
        else before + after
    )


def without(reading: Reading, places: Collection[int]) -> str:
    """The text without the words at `places`."""
    return changed(reading, dict.fromkeys(places, ""))


def mask_word(subject: Subject) -> str:
    """How the tokenizer's MASK token is written in a text.

    Raises:
        InputError: it has none.
    """
    found = subject.special_tokens.get("mask")
    word = subject.encoder.tokenizer.backend.id_to_token(found) if found is not None else None
    if not word:
        raise InputError("This encoder's tokenizer has no MASK token: take words out instead.")
    return str(word)


def like(word: str, other: str) -> str:
    """`other` with the capitals of `word`."""
    if len(word) > 1 and word.isupper():
        return other.upper()
    return other.capitalize() if word[:1].isupper() else other
