"""Seed words or names of topics in; which documents they draw to themselves out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.errors import InputError
from engine.topics.centres import unit
from engine.topics.topics import NO_TOPIC
from engine.topics.words.describe import Encode

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]

_BATCH = 65_536


@dataclass(frozen=True, eq=False)
class Drawn:
    """place: (n,) int32, which name or seed each document is nearest to, -1 none near enough.

    likeness: (n,) float32, its cosine with the nearest one, whether near enough or not.
    """

    place: Ints
    likeness: Floats


def zero_shot(vectors: Floats, names: Sequence[str], encode: Encode, *, threshold: float) -> Drawn:
    """Documents that are about topics named beforehand; the others are left for clustering.

    Args:
        vectors: (n, width) float32 of length 1, by the same encoder.
        names: What the topics are called.
        encode: Gives the names their vectors.
        threshold: Least cosine of a document with a name, -1 to 1.

    Raises:
        InputError: no name, an empty one or one given twice, or vectors of another encoder.
    """
    if not names or not all(name.strip() for name in names):
        raise InputError("Give each topic a name; one of those given is empty.")
    twice = next((name for i, name in enumerate(names) if name in names[:i]), None)
    if twice is not None:
        raise InputError(f"The topic {twice!r} is named twice; give each name once.")
    return _nearest(vectors, _fitting(encode(list(names)), vectors), threshold)


def seeded(
    vectors: Floats,
    seeds: Sequence[Sequence[str]],
    encode: Encode,
    *,
    threshold: float,
    pull: float = 0.5,
) -> tuple[Floats, Drawn]:
    """Vectors drawn towards topics that are given by seed words, for clustering.

    Each document near enough to a seed becomes the mean of itself and that seed, of length 1; the
    others stay as they are (as BERTopic's guided modelling does).

    Args:
        vectors: (n, width) float32 of length 1.
        seeds: Words of each topic that is looked for.
        encode: Gives words their vectors.
        threshold: Least cosine of a document with a seed.
        pull: Weight of the seed in that mean, 0 to 1.

    Raises:
        InputError: a topic without seed words, or vectors of another encoder.
    """
    if not seeds or not all(any(word.strip() for word in one) for one in seeds):
        raise InputError("Give each topic that you look for at least one seed word.")
    middle = np.stack([encode([w for w in one if w.strip()]).mean(axis=0) for one in seeds])
    target = _fitting(unit(middle), vectors)
    drawn = _nearest(vectors, target, threshold)
    moved = np.array(vectors, dtype=np.float32)
    near = drawn.place != NO_TOPIC
    moved[near] = unit((1 - pull) * moved[near] + pull * target[drawn.place[near]])
    return moved, drawn


def _nearest(vectors: Floats, targets: Floats, threshold: float) -> Drawn:
    place = np.full(len(vectors), NO_TOPIC, dtype=np.int32)
    likeness = np.zeros(len(vectors), dtype=np.float32)
    for start in range(0, len(vectors), _BATCH):
        part = slice(start, start + _BATCH)
        alike = np.asarray(vectors[part], dtype=np.float32) @ targets.T
        best = alike.argmax(axis=1)
        likeness[part] = np.take_along_axis(alike, best[:, None], axis=1)[:, 0]
        place[part] = np.where(likeness[part] >= threshold, best, NO_TOPIC)
    return Drawn(place, likeness)


def _fitting(targets: Floats, vectors: Floats) -> Floats:
    if targets.shape[1] != vectors.shape[1]:
        raise InputError(
            f"The documents' vectors have {vectors.shape[1]} numbers, this encoder's "
            f"{targets.shape[1]}; choose the encoder that read the documents."
        )
    return targets
