"""A text and a topic's weights in, the text's words that are the topic's own out."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from engine.topics.words.counts import Words
from engine.topics.words.tokens import words_in

_MOST = 8


def shared_words(text: str, words: Words, weights: NDArray[np.float32]) -> list[str]:
    """The text's words and pairs of words that say most of the topic, the best first.

    Args:
        text: Cleaned.
        words: The corpus's, for its vocabulary.
        weights: (v,) c-TF-IDF of the topic. A word counts from a tenth of the highest on.
    """
    said = words_in(text)
    there = {*said, *(f"{one} {two}" for one, two in pairwise(said))}
    place = {word: n for n, word in enumerate(words.vocabulary) if word in there}
    least = 0.1 * float(weights.max(initial=0))
    ranked = sorted(place, key=lambda word: -float(weights[place[word]]))
    chosen: list[str] = []
    for word in ranked:
        held = {part for one in chosen for part in one.split()}
        # A pair says what its words say.
        if weights[place[word]] > least and not set(word.split()) <= held:
            chosen.append(word)
    return chosen[:_MOST]
