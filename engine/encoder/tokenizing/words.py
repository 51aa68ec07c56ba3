"""Texts in, token ids out, each distinct word tokenized once: for tokenizers that split at spaces.

BERT's tokenizers look at one word at a time, so what a word becomes can be remembered. Here a block
of texts is one array of bytes: numpy finds the words, pyarrow numbers the distinct ones, the real
tokenizer is asked for those not seen before, and the rest is gathering. The ids are the real
tokenizer's own, many times as fast.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.encoder.tokenizing.word_pieces import Ints, WordPieces

_PART_CHARACTERS = 1 << 20
"""Characters one thread takes at a time: enough for words to repeat, few enough for its cache."""
_MOST_ADDED = 64

_SPACE, _MARK, _LETTER, _OTHER = range(4)
_KINDS = np.full(256, _OTHER, dtype=np.uint8)  # what is left: controls, and all but ASCII
_KINDS[0x21:0x7F] = _MARK
_KINDS[[byte for byte in range(128) if chr(byte).isalnum()]] = _LETTER
_KINDS[list(b" \t\n\r")] = _SPACE
_LOWER = np.frombuffer(bytes(range(256)).lower(), dtype=np.uint8)


class Rows(NamedTuple):
    """Token ids of n texts end to end, their lengths (n,) int64, and (n,) bool: was it cut."""

    flat: NDArray[np.int32]
    lengths: Ints
    cut: NDArray[np.bool_]


@dataclass(frozen=True)
class Rules:
    """What such a tokenizer does around its words.

    lowercase: letters are lowered. first, last: ids put around every text. added: in lower case,
    the tokens that are cut out of a text before its words are looked at.
    """

    lowercase: bool
    first: int
    last: int
    added: tuple[bytes, ...]


def read_rules(backend: Any) -> Rules | None:
    """The rules of a tokenizer (of the ``tokenizers`` library); None where words depend on others.

    Only BertNormalizer, BertPreTokenizer, WordPiece and one token before and after a text are
    known to treat every word by itself; anything else, and any setting not known here, is None.
    """
    found = json.loads(backend.to_str())
    normalizer, model = found["normalizer"] or {}, found["model"]
    around = _around(found["post_processor"] or {})
    added = [token["content"] for token in found["added_tokens"]]
    known = (
        normalizer.get("type") == "BertNormalizer"
        and set(normalizer)
        == {"type", "clean_text", "handle_chinese_chars", "strip_accents", "lowercase"}
        and found["pre_tokenizer"] == {"type": "BertPreTokenizer"}
        and model.get("type") == "WordPiece"
        and len(added) <= _MOST_ADDED
        # With a space in it a token would reach over words; a letter that is not ASCII could come
        # to be when a text is normalised.
        and all(word.isascii() and word.isprintable() and word.split() == [word] for word in added)
    )
    if not known or around is None:
        return None
    lowered = tuple(sorted({word.lower().encode() for word in added}))
    return Rules(bool(normalizer["lowercase"]), *around, lowered)


def _around(processor: dict[str, Any]) -> tuple[int, int] | None:
    """The ids before and after a text."""
    match processor:
        case {"type": "BertProcessing", "cls": [str(), int(first)], "sep": [str(), int(last)]}:
            return first, last
        case {
            "type": "TemplateProcessing",
            "single": [
                {"SpecialToken": {"id": before, "type_id": 0}},
                {"Sequence": {"id": "A", "type_id": 0}},
                {"SpecialToken": {"id": after, "type_id": 0}},
            ],
            "special_tokens": special,
        }:
            ids = special[before]["ids"], special[after]["ids"]
            return (int(ids[0][0]), int(ids[1][0])) if [len(i) for i in ids] == [1, 1] else None
    return None


class WordTokenizer:
    """Tokenizes texts by their words; threads may share it.

    Args:
        backend: A tokenizer with `rules`, of which no other part of the program has a hold.
        rules: From :func:`read_rules`.
    """

    def __init__(self, backend: Any, rules: Rules) -> None:
        backend.no_padding()
        backend.no_truncation()
        self._rules = rules
        self._pieces = WordPieces(backend)

    def __call__(
        self, texts: Sequence[str], max_length: int, whole: Callable[[Sequence[str]], Rows]
    ) -> Rows:
        """Ids of `texts`, at most `max_length` (3 or more) of each, on all the machine's cores.

        whole: The real tokenizer, cutting at the same length; asked for texts that hold one of its
        added tokens.
        """
        parts = _parts(texts)

        def rows(part: Sequence[str]) -> Rows:
            return self._rows(part, max_length, whole)

        workers = min(len(parts), cores())
        if workers < 2:
            return join(list(map(rows, parts)))
        with ThreadPoolExecutor(workers) as threads:
            return join(list(threads.map(rows, parts)))

    def _rows(
        self, texts: Sequence[str], max_length: int, whole: Callable[[Sequence[str]], Rows]
    ) -> Rows:
        encoded = [text.encode() for text in texts]
        sizes = np.fromiter(map(len, encoded), dtype=np.int64, count=len(encoded))
        begins = np.cumsum(sizes + 1) - sizes - 1
        letters = np.frombuffer(b"\n".join(encoded), dtype=np.uint8)
        lowered = _LOWER[letters]
        special = self._with_added(lowered.tobytes(), begins)
        words, at = _words(lowered if self._rules.lowercase else letters)
        starts, counts, ids = self._pieces.look_up(
            words.dictionary.to_numpy(zero_copy_only=False).tolist()
        )
        # From words to pieces: where in `ids` each is kept, and where each text's pieces begin.
        numbers = words.indices.to_numpy()
        many = counts[numbers]
        ends = np.concatenate([[0], np.cumsum(many)])
        takes = np.arange(ends[-1]) + np.repeat(starts[numbers] - ends[:-1], many)
        bounds = ends[np.append(np.searchsorted(at, begins), len(at))]
        lengths = np.diff(bounds)
        cut = lengths > max_length - 2
        lengths = np.minimum(lengths, max_length - 2)
        lengths[special] = 0
        short = np.flatnonzero(lengths < np.diff(bounds)).tolist()
        if short:
            keep = np.ones(len(takes), dtype=bool)
            for place in short:
                keep[bounds[place] + lengths[place] : bounds[place + 1]] = False
            takes = takes[keep]
        rows = self._around(ids[takes], lengths, cut)
        if not len(special):
            return rows
        return _put(rows, special, whole([texts[place] for place in special.tolist()]))

    def _around(self, pieces: Ints, lengths: Ints, cut: NDArray[np.bool_]) -> Rows:
        """The texts' pieces with the first and last token around each text's."""
        stops = np.cumsum(lengths + 2)
        flat = np.empty(int(stops[-1]), dtype=np.int32)
        inside = np.ones(len(flat), dtype=bool)
        inside[stops - 1] = inside[stops - lengths - 2] = False
        flat[inside] = pieces
        flat[stops - lengths - 2], flat[stops - 1] = self._rules.first, self._rules.last
        return Rows(flat, lengths + 2, cut)

    def _with_added(self, lowered: bytes, begins: Ints) -> Ints:
        """Places of the texts with an added token in them, in any case."""
        letters = np.frombuffer(lowered, dtype=np.uint8)
        found: list[int] = []
        for first in {token[0] for token in self._rules.added}:
            places = np.flatnonzero(letters == first).tolist()
            found.extend(at for at in places if lowered.startswith(self._rules.added, at))
        return np.unique(np.searchsorted(begins, np.array(found, dtype=np.int64), side="right") - 1)


def _words(letters: NDArray[np.uint8]) -> tuple[Any, Ints]:
    """The words as a pyarrow dictionary array, and where each begins in `letters`.

    A word is a run of ASCII letters and digits, or a single mark. Around any other character all
    between two spaces is one word: the real tokenizer knows what to do with it.
    """
    import pyarrow as pa

    kinds = _KINDS[letters]
    before = np.empty_like(kinds)
    before[:1], before[1:] = _SPACE, kinds[:-1]
    begins = (kinds == _MARK) | ((kinds == _LETTER) & (before != _LETTER))
    solid = kinds != _SPACE
    odd = np.flatnonzero(kinds == _OTHER)
    if len(odd):
        firsts = np.flatnonzero(solid & (before == _SPACE))
        ends = np.append(np.flatnonzero(~solid & (before != _SPACE)), len(letters))
        which = np.unique(np.searchsorted(firsts, odd, side="right") - 1)
        steps = np.zeros(len(letters) + 1, dtype=np.int8)
        steps[firsts[which]] = 1
        steps[ends[which]] -= 1
        begins &= np.cumsum(steps[:-1], dtype=np.int8) == 0
        begins[firsts[which]] = True
    # Without the spaces a word ends where the next begins.
    joined = letters[solid]
    offsets = np.append(np.flatnonzero(begins[solid]), len(joined))
    at = np.flatnonzero(begins)
    words = pa.LargeStringArray.from_buffers(len(at), pa.py_buffer(offsets), pa.py_buffer(joined))
    return words.dictionary_encode(), at


def _put(rows: Rows, places: Ints, others: Rows) -> Rows:
    """`rows` with those at `places` replaced by `others`, one each."""
    pieces = np.split(rows.flat, np.cumsum(rows.lengths)[:-1])
    given = np.split(others.flat, np.cumsum(others.lengths)[:-1])
    rows.lengths[places], rows.cut[places] = others.lengths, others.cut
    for place, ids in zip(places.tolist(), given, strict=True):
        pieces[place] = ids
    return Rows(np.concatenate(pieces), rows.lengths, rows.cut)


def join(parts: Sequence[Rows]) -> Rows:
    """Rows of several blocks as those of one."""
    if len(parts) == 1:
        return parts[0]
    return Rows(*(np.concatenate(arrays) for arrays in zip(*parts, strict=True)))


def _parts(texts: Sequence[str]) -> list[Sequence[str]]:
    """`texts` in neighbouring parts of about equal size."""
    ends = np.cumsum(np.fromiter(map(len, texts), dtype=np.int64, count=len(texts)) + 1)
    cuts = np.searchsorted(ends, np.arange(_PART_CHARACTERS, ends[-1], _PART_CHARACTERS))
    bounds = [0, *np.unique(cuts[cuts > 0]).tolist(), len(texts)]
    return [texts[a:b] for a, b in zip(bounds, bounds[1:], strict=False)]


def cores() -> int:
    """Processor cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
