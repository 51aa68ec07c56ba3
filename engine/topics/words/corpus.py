"""Texts in, their words as numbers out: on disk, a block after the other, each text read once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from engine.topics.words.tokens import words_in

Ints = NDArray[np.int32]
Keys = NDArray[np.int64]

_BUCKETS = 1 << 24
_ONE, _OTHER = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F)


@dataclass(frozen=True, eq=False)
class Block:
    """Some texts. words: their words end to end, as numbers. text: (len(words),) the text of each,
    from 0 in every block. texts: how many."""

    words: Ints
    text: Ints
    texts: int

    def pairs(self, may: NDArray[np.bool_]) -> tuple[Ints, Ints, Ints]:
        """Text, first and second word of all neighbours, where words that `may` is true of meet.

        Args:
            may: (vocabulary,) bool; a word of which it is not true parts its neighbours.
        """
        kept = may[self.words]
        beside = kept[:-1] & kept[1:] & (self.text[:-1] == self.text[1:])
        beside &= self.words[:-1] != self.words[1:]  # a word said twice is no pair
        return self.text[:-1][beside], self.words[:-1][beside], self.words[1:][beside]


class Corpus:
    """The texts of a dataset, read once.

    names: the words, by number, in the order in which they first occur. in_texts: (vocabulary,) in
    how many texts each word is.
    """

    def __init__(self, file: BinaryIO) -> None:
        """`file` takes 4 bytes a word; it is read again for every look at the blocks."""
        self._file = file
        self._lengths: list[Ints] = []
        self._numbers: defaultdict[str, int] = defaultdict()
        self._numbers.default_factory = self._numbers.__len__
        self._buckets = np.zeros(_BUCKETS, dtype=np.int32)
        self.in_texts: Keys = np.zeros(0, dtype=np.int64)

    @property
    def names(self) -> list[str]:
        """The words by number."""
        return list(self._numbers)

    def numbers(self, words: Iterable[str]) -> Keys:
        """Numbers of those of the words that occur, in order."""
        found = [self._numbers[word] for word in words if word in self._numbers]
        return np.array(sorted(found), dtype=np.int64)

    def read(self, texts: list[str], *, stop_words: frozenset[str], pairs: bool) -> None:
        """Add a block of texts; their pairs are only weighed if they are wanted."""
        words = [words_in(text) for text in texts]
        lengths = np.array([len(one) for one in words], dtype=np.int32)
        flat = map(self._numbers.__getitem__, chain.from_iterable(words))
        block = _block(np.fromiter(flat, np.int32, count=int(lengths.sum())), lengths)
        self._file.write(block.words.tobytes())
        self._lengths.append(lengths)
        self.in_texts = _longer(self.in_texts, len(self._numbers))
        _, word, _ = counted(block.text, block.words)
        self.in_texts += np.bincount(word, minlength=len(self.in_texts))
        if pairs:
            may = np.ones(len(self._numbers), dtype=bool)
            may[self.numbers(stop_words)] = False
            text, one, other = block.pairs(may)
            _, bucket, _ = counted(text, _bucket(one, other))
            np.add.at(self._buckets, bucket, 1)

    def blocks(self) -> Iterator[Block]:
        """The texts again, in order."""
        self._file.seek(0)
        for lengths in self._lengths:
            held = self._file.read(int(lengths.sum()) * np.dtype(np.int32).itemsize)
            yield _block(np.frombuffer(held, np.int32), lengths)

    def frequent(self, one: Ints, other: Ints, least: int) -> NDArray[np.bool_]:
        """Whether a pair can be in `least` texts: false only of pairs that are not.

        Pairs are counted in 16 million buckets as they are read, several in each, so that only
        those in a full bucket need to be counted one by one (Park, Chen & Yu 1995, "An effective
        hash-based algorithm for mining association rules").
        """
        found: NDArray[np.bool_] = self._buckets[_bucket(one, other)] >= least
        return found


def counted(text: Ints, key: NDArray[np.integer]) -> tuple[Ints, Keys, Ints]:
    """Each two of text and key once, by text and then key, with how often they meet.

    Args:
        text: Below 2^16.
        key: From 0 and below 2^47.
    """
    width = int(key.max(initial=0)).bit_length()
    both = np.sort((text.astype(np.int64) << width) | key)
    first = np.ones(len(both), dtype=bool)
    first[1:] = both[1:] != both[:-1]
    start = np.flatnonzero(first)
    times = np.diff(np.append(start, len(both))).astype(np.int32)
    there = both[start]
    return (there >> width).astype(np.int32), there & ((np.int64(1) << width) - 1), times


def _block(words: Ints, lengths: Ints) -> Block:
    text = np.repeat(np.arange(len(lengths), dtype=np.int32), lengths)
    return Block(words, text, len(lengths))


def _bucket(one: Ints, other: Ints) -> Keys:
    mixed = one.astype(np.uint64) * _ONE + other.astype(np.uint64) * _OTHER
    return (mixed >> np.uint64(40)).astype(np.int64)


def _longer(counts: Keys, size: int) -> Keys:
    return np.concatenate([counts, np.zeros(size - len(counts), dtype=np.int64)])
