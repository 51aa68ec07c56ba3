"""A subject in, the tokens of its vocabulary that are whole words out."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.explain.subject import Subject

_BEFORE_A_WORD = ("▁", "Ġ")
"""What sentencepiece and byte-level tokenizers write for the space before a word."""
_LEAST = 2


def whole_words(subject: Subject) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Ids of the tokens that are words of two letters or more, and the words, in the same order.

    The parts of words that a tokenizer has (WordPiece's ##ing) and its special tokens are left out.
    """
    return _of(subject.encoder.tokenizer.backend)


@lru_cache(maxsize=4)
def _of(backend: Any) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    vocabulary: dict[str, int] = backend.get_vocab(with_added_tokens=False)
    mark = next((m for m in _BEFORE_A_WORD if sum(t.startswith(m) for t in vocabulary) > 100), "")
    found = {}
    for token, number in vocabulary.items():
        word = token.removeprefix(mark)
        begins = token.startswith(mark) if mark else not token.startswith("##")
        if begins and word.isalpha() and len(word) >= _LEAST:
            found[number] = word
    ids = np.array(sorted(found), dtype=np.int64)
    return ids, tuple(found[number] for number in ids.tolist())
