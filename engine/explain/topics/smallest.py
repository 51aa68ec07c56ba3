"""An attribution of a document in, the few words without which it is no longer so out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.explain.attribution import Attribution, Floats
from engine.explain.subject import Subject
from engine.explain.topics.ablation import marked

MOST = 24
"""Words: a longer list explains nothing."""
_SIZES = (1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 16, 20, MOST)
_TRIALS = 120
"""Texts that are tried to make the set smaller."""


def smallest_move(subject: Subject, attribution: Attribution) -> NDArray[np.int64] | None:
    """Places of a small set of words without which the number explained is no longer above 0.

    Words go in the order of the attribution until it is crossed; then those that were not needed
    come back, one at a time, the least needed first. The set is small, not proven to be the
    smallest.

    Returns:
        None where 24 words, or half of all, do not suffice; none where it is not above 0 as it is.
    """
    reading = attribution.reading
    if attribution.value <= 0:
        return np.zeros(0, dtype=np.int64)
    first = [attribution.order[:k] for k in _SIZES if k <= reading.n_words // 2]
    values = _without(subject, attribution, first)
    crossed = np.flatnonzero(values < 0)
    if not len(crossed):
        return None
    chosen = first[int(crossed[0])]
    trials = _TRIALS
    while 1 < len(chosen) <= trials:
        trials -= len(chosen)
        fewer = [np.delete(chosen, i) for i in range(len(chosen))]
        values = _without(subject, attribution, fewer)
        if values.min() >= 0:
            break
        chosen = fewer[int(values.argmin())]
    return chosen


def _without(subject: Subject, attribution: Attribution, sets: list[NDArray[np.int64]]) -> Floats:
    """(n,) the number that is explained, without each set of words."""
    reading = attribution.reading
    rows = [reading.without(marked(reading.n_words, one)) for one in sets]
    return subject.scored(rows, [attribution.target] * len(rows))
