"""The documents of a topic in, those that are read for it out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.topics.topics import Floats

Places = NDArray[np.int64]


def sample(places: Places, vectors: Floats, centre: Floats, *, most: int, seed: int) -> Places:
    """Half of `most` nearest to the centre, the others drawn at random, all in their order.

    The nearest say what a topic is at heart, the others what it is at large.

    Args:
        places: Of the topic's documents.
        vectors: (n, width) of all documents, may be memory-mapped.
        centre: (width,).
        most: How many; all where there are no more.
        seed: Of the draw.
    """
    if len(places) <= most:
        return places
    near = np.asarray(vectors[places], dtype=np.float32) @ np.asarray(centre)
    order = np.argsort(-near, kind="stable")
    half = (most + 1) // 2
    rest = np.random.default_rng([seed, int(places[0])]).choice(
        order[half:], most - half, replace=False
    )
    return np.sort(places[np.concatenate([order[:half], rest])])
