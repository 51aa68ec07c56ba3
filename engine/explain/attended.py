"""Attention weights in, how much each word was looked at out: a description, not a reason."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.explain.ranks import rank_correlation
from engine.explain.reading import Reading

CAUTION = (
    "Attention weights say where the encoder looked, not what made the answer: other weights can "
    "give the same answer (Jain and Wallace 2019, arXiv:1902.10186)."
)


@dataclass(frozen=True, eq=False)
class Attended:
    """How much each word was looked at.

    by_layer: (layers, words) float32, the mean over heads and looking tokens of the weight that
    falls on a word; what is missing from 1 falls on the encoder's own tokens. words: (words,) the
    mean over layers. rank: Spearman's correlation with the sizes of an attribution's scores.
    """

    by_layer: NDArray[np.float32]
    words: NDArray[np.float32]
    rank: float


def by_words(weights: NDArray[np.float32], reading: Reading) -> NDArray[np.float32]:
    """(words, words) of one head's (tokens, tokens): how much of each word's looking, a row, falls
    on each word; what is missing from 1 falls on the encoder's own tokens."""
    onto = np.stack([reading.by_word(row) for row in weights])
    looking = np.stack([reading.by_word(column) for column in onto.T], axis=1)
    tokens = np.bincount(reading.owner[reading.owner >= 0], minlength=reading.n_words)
    found: NDArray[np.float32] = (looking / np.maximum(tokens, 1)[:, None]).astype(np.float32)
    return found


def attended(
    weights: NDArray[np.float32], reading: Reading, scores: NDArray[np.float32]
) -> Attended:
    """Sum (layers, heads, tokens, tokens) `weights` up by word, and compare with `scores`."""
    received = weights.mean(axis=(1, 2))
    by_layer = np.stack([reading.by_word(layer) for layer in received])
    words = by_layer.mean(axis=0).astype(np.float32)
    return Attended(by_layer, words, rank_correlation(words, np.abs(scores)))
