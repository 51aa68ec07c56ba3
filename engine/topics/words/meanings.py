"""Phrases in, what they mean to the encoder out: each is read once, and kept with the topics."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from engine.topics.words.counts import Words
from engine.topics.words.describe import Encode, best_places, weights_of

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]

FILE = "phrases.safetensors"
FINER = 60
"""Finer topics whose words are read beforehand: a split leads to some like them."""
_MERGED, _PARTED = 80, 20
_MOST = 50_000


class Meanings:
    """The vectors of phrases; those that are not known yet are read when they are asked for.

    A vector is rounded to float16 as it is read, so that it is the same before it was kept and
    after: topics are then described by the same words in another process too.
    """

    def __init__(
        self, opens: Callable[[], Encode], kept: Mapping[str, Floats] | None = None
    ) -> None:
        """`opens` loads the encoder; it is called when the first unknown phrase is asked for."""
        self._opens = opens
        self._encode: Encode | None = None
        self._kept = dict(kept or {})
        self._one_at_a_time = Lock()
        self.fresh = False
        """Whether phrases were read that were not known at first."""

    def __call__(self, phrases: Sequence[str]) -> Floats:
        """(n, width) float32 of length 1, within what float16 can tell.

        Raises:
            InputError: a phrase is not known and the encoder is not there any more.
        """
        self.learn(phrases)
        return np.stack([self._kept[phrase] for phrase in phrases])

    def learn(self, phrases: Sequence[str]) -> None:
        """Read those of the phrases that are not known yet."""
        with self._one_at_a_time:
            unknown = [phrase for phrase in dict.fromkeys(phrases) if phrase not in self._kept]
            if unknown:
                self._encode = self._encode or self._opens()
                read = self._encode(unknown).astype(np.float16).astype(np.float32)
                self._kept.update(zip(unknown, read, strict=True))
                self.fresh = True

    def save(self, path: Path) -> None:
        """Write what is known; a reader sees the file before or this one."""
        from safetensors.numpy import save_file

        phrases = list(self._kept)
        vectors = np.stack(list(self._kept.values())) if phrases else np.zeros((0, 0))
        half = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        try:
            save_file(
                {"vectors": vectors.astype(np.float16)},
                half,
                metadata={"phrases": json.dumps(phrases, ensure_ascii=False)},
            )
            os.replace(half, path)
        finally:
            half.unlink(missing_ok=True)
        self.fresh = False


def kept_in(*files: Path) -> dict[str, Floats]:
    """The phrases and vectors in those of the files that are there."""
    from safetensors import safe_open

    found: dict[str, Floats] = {}
    for path in files:
        if path.is_file():
            with safe_open(path, framework="numpy") as file:
                phrases = json.loads(file.metadata()["phrases"])
                found.update(zip(phrases, file.get_tensor("vectors").astype("f4"), strict=True))
    return found


def likely_words(
    words: Words, weights: Floats, finer: Ints | None = None, *, cheap: bool = False
) -> list[str]:
    """The words by which topics may be described that edits make of these.

    Of 60,000 abstracts' topics merged in twos and threes none needed others; of a topic split in
    three, one word in six did.

    Args:
        words: Of n documents.
        weights: (k, v) c-TF-IDF of the topics.
        finer: (n,) the documents' topics at a finer level, if there is one.
        cheap: Whether the encoder reads tens of thousands a second: then nearly all are taken.
    """
    if cheap:
        often = np.bincount(words.counts.indices, minlength=len(words.vocabulary))
        found = np.sort(np.argsort(-often, kind="stable")[:_MOST])
    else:
        places = [np.zeros(0, dtype=np.int64), *(best_places(row, _MERGED) for row in weights)]
        if finer is not None:
            ids = np.arange(int(finer.max(initial=-1)) + 1, dtype=np.int32)
            places += [best_places(row, _PARTED) for row in weights_of(words, finer, ids)]
        found = np.unique(np.concatenate(places))
    return [words.vocabulary[i] for i in found]
