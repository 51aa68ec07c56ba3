"""What a method says of a text: one number a word, the same shape whatever the method."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.explain.reading import Reading
from engine.explain.target import Target

Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Attribution:
    """What each word of a text adds to the number that is explained.

    Attributes:
        method: Its short name, see :mod:`engine.explain.methods`.
        reading: The text.
        target: The number that is explained.
        scores: (words,) float32; above 0 a word speaks for the target, below 0 against it.
        value: That number for the text, f(x).
        base: For the text it is compared with, f(baseline); nan where there is none.
        rest: What fell on the encoder's own tokens, which are no words; 0 for methods by words.
        complete: Whether scores and rest should sum to f(x) - f(baseline).
        steps: Points of the integral, or texts that were tried.
        seconds: By the clock.
        kernel: Attention kernel it ran on.
    """

    method: str
    reading: Reading
    target: Target
    scores: Floats
    value: float
    base: float = float("nan")
    rest: float = 0.0
    complete: bool = False
    steps: int = 0
    seconds: float = 0.0
    kernel: str = ""

    @property
    def delta(self) -> float:
        """Convergence delta: what the scores sum to, less f(x) - f(baseline); nan without one."""
        return float(self.scores.sum()) + self.rest - (self.value - self.base)

    @property
    def relative_delta(self) -> float:
        """The delta as a share of \\|f(x) - f(baseline)\\|; nan without a baseline."""
        return abs(self.delta) / max(abs(self.value - self.base), 1e-6)

    @property
    def order(self) -> NDArray[np.int64]:
        """(words,) places of the words, the one that speaks most for the target first."""
        return np.argsort(-self.scores, kind="stable")
