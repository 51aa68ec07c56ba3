"""A text in, its tokens and the word each of them belongs to out."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from engine.data.pieces import Span, words
from engine.errors import InputError

if TYPE_CHECKING:
    from engine.encoder.tokenizing.tokens import Placed
    from engine.explain.subject import Subject

Ints = NDArray[np.int32]
NO_WORD = -1


@dataclass(frozen=True, eq=False)
class Reading:
    """A text as an encoder reads it.

    text: As it was prepared; spans count its characters. ids: (tokens,) int32, with those around
    it. owner: (tokens,) int32, the place in `spans` of the word each token is a part of, -1 for the
    encoder's own (CLS, SEP, a prompt). spans: (words,) where each word stands; a mark between words
    is one of its own. cut: Whether the text goes on beyond what is read.
    """

    text: str
    ids: Ints
    owner: Ints
    spans: tuple[Span, ...]
    cut: bool = False

    @property
    def n_words(self) -> int:
        """Words and marks."""
        return len(self.spans)

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The words as they stand in the text."""
        return tuple(self.text[start:stop] for start, stop in self.spans)

    def by_word(self, values: NDArray[Any]) -> NDArray[np.float32]:
        """(words,) sums over each word's tokens of (tokens,) values."""
        mine = self.owner >= 0
        found = np.bincount(self.owner[mine], weights=values[mine], minlength=self.n_words)
        return found.astype(np.float32)

    def without(self, gone: NDArray[np.bool_]) -> Ints:
        """Ids without the tokens of the words that `gone` (words,) marks."""
        return self.ids[~self._of(gone)]

    def masked(self, gone: NDArray[np.bool_], instead: int) -> Ints:
        """Ids with the token `instead` in place of those of the words `gone` (words,) marks."""
        return np.where(self._of(gone), np.int32(instead), self.ids).astype(np.int32)

    def _of(self, words: NDArray[np.bool_]) -> NDArray[np.bool_]:
        return np.append(words, False)[self.owner]


def read(subject: Subject, text: str) -> Reading:
    """What the encoder reads of `text`: its beginning, where it is longer than that.

    Raises:
        InputError: there is nothing to read, or the encoder knows none of its characters.
    """
    (prepared,) = subject.prepare([text])
    (placed,) = subject.encoder.tokenizer.encodings([prepared], subject.max_length)
    return _reading(placed, subject.special_tokens.get("unk"))


def windows(subject: Subject, text: str) -> list[Reading]:
    """All of `text`, in pieces as long as the encoder reads; an answer comes from the first alone.

    Each is read as a text of its own, but their spans count the characters of the whole.

    Raises:
        InputError: as :func:`read`, for the first; later ones with nothing to read are left out.
    """
    (prepared,) = subject.prepare([text])
    first, *others = subject.encoder.tokenizer.windows(prepared, subject.max_length)
    unknown = subject.special_tokens.get("unk")
    found = [_reading(first, unknown)]
    for placed in others:
        with suppress(InputError):
            found.append(_reading(placed, unknown))
    return found


def _reading(placed: Placed, unknown: int | None) -> Reading:
    text = placed.text
    # A sentencepiece's token begins with the space before it.
    solid = [
        (stop - len(text[start:stop].lstrip()), stop) for start, stop in placed.places.tolist()
    ]
    own = placed.own | np.array([start >= stop for start, stop in solid], dtype=bool)
    if own.all():
        raise InputError("The encoder finds nothing to read in this text: type at least one word.")
    if unknown is not None and (placed.ids[~own] == unknown).all():
        raise InputError(
            "The encoder knows none of the characters of this text, so every word looks the same "
            "to it: type words in a language it was made for."
        )
    owner = np.full(len(placed.ids), NO_WORD, dtype=np.int32)
    known, at = words(text), 0
    spans: list[Span] = []
    mark = False
    for token in np.flatnonzero(~own).tolist():
        start, stop = solid[token]
        while at < len(known) and known[at][1] <= start:
            at += 1
        inside = at < len(known) and known[at][0] < stop
        here = known[at] if inside else (start, stop)
        if spans and mark and not inside and start == spans[-1][1]:
            spans[-1] = (spans[-1][0], stop)  # "!!!" is one mark
        elif not spans or here[0] >= spans[-1][1]:
            spans.append(here)
        mark = not inside
        owner[token] = len(spans) - 1
    return Reading(text, placed.ids.astype(np.int32, copy=False), owner, tuple(spans), placed.cut)
