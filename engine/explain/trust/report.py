"""What is known of an attribution's truth, as one object."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Curve:
    """What is left of the answer as words go.

    shares: of the words that are taken out, or left in, from 0 to 1. values: the answer then, as
    :meth:`Subject.share` has it. chance: the same by the mean of random orders.
    """

    shares: tuple[float, ...]
    values: tuple[float, ...]
    chance: tuple[float, ...]


@dataclass(frozen=True)
class Trust:
    """Figures that stand beside an explanation.

    Attributes:
        relative_delta: Convergence delta as a share of \\|f(x) - f(baseline)\\|; nan where the
            method promises no sum.
        comprehensiveness: Mean loss of the answer as the words that count most are taken out
            (DeYoung et al. 2020, arXiv:1911.03429, AOPC); the larger the better.
        sufficiency: Mean loss as only those are left; the smaller the better.
        chance_comprehensiveness, chance_sufficiency: The same, words taken in random orders.
        infidelity: Yeh et al. 2019, arXiv:1901.09392, normalised; the smaller the better.
        chance_infidelity: The same of random scores with the same spread.
        agreement: Name of another baseline to the rank correlation (Spearman) with the scores under
            it; empty for methods without one.
        taken_out, left_in: The curves behind comprehensiveness and sufficiency.
        believable: Whether it beats chance and, where it promises a sum, keeps it.
        why: The verdict in a sentence.
    """

    relative_delta: float
    comprehensiveness: float
    sufficiency: float
    chance_comprehensiveness: float
    chance_sufficiency: float
    infidelity: float
    chance_infidelity: float
    agreement: Mapping[str, float]
    taken_out: Curve
    left_in: Curve
    believable: bool
    why: str
