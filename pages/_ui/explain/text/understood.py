"""A subject and a text in, how it was read and what was answered out; a long one in its parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from engine.explain.reading import Reading
    from engine.explain.subject import Subject


@dataclass(frozen=True, eq=False)
class Understood:
    """A text as the classifier reads it, and its answer.

    reading: Its words and tokens. shares: (k,) probabilities, in the order of the categories.
    """

    reading: Reading
    shares: NDArray[np.float64]

    @property
    def best(self) -> int:
        """Place of the category it chose."""
        return int(self.shares.argmax())


def understood(subject: Subject, text: str) -> Understood:
    """Read `text` and ask what it is.

    Raises:
        InputError: nothing to read in it, or nothing that the encoder knows.
    """
    from engine.explain.reading import read

    reading = read(subject, text)
    return Understood(reading, shares_of(subject, [reading])[0])


def shares_of(subject: Subject, readings: list[Reading]) -> NDArray[np.float64]:
    """(n, k) probabilities of each category."""
    from scipy.special import softmax

    answers = subject.answers([one.ids for one in readings]).astype(np.float64)
    shares: NDArray[np.float64] = softmax(answers, axis=1)
    return shares


def parts_of(subject: Subject, text: str) -> tuple[str, ...]:
    """`text` itself, or the pieces of one that is longer than the classifier reads, in order.

    Raises:
        InputError: nothing to read in it, or nothing that the encoder knows.
    """
    from engine.explain.reading import windows

    found = windows(subject, text)
    if len(found) == 1 and not found[0].cut:
        return (text,)
    return tuple(one.text[one.spans[0][0] : one.spans[-1][1]] for one in found)
