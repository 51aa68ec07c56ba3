"""Words in, their token ids out: each word is asked of the real tokenizer once and remembered."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.integer]

_MOST_WORDS, _MOST_CHARACTERS = 150_000, 3_000_000
"""What is remembered at most, about 40 MB; then remembering starts afresh."""
_RUN = 512
"""New words the real tokenizer is given as one text."""


class WordPieces:
    """What a tokenizer makes of single words, in growing arrays; threads may share it.

    Args:
        backend: A tokenizer that treats every word by itself, without padding and truncation.
    """

    def __init__(self, backend: Any) -> None:
        self._backend = backend
        self._known = _Known()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._known.places)

    def look_up(self, words: Sequence[str]) -> tuple[Ints, Ints, Ints]:
        """Where the ids of each of these different words begin, how many they are, and all ids."""
        known = self._known
        if known.full:
            known = self._known = _Known()
        places = list(map(known.places.get, words))
        if None in places:
            with self._lock:
                new = [word for word in words if word not in known.places]
                plain = [word for word in new if _is_plain(word)]
                known.learn(plain, *self._ask_plain(plain))
                odd = [word for word in new if not _is_plain(word)]
                known.learn(odd, *self._ask_each(odd))
            places = list(map(known.places.get, words))
        at = np.array(places, dtype=np.int64)
        return known.starts[at], known.counts[at], known.ids

    def _ask_plain(self, words: list[str]) -> tuple[Ints, Ints]:
        """As :meth:`_ask_each`, several times as fast, for words that spaces keep apart."""
        runs = [words[start : start + _RUN] for start in range(0, len(words), _RUN)]
        texts = [" ".join(run) for run in runs]
        answers: list[tuple[Ints, Ints]] = [(np.zeros(0, np.int64), np.zeros(0, np.int32))]
        found = self._backend.encode_batch(texts, add_special_tokens=False)
        for run, encoding in zip(runs, found, strict=True):
            owners = encoding.word_ids
            sizes = np.bincount([] if None in owners else owners, minlength=len(run))
            if len(sizes) == len(run) and sizes.all() and owners == sorted(owners):
                answers.append((sizes, np.array(encoding.ids, dtype=np.int32)))
            else:  # an added token in one of them counts as a word of its own
                answers.append(self._ask_each(run))
        all_sizes, all_ids = zip(*answers, strict=True)
        return np.concatenate(all_sizes), np.concatenate(all_ids)

    def _ask_each(self, words: list[str]) -> tuple[Ints, Ints]:
        """How many ids each word has, and the ids."""
        found = self._backend.encode_batch_fast(words, add_special_tokens=False)
        sizes = np.fromiter(map(len, found), dtype=np.int64, count=len(found))
        ids = chain.from_iterable(encoding.ids for encoding in found)
        return sizes, np.fromiter(ids, dtype=np.int32, count=int(sizes.sum()))


class _Known:
    """The words so far. It only grows, and a longer array is a new one: readers need no lock."""

    def __init__(self) -> None:
        self.places: dict[str, int] = {}
        self.starts = np.zeros(1 << 15, dtype=np.int64)
        self.counts = np.zeros(1 << 15, dtype=np.int64)
        self.ids = np.zeros(1 << 16, dtype=np.int32)
        self.characters = self.used = 0

    @property
    def full(self) -> bool:
        return len(self.places) >= _MOST_WORDS or self.characters >= _MOST_CHARACTERS

    def learn(self, words: Sequence[str], sizes: Ints, ids: Ints) -> None:
        """Numbers first, words last: who finds a word finds its numbers."""
        begin, end = len(self.places), len(self.places) + len(words)
        used = self.used + len(ids)
        self.starts, self.counts = _room(self.starts, end), _room(self.counts, end)
        self.ids = _room(self.ids, used)
        self.counts[begin:end] = sizes
        self.starts[begin:end] = self.used + np.cumsum(sizes) - sizes
        self.ids[self.used : used] = ids
        self.used = used
        self.characters += sum(map(len, words))
        self.places.update(zip(words, range(begin, end), strict=True))


def _room(array: Any, size: int) -> Any:
    """`array`, or a longer copy that has place for `size` numbers."""
    if size <= len(array):
        return array
    return np.concatenate([array, np.zeros(max(size, 2 * len(array)) - len(array), array.dtype)])


def _is_plain(word: str) -> bool:
    """Whether BERT's splitting leaves it whole for certain: ASCII letters and digits, or a mark."""
    return word.isascii() and (word.isalnum() or (len(word) == 1 and word.isprintable()))
