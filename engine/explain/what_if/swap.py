"""A text in, words that would flip its answer if one stood in place of another out.

HotFlip (Ebrahimi et al. 2018, arXiv:1712.06751): the gradient by a token's embedding tells, to the
first order, what any other token in its place would do. Only tokens near the one that stands there
are asked for, so that the new word is of the same kind; what the gradient promises is then read.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from engine.explain.methods.slopes import slopes_of
from engine.explain.reading import Reading
from engine.explain.subject import Subject
from engine.explain.target import Target
from engine.explain.what_if.answers import Said, answers_of, said
from engine.explain.what_if.changed import changed, like
from engine.explain.what_if.whole_words import whole_words

NEAR = 60
"""Nearest words of the vocabulary that are thought of for each word."""
_READ, _A_WORD, _BLOCK = 80, 10, 16
ALIKE = 0.3
"""Least cosine of the embeddings of two words of a kind."""
ALIKE_AMONG = 0.2
"""The same where the new word has to be one of given words, too."""


@dataclass(frozen=True)
class Swap:
    """One word in place of another, and what is said then.

    place: Of the word that goes. old, new: The words. text: With the new one. after: What is said
    of it. closeness: Cosine of the two words' embeddings.
    """

    place: int
    old: str
    new: str
    text: str
    after: Said
    closeness: float


def swaps_that_flip(
    subject: Subject,
    reading: Reading,
    *,
    most: int = 8,
    near: int = NEAR,
    alike: float | None = None,
    among: Collection[str] = (),
) -> list[Swap]:
    """Swaps of one word that change what is said of a text, the closest words first.

    Only words that are one token are swapped, for words that are one token. Every swap was read
    again as a text. Words that differ from the old one in capitals, or by an ending of two letters,
    are no other words.

    Args:
        subject: What answers.
        reading: The text.
        most: Swaps at most.
        near: How many of the nearest words are thought of for each word.
        alike: Least cosine of the embeddings of the two words; ALIKE, or ALIKE_AMONG, by default.
        among: Only these words (in small letters) may come in, such as those of texts of another
            category; all where it is empty.
    """
    with subject.lock:
        outputs = subject.answers([reading.ids])
    before = said(subject, outputs)[0]
    if len(subject.names) < 2:
        return []
    if alike is None:
        alike = ALIKE_AMONG if among else ALIKE
    best, other = np.argsort(-outputs[0])[:2].tolist()
    candidates = _candidates(subject, reading, Target(best, other), near, alike, set(among))
    texts = [changed(reading, {place: like(reading.words[place], new)})
             for place, new, _, _ in candidates]  # fmt: skip
    after = [
        one
        for start in range(0, len(texts), _BLOCK)
        for one in answers_of(subject, texts[start : start + _BLOCK])
    ]
    found = [
        Swap(
            place, reading.words[place], like(reading.words[place], new), text, said_then, closeness
        )
        for (place, new, closeness, _), text, said_then in zip(
            candidates, texts, after, strict=True
        )
        if said_then.name != before.name
    ]
    return sorted(found, key=lambda one: -one.closeness)[:most]


_Candidate = tuple[int, str, float, float]
"""Place, the new word, closeness, and what the gradient says of the margin, below 0 for less."""


def _candidates(
    subject: Subject, reading: Reading, target: Target, near: int, alike: float, among: set[str]
) -> list[_Candidate]:
    """The swaps of which the gradient promises most, a few for each word."""
    ids, words = whole_words(subject)
    allowed = np.array([not among or word.lower() in among for word in words], dtype=bool)
    ids, words = ids[allowed], tuple(w for w, good in zip(words, allowed, strict=True) if good)
    tokens = _single_tokens(reading)
    if not len(ids) or not tokens:
        return []
    with subject.lock:
        _, slopes = slopes_of(subject, [subject.embed(reading.ids)], [target])
    table = subject.table.detach().float()
    new = table[torch.from_numpy(ids).to(table.device)]
    length = new.norm(dim=1).clamp_min(1e-12)
    found: list[_Candidate] = []
    for place, token in tokens.items():
        old = table[int(reading.ids[token])]
        close = (new @ old) / (length * old.norm().clamp_min(1e-12))
        nearest = close.topk(min(near, len(ids))).indices
        promised = (new[nearest] - old) @ slopes[0][token].float()
        for n in promised.argsort()[:_A_WORD].tolist():
            at = int(nearest[n])
            if (
                promised[n] < 0
                and close[at] >= alike
                and not _same(reading.words[place], words[at])
            ):
                found.append((place, words[at], float(close[at]), float(promised[n])))
    return sorted(found, key=lambda one: one[3])[:_READ]


def _single_tokens(reading: Reading) -> dict[int, int]:
    """From the place of each word of letters that is one token to that token's place."""
    counts: NDArray[np.float32] = reading.by_word(np.ones(len(reading.ids)))
    return {
        int(reading.owner[token]): token
        for token in range(len(reading.ids))
        if (place := int(reading.owner[token])) >= 0
        and counts[place] == 1
        and reading.words[place].isalpha()
    }


def _same(old: str, new: str) -> bool:
    """Whether it is the same word with another ending."""
    one, other = sorted((old.lower(), new.lower()), key=len)
    return other.startswith(one) and len(other) - len(one) <= 2 and len(one) > 2 or one == other
