"""What became of answers without their driving words in, whether to believe the weights out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import t as student

from engine.explain.corpus.leans import Lean


@dataclass(frozen=True)
class HoldsUp:
    """Driving words against other words of the same texts, taken out.

    words: how many were tried. lost: mean fall of the category's probability without one;
    lost_by_chance: without another word instead. interval: of the difference, 95 % by Student's t
    over words.
    """

    words: int
    lost: float
    lost_by_chance: float
    interval: tuple[float, float]

    @property
    def believable(self) -> bool:
        """Whether a category surely loses more by its driving words than by chance."""
        return self.interval[0] > 0


def holds_up(leans: Sequence[Lean]) -> HoldsUp | None:
    """None where fewer than three words were tried: too few to say."""
    tried = [one.tried for one in leans if one.tried.texts]
    if len(tried) < 3:
        return None
    lost = np.array([one.lost for one in tried])
    chance = np.array([one.lost_by_chance for one in tried])
    gap = lost - chance
    spread = float(student.ppf(0.975, len(gap) - 1) * gap.std(ddof=1) / np.sqrt(len(gap)))
    middle = float(gap.mean())
    return HoldsUp(
        len(tried), float(lost.mean()), float(chance.mean()), (middle - spread, middle + spread)
    )
