"""An attribution and its trust figures in, a sentence for each figure out, that anyone can read."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from scipy.special import expit

from engine.explain.attribution import Attribution
from engine.explain.methods.integrated import BOUND
from engine.explain.target import Target
from engine.explain.trust.report import Curve, Trust

_OUT, _LEFT = 0.1, 0.2
"""Shares of the words that sentences speak of: taken out, and left in."""
_ALIKE = 0.7
"""Rank correlation from which on two baselines tell the same story."""

_LOUD, _MOST = 0.25, 4


@dataclass(frozen=True)
class Told:
    """One figure in words.

    name: The field's name for it. sentence: What was found. good: Whether it speaks for believing
    the explanation; None where it says nothing either way.
    """

    name: str
    sentence: str
    good: bool | None


def named(names: Sequence[str], target: Target) -> str:
    """What is explained: "negative", or "negative rather than neutral"."""
    of = names[target.of]
    return of if target.against is None else f"{of} rather than {names[target.against]}"


def loudest(attribution: Attribution) -> tuple[list[str], list[str]]:
    """Words that speak most for the target, and against it, each once: a few, or none.

    Marks are left out, and so is what does less than a quarter of what the strongest word does.
    """
    scores = attribution.scores
    most = float(abs(scores).max(initial=0.0))
    sides: tuple[dict[str, str], dict[str, str]] = ({}, {})
    for place in (-abs(scores)).argsort(kind="stable").tolist():
        word, mine = attribution.reading.words[place], sides[int(scores[place] < 0)]
        if abs(scores[place]) < _LOUD * most or most == 0:
            break
        if len(mine) < _MOST and any(sign.isalnum() for sign in word):
            mine.setdefault(word.casefold(), word)
    return list(sides[0].values()), list(sides[1].values())


def answered(attribution: Attribution, *, odds: bool = True) -> str:
    """The answer that is explained, as people read it: "91 %"."""
    return _said(float(expit(attribution.value)) if odds else attribution.value, odds=odds)


def told(attribution: Attribution, trust: Trust, of: str, *, odds: bool = True) -> list[Told]:
    """A sentence for each figure that there is.

    Args:
        attribution: What is judged.
        trust: Its figures.
        of: What is explained, see :func:`named`.
        odds: Whether the answer is read as a probability; as a cosine otherwise.
    """
    whole = float(expit(attribution.value)) if odds else attribution.value
    n_words = attribution.reading.n_words
    found = [
        _taken_out(trust, whole, n_words, of, odds=odds),
        _left_in(trust, whole, n_words, of, odds=odds),
        _sum(attribution, trust),
        _agreement(trust),
        _infidelity(trust),
    ]
    return [one for one in found if one]


def _taken_out(trust: Trust, whole: float, n_words: int, of: str, *, odds: bool) -> Told | None:
    place = _nearest(trust.taken_out, _OUT)
    if place is None:
        return None
    which = _which(trust.taken_out.shares[place], n_words)
    left, chance = trust.taken_out.values[place], trust.taken_out.chance[place]
    moved = _moved(whole - left, odds=odds)
    return Told(
        "Comprehensiveness",
        f"Without {which}, {of} {moved}: {_said(whole, odds=odds)} becomes "
        f"{_said(left, odds=odds)}. Without as many random words it is "
        f"{_said(chance, odds=odds)}.",
        _both(_more(chance, left), _more(trust.comprehensiveness, trust.chance_comprehensiveness)),
    )


def _left_in(trust: Trust, whole: float, n_words: int, of: str, *, odds: bool) -> Told | None:
    place = _nearest(trust.left_in, _LEFT)
    if place is None:
        return None
    which = _which(trust.left_in.shares[place], n_words)
    alone, chance = trust.left_in.values[place], trust.left_in.chance[place]
    return Told(
        "Sufficiency",
        f"With nothing but {which}, {of} is at {_said(alone, odds=odds)}, of "
        f"{_said(whole, odds=odds)} for the whole text; with as many random words at "
        f"{_said(chance, odds=odds)}.",
        _both(_more(alone, chance), _more(trust.chance_sufficiency, trust.sufficiency)),
    )


def _both(here: bool | None, overall: bool | None) -> bool | None:
    """What the sentence tells and the mean over all shares, where they say the same."""
    return here if here == overall else None


def _more(one: float, other: float) -> bool | None:
    """Whether one is larger than the other; None where they are the same but for rounding."""
    return None if math.isclose(one, other, abs_tol=1e-6) else one > other


def _sum(attribution: Attribution, trust: Trust) -> Told | None:
    if not math.isfinite(trust.relative_delta):
        return None
    good = trust.relative_delta <= BOUND
    off = trust.relative_delta
    within = "less than 0.1\u00a0%" if off < 0.001 else _percent(off, 1)
    steps = f"; it took {attribution.steps} steps" if attribution.steps > 1 else ""
    return Told(
        "Convergence delta",
        f"The words' scores should add up to what the text does to the answer: they are "
        f"{within} off{steps}.",
        good,
    )


def _agreement(trust: Trust) -> Told | None:
    known = {name: value for name, value in trust.agreement.items() if math.isfinite(value)}
    if not known:
        return None
    listed = " and ".join(f"{value:.2f} with {name}" for name, value in known.items())
    least = min(known.values())
    verdict = (
        "The words keep their order" if least >= _ALIKE else "The words change their order"
    )  # fmt: skip
    return Told(
        "Agreement of baselines",
        f"{verdict} when the text is compared with something else: rank correlation {listed}.",
        least >= _ALIKE,
    )


def _infidelity(trust: Trust) -> Told | None:
    if not math.isfinite(trust.infidelity):
        return None
    return Told(
        "Infidelity",
        "Where random words are replaced, the scores foretell the new answer with an error of "
        f"{trust.infidelity:.2g}; random scores with {trust.chance_infidelity:.2g}.",
        _more(trust.chance_infidelity, trust.infidelity),
    )


def _nearest(curve: Curve, share: float) -> int | None:
    """The place on a curve that lies nearest to `share`, but for its ends."""
    inner = [i for i, one in enumerate(curve.shares) if 0 < one < 1]
    return min(inner, key=lambda i: abs(curve.shares[i] - share)) if inner else None


def _which(share: float, n_words: int) -> str:
    n = max(1, math.ceil(share * n_words - 1e-9))
    if n == 1:
        return "the word that counts most"
    return f"the {n:,} words that count most ({_percent(n / n_words)})"


def _moved(fall: float, *, odds: bool) -> str:
    if not odds:
        return f"loses {fall:.2f}" if fall >= 0 else f"gains {-fall:.2f}"
    points = round(100 * fall)
    if points == 0:
        return "hardly moves"
    return f"{'loses' if points > 0 else 'gains'} {abs(points)} point{'s' * (abs(points) != 1)}"


def _said(answer: float, *, odds: bool) -> str:
    """An answer as people read it: never 0 % or 100 % of what is not certain."""
    if not odds:
        return f"{answer:.2f}"
    if answer < 0.01:
        return "under 1\u00a0%"
    return "over 99\u00a0%" if answer > 0.99 else _percent(answer)


def _percent(share: float, digits: int = 0) -> str:
    """With a space that no line breaks at."""
    return f"{100 * share:.{digits}f}\u00a0%"
