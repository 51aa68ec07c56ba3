"""A word, texts without it and two classifiers in, how far it moves the answers of each out.

Whether a fault is gone shows where nothing but the word differs: test texts, and the same with the
word put in. The category it speaks for is the one that the earlier classifier is moved towards.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from engine.explain.what_if.put_in import put_in, standing

if TYPE_CHECKING:
    from engine.explain.reading import Reading
    from engine.store import Artifact

PROBED, WEIGHED = 200, 32
Row = tuple[int, str, str]
Floats = NDArray[np.float32]


def probes(rows: Path, word: str, *, seed: int = 0) -> tuple[list[Row], list[Row]]:
    """Row, text and label of test texts that do not hold the word, and the same with it put in.

    PROBED at most, a random choice of them.
    """
    found = pq.read_table(
        rows, columns=["row", "text", "label"], filters=[("split", "=", "test")]
    ).to_pylist()
    holds, rng = standing(word), np.random.default_rng(seed)
    free = [one for one in found if one["label"] and not holds.search(one["text"])]
    chosen = [free[n] for n in sorted(rng.permutation(len(free))[:PROBED].tolist())]
    plain = [(one["row"], one["text"], one["label"]) for one in chosen]
    return plain, [(row, put_in(text, word, rng), label) for row, text, label in plain]


def speaks_for(plain: Floats, put: Floats) -> int:
    """Place of the category whose probability rises most with the word, of (n, k) shares."""
    return int((put - plain).mean(axis=0).argmax())


def moved(plain: Floats, put: Floats, category: int) -> dict[str, Any]:
    """What the word does to the answers of a classifier, of (n, k) shares without and with it.

    Returns:
        moved: mean change of the category's probability, with its 95 % interval; changed: how many
        are answered otherwise with the word.
    """
    mean, interval = _mean((put - plain)[:, category])
    changed = int((put.argmax(axis=1) != plain.argmax(axis=1)).sum())
    return {"moved": mean, "moved_interval": interval, "changed": changed}


def added_by(model: Artifact, texts: Sequence[str], word: str, category: str) -> dict[str, Any]:
    """What Integrated Gradients give the word, in log-odds of the category.

    Args:
        model: A classifier.
        texts: That hold the word; the first WEIGHED are looked at.
        word: The word or phrase.
        category: One of the classifier's.

    Returns:
        adds: the mean, with its 95 % interval; weighed: the texts in which the word was read.
    """
    from engine.explain.corpus.chunk import readable
    from engine.explain.methods.integrated import integrated_gradients
    from engine.explain.of_classifier import explained_classifier
    from engine.explain.target import target

    subject = explained_classifier(model.path, key=model.key)
    holds = standing(word)
    read = [readable(subject, text) for text in texts[:WEIGHED]]
    readings = [one for one in read if one and holds.search(one.text)]
    goal = target(subject.names, category)
    scores: list[float] = []
    if not readings:
        return {"adds": None, "adds_interval": None, "weighed": 0}
    for made in integrated_gradients(subject, readings, [goal] * len(readings)):
        mine = _of_word(made.reading, holds)
        if mine.any():  # else it stands beyond what is read
            scores.append(float(made.scores[mine].sum()))
    mean, interval = _mean(np.array(scores))
    return {"adds": mean, "adds_interval": interval, "weighed": len(scores)}


def by_when(told: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """{"before": {"moved": x}} as {"moved_before": x}."""
    return {f"{name}_{when}": value for when, one in told.items() for name, value in one.items()}


def _of_word(reading: Reading, holds: re.Pattern[str]) -> NDArray[np.bool_]:
    """(words,) which of the words that were read are of what `holds` finds."""
    inside = np.zeros(len(reading.text), dtype=bool)
    for match in holds.finditer(reading.text):
        inside[slice(*match.span())] = True
    return np.array([inside[start:stop].any() for start, stop in reading.spans], dtype=bool)


def _mean(values: NDArray[Any]) -> tuple[float | None, list[float] | None]:
    """The mean with its 95 % interval (Student's t); None where there are too few values."""
    from scipy.stats import t

    if not len(values):
        return None, None
    mean = float(values.mean())
    if len(values) < 2:
        return mean, None
    half = float(t.ppf(0.975, len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values)))
    return mean, [mean - half, mean + half]
