"""An explanation's figures and those of chance in, whether to believe it, in a sentence, out."""

from __future__ import annotations

import numpy as np

from engine.explain.attribution import Attribution, Floats
from engine.explain.trust.erasing import Erased

SURE = 0.95
FEWEST = 4
"""Words below which even the best order comes by chance more than once in twenty: 3! = 6."""


def verdict(
    attribution: Attribution, mine: Erased, random: Erased, *, odds: bool, bound: float
) -> tuple[bool, str]:
    """Whether the explanation beats chance and keeps the sum it promises, and why.

    It beats chance where its comprehensiveness less its sufficiency lies above what one more random
    order would reach once in twenty (prediction limit of a t distribution over the random orders).
    """
    gap, gaps = float(mine.gap[0]), random.gap
    if len(attribution.order) < FEWEST:
        return False, "The text has too few words to tell an explanation from chance."
    if np.ptp(gaps) == 0 and gap == gaps[0]:
        return False, "It makes no difference which words go, so no explanation can beat chance."
    if gap <= limit(gaps):
        how = "Not clearly better" if gap > gaps.mean() else "No better"
        return False, f"{how} than chance: {_told(mine, random, odds)}"
    if attribution.complete and not attribution.relative_delta <= bound:
        missing = f"{attribution.relative_delta:.0%}"
        return False, f"Its scores do not sum to the answer: {missing} of it is missing."
    return True, f"Better than chance: {_told(mine, random, odds)}"


def _told(mine: Erased, random: Erased, odds: bool) -> str:
    def cost(lost: Floats, unit: str = "") -> str:
        mean = round(float(lost.mean()), 2 if odds else 3)
        if mean <= 0:
            return "nothing"
        return f"{mean * 100:.0f}{unit}" if odds else f"{mean:.3f}"

    return (
        f"taking its words out costs the answer {cost(mine.comprehensiveness, ' points')} "
        f"(random words {cost(random.comprehensiveness)}), keeping only them "
        f"{cost(mine.sufficiency)} (random words {cost(random.sufficiency)})."
    )


def limit(gaps: Floats) -> float:
    """What one more value of the same kind exceeds once in twenty."""
    from scipy.stats import t

    n = len(gaps)
    spread = float(gaps.std(ddof=1)) * float(np.sqrt(1 + 1 / n))
    return float(gaps.mean()) + float(t.ppf(SURE, n - 1)) * spread
