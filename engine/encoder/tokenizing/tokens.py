"""Texts in, token ids out: flat arrays that a memory map can hold."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from engine.encoder.tokenizing.words import Rows, WordTokenizer, join, read_rules

Ints = NDArray[np.integer]

_BLOCK = 4096
_FEW_CHARACTERS = 20_000
"""Below this a text is done before the arrays are set up that many texts are worth."""


@dataclass(frozen=True, eq=False)
class Tokens(Sequence[Ints]):
    """Token ids of n texts, special tokens included: ``tokens[i]`` is (length,).

    flat: (tokens,) int32 or, from a file, uint16: texts end to end. offsets: (n + 1,) int64, where
    in `flat` each text begins and the last one ends. truncated: (n,) bool, True where a text was
    longer than the limit and its end is missing. All three may be memory maps.
    """

    flat: Ints
    offsets: Ints
    truncated: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @overload
    def __getitem__(self, place: int) -> Ints: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Ints]: ...
    def __getitem__(self, place: int | slice) -> Ints | Sequence[Ints]:
        if isinstance(place, slice):
            if place.step in (None, 1):
                start, stop, _ = place.indices(len(self))
                return self.part(start, stop)
            return [self[i] for i in range(*place.indices(len(self)))]
        if not -len(self) <= place < len(self):
            raise IndexError(place)
        place %= len(self)
        return self.flat[self.offsets[place] : self.offsets[place + 1]]

    @property
    def lengths(self) -> Ints:
        """(n,) tokens of each text."""
        return np.diff(self.offsets)

    def part(self, start: int, stop: int) -> Tokens:
        """Texts `start` to `stop`, as the same numbers in memory or on disk: nothing is read."""
        stop = max(start, min(stop, len(self)))
        first = self.offsets[start]
        return Tokens(
            self.flat[first : self.offsets[stop]],
            self.offsets[start : stop + 1] - first,
            self.truncated[start:stop],
        )

    def pick(self, places: Ints) -> Tokens:
        """The texts at `places`, copied."""
        starts, lengths = self.offsets[places], self.lengths[places]
        offsets = np.zeros(len(places) + 1, dtype=np.int64)
        np.cumsum(lengths, out=offsets[1:])
        takes = np.arange(offsets[-1]) + np.repeat(starts - offsets[:-1], lengths)
        return Tokens(self.flat[takes], offsets, self.truncated[places])


@dataclass(frozen=True, eq=False)
class Placed:
    """The tokens of one text and where they stand in it.

    text: What `places` count the characters of. ids: (length,) int32. places: (length, 2), where
    each token begins and ends. own: (length,) bool, True for tokens that are not of the text (CLS,
    SEP, a prompt). cut: Whether the text is longer than the limit.
    """

    text: str
    ids: Ints
    places: Ints
    own: NDArray[np.bool_]
    cut: bool


class Tokenizer:
    """A fast tokenizer (the ``tokenizers`` library) that cuts texts at any length asked for.

    Truncation is a setting of the tokenizer object, so one object is kept for each length: threads
    that ask for different lengths do not disturb each other. Where words can be tokenized one by
    one (:mod:`engine.encoder.tokenizing.words`) many texts at once take that way; the ids are the
    same.
    """

    def __init__(
        self, backend: Any, *, max_length: int, lower: bool = False, prompt: str = ""
    ) -> None:
        self.backend = backend
        self.max_length = max_length
        self._lower = lower
        self._prompt = prompt
        self._cut: dict[int, Any] = {}
        self._lock = threading.Lock()
        self._by_words: WordTokenizer | None = None
        self._words_tried = False

    def __call__(self, texts: Sequence[str], max_length: int | None = None) -> Tokens:
        """Token ids of `texts`, at most `max_length` each (by default the encoder's own limit)."""
        limit = max_length or self.max_length
        ready = [self._prompt + (text.lower() if self._lower else text) for text in texts]
        many = sum(map(len, ready)) >= _FEW_CHARACTERS and limit > 2
        words = self._words() if many else None
        if words:
            rows = words(ready, limit, lambda some: self._whole(some, limit))
        else:
            rows = self._whole(ready, limit)
        offsets = np.zeros(len(texts) + 1, dtype=np.int64)
        np.cumsum(rows.lengths, out=offsets[1:])
        return Tokens(rows.flat, offsets, rows.cut)

    def encodings(self, texts: Sequence[str], max_length: int | None = None) -> list[Placed]:
        """Token ids of `texts`, cut as :meth:`__call__` does, and where each stands in its text."""
        found = self._encode(texts, max_length)
        return [self._placed(*one) for one in zip(texts, found, strict=True)]

    def windows(self, text: str, max_length: int | None = None) -> list[Placed]:
        """All of a text in pieces of `max_length` tokens; the first is what is read of it."""
        (first,) = self._encode([text], max_length)
        return [self._placed(text, one) for one in (first, *first.overflowing)]

    def _encode(self, texts: Sequence[str], max_length: int | None) -> list[Any]:
        ready = [self._prompt + (text.lower() if self._lower else text) for text in texts]
        found: list[Any] = self._truncating(max_length or self.max_length).encode_batch(ready)
        return found

    def _placed(self, text: str, encoding: Any) -> Placed:
        before = len(self._prompt)
        # Letters may lower to more than one; then places are those in the lowered text.
        lowered = text.lower() if self._lower else text
        shown = text if len(text) == len(lowered) else lowered
        places = np.array(encoding.offsets, dtype=np.int64).reshape(-1, 2)
        own = np.array(encoding.special_tokens_mask, dtype=bool) | (places[:, 1] <= before)
        return Placed(
            text=shown,
            ids=np.array(encoding.ids, dtype=np.int32),
            places=np.where(own[:, None], 0, np.maximum(places - before, 0)),
            own=own,
            cut=bool(encoding.overflowing),
        )

    @property
    def vocabulary(self) -> int:
        """One more than the largest token id there is."""
        return 1 + max(self.backend.get_vocab(with_added_tokens=True).values(), default=0)

    def _whole(self, texts: Sequence[str], max_length: int) -> Rows:
        """Every text given to the real tokenizer as a whole."""
        tokenizer = self._truncating(max_length)
        # Only the Python objects of one block are alive at a time: encodings are far larger than
        # ids.
        made = [Rows(np.zeros(0, np.int32), np.zeros(0, np.int64), np.zeros(0, np.bool_))]
        for start in range(0, len(texts), _BLOCK):
            found = tokenizer.encode_batch_fast(texts[start : start + _BLOCK])
            lengths = np.fromiter(map(len, found), dtype=np.int64, count=len(found))
            ids = chain.from_iterable(encoding.ids for encoding in found)
            flat = np.fromiter(ids, dtype=np.int32, count=int(lengths.sum()))
            cut = np.zeros(len(found), dtype=bool)
            for place in np.flatnonzero(lengths >= max_length).tolist():
                cut[place] = bool(found[place].overflowing)
            made.append(Rows(flat, lengths, cut))
        return join(made)

    def _truncating(self, max_length: int) -> Any:
        with self._lock:
            if max_length not in self._cut:
                own = self._copy()
                own.no_padding()
                own.enable_truncation(max_length)
                self._cut[max_length] = own
            return self._cut[max_length]

    def _words(self) -> WordTokenizer | None:
        with self._lock:
            if not self._words_tried:
                self._words_tried = True
                if rules := read_rules(self.backend):
                    self._by_words = WordTokenizer(self._copy(), rules)
            return self._by_words

    def _copy(self) -> Any:
        return type(self.backend).from_str(self.backend.to_str())
