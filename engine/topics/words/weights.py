"""Counts of words by topic in, how much each word says of each topic out: c-TF-IDF."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


def ctfidf(counts: Floats, *, bm25: bool = False, reduce_frequent_words: bool = False) -> Floats:
    """(k, v) float32 class-based TF-IDF of (k, v) counts (Grootendorst 2022, arXiv:2203.05794).

    The share of a word in its topic times log(1 + A / f), A being the mean number of words in a
    topic and f the word's number in all topics.

    Args:
        counts: How often each word is in each topic.
        bm25: The inverse frequency of BM25 instead.
        reduce_frequent_words: The square root of the share.
    """
    total = counts.sum(axis=0, dtype=np.float64)
    # BERTopic takes whole words: the mean is rounded down.
    mean = int(counts.sum(dtype=np.float64) / max(1, len(counts)))
    with np.errstate(divide="ignore", invalid="ignore"):
        if bm25:
            rare = np.log(1 + (mean - total + 0.5) / (total + 0.5))
        else:
            rare = np.log(mean / total + 1)
    rare[~np.isfinite(rare)] = 0
    weights = np.empty(counts.shape, dtype=np.float32)
    # Row by row: of 150 topics and 200,000 words a copy in float64 would be a quarter of a GB.
    for topic, row in enumerate(counts):
        share = row.astype(np.float64) / np.maximum(row.sum(dtype=np.float64), 1)
        weights[topic] = (np.sqrt(share) if reduce_frequent_words else share) * rare
    return weights
