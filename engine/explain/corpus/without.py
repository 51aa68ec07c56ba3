"""A word and the texts that hold it in, what their answers are without it out.

The word's tokens are left out, wherever it stands. As a control as many other words of the same
text go instead, drawn at random: what a text loses by any loss is not the word's doing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

from engine.explain.corpus.attributions import Attributions, Floats, Ints
from engine.explain.reading import Reading
from engine.explain.subject import Subject

MOST_TEXTS = 50
"""Texts a word is tried on at most, a random choice of those that hold it."""

_NO_ANSWER: Floats = np.zeros((0, 1), dtype=np.float32)


@dataclass(frozen=True)
class Tried:
    """What became of the answers of `texts` texts without a word.

    changed: how many are answered otherwise; by_chance: as many, when other words go instead.
    lost: mean fall of the category's probability; lost_by_chance. labelled: how many have a label;
    right_before, right_after: how many of those are answered rightly.
    """

    texts: int
    changed: int
    changed_by_chance: int
    lost: float
    lost_by_chance: float
    labelled: int
    right_before: int
    right_after: int


@dataclass(frozen=True, eq=False)
class Trial:
    """A word of a category, the texts it is tried on, their ids without it, and without others."""

    word: str
    category: int
    places: Ints
    without: Sequence[NDArray[np.int32]]
    control: Sequence[NDArray[np.int32]]


def places_to_try(found: Attributions, word: str, category: int, rng: np.random.Generator) -> Ints:
    """Texts explained as the category that hold the word: MOST_TEXTS at most, in order."""
    texts, words, _ = found.pairs
    held = texts[words == found.place(word)]
    held = held[found.explained[held] == category]
    if len(held) > MOST_TEXTS:
        held = rng.choice(held, MOST_TEXTS, replace=False)
    chosen: Ints = np.sort(held)
    return chosen


def trial(
    word: str,
    category: int,
    readings: Mapping[int, Reading],
    places: Ints,
    rng: np.random.Generator,
) -> Trial:
    """What has to be answered to try a word; a text that is nothing but the word stays as it is."""
    without, control, kept = [], [], []
    for place in places.tolist():
        reading = readings[place]
        gone = np.array([one.casefold() == word for one in reading.words], dtype=bool)
        others = np.flatnonzero([not g and w[:1].isalnum() for g, w in
                                 zip(gone, reading.words, strict=True)])  # fmt: skip
        if not gone.any() or not len(others):
            continue
        instead = np.zeros(reading.n_words, dtype=bool)
        instead[rng.choice(others, min(int(gone.sum()), len(others)), replace=False)] = True
        without.append(reading.without(gone))
        control.append(reading.without(instead))
        kept.append(place)
    return Trial(word, category, np.asarray(kept, dtype=np.int64), without, control)


def tried(subject: Subject, found: Attributions, trials: Iterable[Trial]) -> list[Tried]:
    """What became of the answers, a trial at a time; all rows of them are packed together."""
    todo = list(trials)
    rows = [row for one in todo for row in (*one.without, *one.control)]
    if not rows:
        return [_became(found, one, _NO_ANSWER, _NO_ANSWER) for one in todo]
    shares: Floats = softmax(subject.answers(rows), axis=1)
    made, at = [], 0
    for one in todo:
        n = len(one.places)
        made.append(_became(found, one, shares[at : at + n], shares[at + n : at + 2 * n]))
        at += 2 * n
    return made


def _became(found: Attributions, one: Trial, without: Floats, control: Floats) -> Tried:
    before = found.probabilities[one.places]
    said, targets = before.argmax(axis=1), found.targets[one.places]
    after = without.argmax(axis=1)
    labelled = targets >= 0

    def lost(now: Floats) -> float:
        return float((before - now)[:, one.category].mean()) if len(now) else 0.0

    return Tried(
        texts=len(one.places),
        changed=int((after != said).sum()),
        changed_by_chance=int((control.argmax(axis=1) != said).sum()),
        lost=lost(without),
        lost_by_chance=lost(control),
        labelled=int(labelled.sum()),
        right_before=int((said == targets)[labelled].sum()),
        right_after=int((after == targets)[labelled].sum()),
    )
