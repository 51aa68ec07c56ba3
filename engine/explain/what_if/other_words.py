"""A dataset and a category in, the words that texts of the other categories use more often out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from engine.data import table

FEWEST = 3
"""Texts of other categories that a word must stand in."""
_MOST = 5_000
_WORD = re.compile(r"[^\W\d_]{2,}")


def other_words(rows: Path, label: str, *, most: int = _MOST) -> frozenset[str]:
    """Words in small letters that a larger share of the other categories' texts holds.

    Args:
        rows: ``rows.parquet`` of a labelled dataset.
        label: The category they are to lead away from.
        most: Texts that are looked at, a random choice of them, the same each time.
    """
    mine: Counter[str] = Counter()
    others: Counter[str] = Counter()
    texts = {True: 0, False: 0}
    for one in table.sample(rows, most, columns=["text", "label"]).to_pylist():
        if one["label"]:
            same = one["label"] == label
            texts[same] += 1
            (mine if same else others).update(set(_words(one["text"])))
    own, rest = max(texts[True], 1), max(texts[False], 1)
    return frozenset(
        word for word, n in others.items() if n >= FEWEST and n / rest > mine[word] / own
    )


def _words(text: str) -> Iterable[str]:
    return _WORD.findall(text.lower())
