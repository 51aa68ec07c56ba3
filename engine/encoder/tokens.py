"""Texts in, token ids out: flat arrays that a memory map can hold."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.integer]


@dataclass(frozen=True, eq=False)
class Tokens(Sequence[Ints]):
    """Token ids of n texts, special tokens included: ``tokens[i]`` is (length,) int32.

    flat: (tokens,) int32, all texts end to end. offsets: (n + 1,) int64. truncated: (n,) bool, True
    where a text was longer than the limit and its end is missing.
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
            return [self[i] for i in range(*place.indices(len(self)))]
        if not -len(self) <= place < len(self):
            raise IndexError(place)
        place %= len(self)
        return self.flat[self.offsets[place] : self.offsets[place + 1]]

    @property
    def lengths(self) -> Ints:
        """(n,) tokens of each text."""
        return np.diff(self.offsets)


class Tokenizer:
    """A fast tokenizer (the ``tokenizers`` library) that cuts texts at any length asked for.

    Truncation is a setting of the tokenizer object, so one object is kept for each length: threads
    that ask for different lengths do not disturb each other.
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

    def _truncating(self, max_length: int) -> Any:
        with self._lock:
            if max_length not in self._cut:
                own = type(self.backend).from_str(self.backend.to_str())
                own.no_padding()
                own.enable_truncation(max_length)
                self._cut[max_length] = own
            return self._cut[max_length]

    def __call__(self, texts: Sequence[str], max_length: int | None = None) -> Tokens:
        """Token ids of `texts`, at most `max_length` each (by default the encoder's own limit)."""
        tokenizer = self._truncating(max_length or self.max_length)
        ready = [self._prompt + (text.lower() if self._lower else text) for text in texts]
        # Only the Python objects of one block are alive at a time: encodings are far larger than
        # ids.
        ids: list[Ints] = []
        cut: list[bool] = []
        for start in range(0, len(ready), 4096):
            encodings = tokenizer.encode_batch_fast(ready[start : start + 4096])
            ids.extend(np.asarray(encoding.ids, dtype=np.int32) for encoding in encodings)
            cut.extend(bool(encoding.overflowing) for encoding in encodings)
        offsets = np.zeros(len(ids) + 1, dtype=np.int64)
        np.cumsum([len(row) for row in ids], out=offsets[1:])
        flat = np.concatenate(ids) if ids else np.zeros(0, dtype=np.int32)
        return Tokens(flat, offsets, np.asarray(cut, dtype=bool))
