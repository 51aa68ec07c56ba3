"""An order of a text's words in, what is left of the answer as they go, or as only they stay, out.

ERASER's comprehensiveness and sufficiency (DeYoung et al. 2020, arXiv:1911.03429), as areas over
the perturbation curve (AOPC) at 1, 5, 10, 20 and 50 % of the words, one word at least; a word goes
with all its tokens, and nothing comes in its place.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.explain.attribution import Floats
from engine.explain.methods.presence import Bools, Presence

BINS = (0.01, 0.05, 0.1, 0.2, 0.5)
SHARES = (0.0, *BINS, 1.0)

Orders = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Erased:
    """What is left of the answer, for each of a number of orders.

    taken_out, left_in: (orders, shares) float32 answers, as :meth:`Subject.share` has them, once
    the first words of an order are gone, or are all there is; at SHARES of the words.
    """

    taken_out: Floats
    left_in: Floats

    @property
    def comprehensiveness(self) -> Floats:
        """(orders,) mean loss as words are taken out."""
        lost: Floats = (self.taken_out[:, :1] - self.taken_out[:, 1:-1]).mean(axis=1)
        return lost

    @property
    def sufficiency(self) -> Floats:
        """(orders,) mean loss as only these words are left in."""
        lost: Floats = (self.left_in[:, -1:] - self.left_in[:, 1:-1]).mean(axis=1)
        return lost

    @property
    def gap(self) -> Floats:
        """(orders,) comprehensiveness less sufficiency: how far apart an order tells words."""
        return self.comprehensiveness - self.sufficiency


def erased(presence: Presence, orders: Orders) -> Erased:
    """The curves of (n, words) orders, the word that counts most first; one packed pass."""
    first = np.stack([_first(order) for order in np.atleast_2d(orders)])
    answers = presence.subject.share(
        presence(np.concatenate([~first, first]).reshape(-1, first.shape[2]))
    )
    half = answers.reshape(2, len(first), len(SHARES)).astype(np.float32)
    return Erased(taken_out=half[0], left_in=half[1])


def _first(order: NDArray[np.int64]) -> Bools:
    """(shares, words) whether a word is among the first, at each of SHARES."""
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    counts = np.ceil(np.array(SHARES) * len(order) - 1e-9)
    found: Bools = rank < counts[:, None]
    return found
