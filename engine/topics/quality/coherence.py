"""Topics' words and the texts they stand in, in; how well the words of a topic go together out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.topics.words.counts import Words
from engine.topics.words.tokens import words_in

WINDOW = 110
_EPSILON = 1e-12
_BATCH = 1024

Doubles = NDArray[np.float64]
Places = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Together:
    """How often words are in one place: joint (v, v) float64, the diagonal being each alone."""

    joint: Doubles
    places: float


def npmi(topics: Sequence[Sequence[str]], words: Words) -> Doubles:
    """(k,) float64 from -1 to 1: mean NPMI of the pairs of words of each topic, by document.

    Normalised pointwise mutual information (Bouma 2009), of whether two words are in the same
    document; 0 is chance. A topic of fewer than two counted words has NaN.

    Args:
        topics: Words of each of k topics, the ten best as a rule.
        words: Counts of the documents.
    """
    place = {word: i for i, word in enumerate(words.vocabulary)}
    asked = [[place[word] for word in dict.fromkeys(one) if word in place] for one in topics]
    columns = sorted(set(chain.from_iterable(asked)))
    if not columns:
        return np.full(len(topics), np.nan)
    there = _columns(words, np.array(columns))
    at = {column: i for i, column in enumerate(columns)}
    together = Together(np.asarray((there.T @ there).toarray(), dtype=np.float64), there.shape[0])
    return np.array([_mean_of_pairs(together, [at[c] for c in one]) for one in asked])


def c_v(topics: Sequence[Sequence[str]], texts: Iterable[str], *, window: int = WINDOW) -> Doubles:
    """(k,) float64 from -1 to 1: C_V of each topic (Röder et al. 2015).

    Each word is described by its NPMI with all words of its topic, over sliding windows of 110
    words, and compared by cosine with the sum of those of all of them. A topic of fewer than two
    words has NaN.

    Args:
        topics: Words, or pairs of neighbouring ones, of each of k topics.
        texts: Read once.
        window: Words in a window; a shorter text is one window.
    """
    vocabulary = {word: i for i, word in enumerate(dict.fromkeys(chain.from_iterable(topics)))}
    together = in_windows(vocabulary, texts, window=window)
    found = []
    for one in topics:
        at = [vocabulary[word] for word in dict.fromkeys(one)]
        at = [i for i in at if together.joint[i, i] > 0]
        if len(at) < 2:
            found.append(np.nan)
            continue
        each = _npmi(together, np.array(at))
        whole = each.sum(axis=0)
        length = np.linalg.norm(each, axis=1) * np.linalg.norm(whole)
        found.append(float((each @ whole / np.maximum(length, _EPSILON)).mean()))
    return np.array(found, dtype=np.float64)


def diversity(topics: Sequence[Sequence[str]]) -> float:
    """Different words by all words of the topics, from 0 to 1 (Dieng et al. 2020); NaN of none."""
    said = [word for one in topics for word in one]
    return len(set(said)) / len(said) if said else float("nan")


def headline(topics: Sequence[Sequence[str]], words: Words) -> dict[str, float | None]:
    """Of an artifact's facts: npmi, the mean of the topics that have one, and diversity."""
    together = npmi(topics, words)
    known = together[np.isfinite(together)]
    return {
        "npmi": round(float(known.mean()), 4) if len(known) else None,
        "diversity": round(diversity(topics), 4),
    }


def in_windows(
    vocabulary: dict[str, int], texts: Iterable[str], *, window: int = WINDOW
) -> Together:
    """In how many sliding windows of the texts the words, and each two of them, are."""
    from scipy.sparse import csr_matrix, diags

    v = len(vocabulary)
    joint = np.zeros((v, v))
    places = 0.0
    rows: list[Places] = []
    columns: list[Places] = []
    weights: list[Places] = []
    runs = 0

    def add() -> None:
        nonlocal joint
        row, column = np.concatenate(rows), np.concatenate(columns)
        there = csr_matrix((np.ones(len(row)), (row, column)), shape=(runs, v))
        there.data[:] = 1  # a word said twice in a window is there once
        weight = np.concatenate(weights)
        joint += (there.T @ diags(weight.astype(np.float64)) @ there).toarray()

    for number, text in enumerate(texts, start=1):
        first, last, which, length = _said(text, vocabulary)
        windows = max(1, length - window + 1)
        places += windows
        if len(which):
            start, many = _runs(first, last, windows, window)
            inside = (first >= start[:, None]) & (last < start[:, None] + window)
            run, said = np.nonzero(inside)
            rows.append(run + runs)
            columns.append(which[said])
            weights.append(many)
            runs += len(start)
        if number % _BATCH == 0 and runs:
            add()
            rows, columns, weights, runs = [], [], [], 0
    if runs:
        add()
    return Together(joint, places)


def _said(text: str, vocabulary: dict[str, int]) -> tuple[Places, Places, Places, int]:
    """Where in the text a word or pair begins and ends, which one, and the text's words."""
    words = words_in(text)
    found = [(i, i, vocabulary[word]) for i, word in enumerate(words) if word in vocabulary]
    pairs = (f"{one} {two}" for one, two in zip(words, words[1:], strict=False))
    found += [(i, i + 1, vocabulary[pair]) for i, pair in enumerate(pairs) if pair in vocabulary]
    at = np.array(found, dtype=np.int64).reshape(-1, 3)
    return at[:, 0], at[:, 1], at[:, 2], len(words)


def _runs(first: Places, last: Places, windows: int, window: int) -> tuple[Places, Places]:
    """Windows one after the other that hold the same words: where each run starts, how many."""
    turns = np.unique(np.concatenate([[0], last - window + 1, first + 1]))
    start = turns[(turns >= 0) & (turns < windows)]
    return start, np.diff(np.append(start, windows))


def _columns(words: Words, columns: Places) -> Any:
    there = words.counts[:, columns].astype(np.float32)
    there.data[:] = 1
    return there


def _npmi(together: Together, at: Places) -> Doubles:
    """(m, m) float64 NPMI of the words at these places with each other."""
    share = together.joint[np.ix_(at, at)] / together.places
    alone = np.diag(share)
    told = np.log((share + _EPSILON) / np.outer(alone, alone))
    rare = -np.log(share + _EPSILON)
    # Two words that are in every place say nothing of each other.
    found: Doubles = np.where(rare > 1e-9, told / np.where(rare > 1e-9, rare, 1), 0.0)
    return found


def _mean_of_pairs(together: Together, at: list[int]) -> float:
    if len(at) < 2:
        return float("nan")
    each = _npmi(together, np.array(at))
    return float(each[np.triu_indices(len(at), 1)].mean())
