"""A vector and a dataset's vectors in, the nearest texts out, and those that taught most."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.classify.head import LinearHead, softmax

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
_BLOCK = 32_768


@dataclass(frozen=True, eq=False)
class Ranked:
    """Places of texts among a dataset's vectors, and a value for each, in an order that is said."""

    places: Ints
    values: Floats


def nearest(vectors: Floats, vector: Floats, places: Ints, *, most: int = 10) -> Ranked:
    """The texts whose vectors have the largest cosine with `vector`, the nearest first.

    Args:
        vectors: (n, width), may lie on disk.
        vector: (width,).
        places: (m,) int64 ascending: which of them are looked at.
        most: How many.
    """
    unit = vector / max(float(np.linalg.norm(vector)), 1e-12)

    def cosine(block: Floats, _: Ints) -> Floats:
        found: Floats = (block @ unit) / np.maximum(np.linalg.norm(block, axis=1), 1e-12)
        return found

    values = _each(vectors, places, cosine)
    return _top(places, values, most)


@dataclass(frozen=True, eq=False)
class Influence:
    """Training texts by their influence: those that speak for the answer, and those against it."""

    proponents: Ranked
    opponents: Ranked


def influence(
    vectors: Floats,
    targets: Ints,
    vector: Floats,
    target: int,
    head: LinearHead,
    places: Ints,
    *,
    most: int = 10,
) -> Influence:
    """TracIn on the head's weights (Pruthi et al. 2020, arXiv:2002.08484), at the final checkpoint.

    The gradient of the cross-entropy by the weights of a linear head is (p - y) times the vector,
    so the influence of a training text on the loss of another is
    ``(p' - y') . (p - y) * (v' . v)``, with the learning rate left out; above 0 a step on it would
    make `target` likelier (a proponent). It is what ``captum.influence.TracInCPFast`` computes of
    one checkpoint. What the encoder has learnt of the text is not in it.

    Args:
        vectors: (n, width) what the head sees of the training texts, may lie on disk.
        targets: (n,) their categories, -1 for none that the head knows.
        vector: (width,) what it sees of the text.
        target: The category the text is asked about.
        head: A linear head; its temperature, which came after training, is left out.
        places: (m,) int64 ascending: which of the texts taught.
        most: How many of either.
    """
    trained = LinearHead(head.weight, head.bias)
    mine = _error(trained, vector[None], np.array([target]))[0]
    places = places[targets[places] >= 0]

    def product(block: Floats, at: Ints) -> Floats:
        found: Floats = (_error(trained, block, targets[at]) @ mine) * (block @ vector)
        return found

    values = _each(vectors, places, product)
    above, below = places[values > 0], places[values < 0]
    against = _top(below, -values[values < 0], most)
    return Influence(_top(above, values[values > 0], most), Ranked(against.places, -against.values))


def _error(head: LinearHead, vectors: Floats, targets: Ints) -> Floats:
    """(n, k) probabilities less what they should be: the gradient of the loss by the logits."""
    found = softmax(head.logits(vectors))
    found[np.arange(len(targets)), targets] -= 1
    return found


def _each(vectors: Floats, places: Ints, value: Callable[[Floats, Ints], Floats]) -> Floats:
    """(m,) a value for each of `places`, a block in memory at a time."""
    found = np.zeros(len(places), dtype=np.float32)
    for start in range(0, len(places), _BLOCK):
        at = places[start : start + _BLOCK]
        found[start : start + _BLOCK] = value(np.asarray(vectors[at], dtype=np.float32), at)
    return found


def _top(places: Ints, values: Floats, most: int) -> Ranked:
    order = np.argsort(-values, kind="stable")[:most]
    return Ranked(places[order], values[order])
