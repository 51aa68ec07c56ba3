"""An explanation's figures and those of chance in, whether to believe it, in a sentence, out."""

from __future__ import annotations

import numpy as np

from engine.explain.attribution import Attribution
from engine.explain.trust.erasing import Erased

SURE = 0.95


def verdict(
    attribution: Attribution, mine: Erased, random: Erased, *, odds: bool, bound: float
) -> tuple[bool, str]:
    """Whether the explanation beats chance and keeps the sum it promises, and why.

    It beats chance where its comprehensiveness less its sufficiency lies above what one more random
    order would reach once in twenty (prediction limit of a t distribution over the random orders).
    """
    comprehensiveness = float(mine.comprehensiveness[0])
    by_chance = float(random.comprehensiveness.mean())
    moved = f"{_points(comprehensiveness, odds)}, without random ones {_points(by_chance, odds)}"
    if np.ptp(random.gap) == 0 and mine.gap[0] == random.gap[0]:
        return False, "The text has too few words to tell an explanation from chance."
    if mine.gap[0] <= limit(random.gap):
        return False, f"No better than chance: without its words the answer loses {moved}."
    if attribution.complete and not attribution.relative_delta <= bound:
        missing = f"{attribution.relative_delta:.0%}"
        return False, f"Its scores do not sum to the answer: {missing} of it is missing."
    return True, f"Better than chance: without its words the answer loses {moved}."


def limit(gaps: np.ndarray) -> float:
    """What one more value of the same kind exceeds once in twenty."""
    from scipy.stats import t

    n = len(gaps)
    spread = float(gaps.std(ddof=1)) * float(np.sqrt(1 + 1 / n))
    return float(gaps.mean()) + float(t.ppf(SURE, n - 1)) * spread


def _points(lost: float, odds: bool) -> str:
    return f"{100 * lost:.0f} points" if odds else f"{lost:.3f}"
