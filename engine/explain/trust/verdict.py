"""An explanation's figures and those of chance in, whether to believe it, in a sentence, out."""

from __future__ import annotations

import numpy as np

from engine.explain.attribution import Attribution, Floats
from engine.explain.trust.erasing import Erased

SURE = 0.95


def verdict(
    attribution: Attribution, mine: Erased, random: Erased, *, odds: bool, bound: float
) -> tuple[bool, str]:
    """Whether the explanation beats chance and keeps the sum it promises, and why.

    It beats chance where its comprehensiveness less its sufficiency lies above what one more random
    order would reach once in twenty (prediction limit of a t distribution over the random orders).
    """
    if np.ptp(random.gap) == 0 and mine.gap[0] == random.gap[0]:
        return False, "The text has too few words to tell an explanation from chance."
    if mine.gap[0] <= limit(random.gap):
        return False, f"No better than chance: {_told(mine, random, odds)}"
    if attribution.complete and not attribution.relative_delta <= bound:
        missing = f"{attribution.relative_delta:.0%}"
        return False, f"Its scores do not sum to the answer: {missing} of it is missing."
    return True, f"Better than chance: {_told(mine, random, odds)}"


def _told(mine: Erased, random: Erased, odds: bool) -> str:
    def cost(lost: Floats) -> str:
        mean = float(lost.mean())
        return f"{round(100 * mean)}" if odds else f"{mean:.3f}"

    points = " points" if odds else ""
    return (
        f"taking its words out costs the answer {cost(mine.comprehensiveness)}{points} "
        f"(random words {cost(random.comprehensiveness)}), keeping only them "
        f"{cost(mine.sufficiency)} (random words {cost(random.sufficiency)})."
    )


def limit(gaps: Floats) -> float:
    """What one more value of the same kind exceeds once in twenty."""
    from scipy.stats import t

    n = len(gaps)
    spread = float(gaps.std(ddof=1)) * float(np.sqrt(1 + 1 / n))
    return float(gaps.mean()) + float(t.ppf(SURE, n - 1)) * spread
