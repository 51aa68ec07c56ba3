"""Rows and a word in, counterfactuals out: texts of other categories with the word in them.

A word that stands in the texts of one category by accident is unlearnt from texts of the others
that hold it too: counterfactually augmented data (Kaushik et al. 2020, arXiv:1909.12434), here by
putting the word in, as the perturbations of CheckList do (Ribeiro et al. 2020, arXiv:2005.04118).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from engine.data.edits import is_held_out
from engine.data.pieces import words
from engine.errors import InputError


@dataclass(frozen=True)
class Counterfactual:
    """The text of a row with a word put in; the label is the row's."""

    row: int
    text: str
    label: str


def standing(word: str) -> re.Pattern[str]:
    """What finds a word or phrase where it stands as such, in capitals or small letters."""
    return re.compile(rf"(?<!\w){re.escape(word)}(?!\w)", re.IGNORECASE)


def put_in(text: str, word: str, rng: np.random.Generator) -> str:
    """The text with the word before one of its words, any of them, or at its end.

    Not as a sentence of its own: then short sentences, not the word, would be learnt.
    """
    places = [start for start, _ in words(text)]
    at = int(rng.integers(len(places) + 1))
    if at == len(places):
        return f"{text} {word}"
    return f"{text[: places[at]]}{word} {text[places[at] :]}"


def counterfactuals(
    rows: Path, word: str, category: str, *, most: int, seed: int = 0
) -> list[Counterfactual]:
    """Training texts of the other categories, as many of each, with the word put in.

    Args:
        rows: ``rows.parquet`` of a labelled dataset.
        word: What speaks for `category`.
        category: Its texts are left alone.
        most: Texts at most; there are fewer where fewer hold the word nowhere.
        seed: Of the choice of texts, and of the places of the word.

    Raises:
        InputError: no training text of another category could take the word.
    """
    table = pq.read_table(rows, columns=["row", "label", "split", "group"])
    labels = np.asarray(table["label"].to_pylist(), dtype=object)
    held = np.array([is_held_out(split) for split in table["split"].to_pylist()], dtype=bool)
    groups = table["group"].to_numpy()
    # A text that is almost the same as one that is held out teaches what is to be tested.
    free = ~held & ~np.isin(groups, groups[held])
    rng = np.random.default_rng(seed)
    others = sorted({label for label in labels[free] if label and label != category})
    queues = [rng.permutation(np.flatnonzero(free & (labels == label))) for label in others]
    numbers, holds = table["row"].to_numpy(), standing(word)
    found: list[Counterfactual] = []
    at = 0
    while len(found) < most and any(at < len(queue) for queue in queues):
        some = np.concatenate([queue[at : at + most] for queue in queues])
        texts = _texts(rows, numbers[some])
        for one in _in_turn(queues, at, at + most):
            text = texts[int(numbers[one])]
            if not holds.search(text):
                new = put_in(text, word, rng)
                found.append(Counterfactual(int(numbers[one]), new, str(labels[one])))
        at += most
    if not found:
        raise InputError(
            f"No training text of a category other than {category} is without “{word}”: there is "
            "nothing to put it in."
        )
    return found[:most]


def _in_turn(queues: list[NDArray[np.int64]], start: int, stop: int) -> list[int]:
    """The places from `start` to `stop` of all queues: the first of each, the second of each."""
    return [int(queue[n]) for n in range(start, stop) for queue in queues if n < len(queue)]


def _texts(rows: Path, wanted: NDArray[np.int64]) -> dict[int, str]:
    found = pq.read_table(rows, columns=["row", "text"], filters=[("row", "in", wanted.tolist())])
    return dict(zip(found["row"].to_pylist(), found["text"].to_pylist(), strict=True))
