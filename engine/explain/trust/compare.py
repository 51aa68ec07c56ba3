"""A text and several methods in, their explanations side by side and which to take out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.errors import InputError
from engine.explain.attribution import Attribution, Floats
from engine.explain.methods.baseline import Baseline
from engine.explain.methods.known import METHODS, method_called
from engine.explain.methods.methods import explain
from engine.explain.ranks import rank_correlation
from engine.explain.reading import Reading
from engine.explain.subject import Subject
from engine.explain.target import Target
from engine.explain.trust.chance import chance
from engine.explain.trust.report import Trust
from engine.explain.trust.trust import trust
from engine.progress import SILENT, Progress


@dataclass(frozen=True, eq=False)
class Comparison:
    """Methods on one text.

    Attributes:
        attributions: One a method.
        trusts: Their figures, in the same order.
        correlation: (methods, methods) Spearman's between their scores.
        refused: Name of a method that cannot explain this model to the reason.
        best: Name of the one to take; "" where none beats chance.
        why: The reason in a sentence.
    """

    attributions: tuple[Attribution, ...]
    trusts: tuple[Trust, ...]
    correlation: Floats
    refused: Mapping[str, str]
    best: str
    why: str

    @property
    def names(self) -> tuple[str, ...]:
        """Of the methods, in their order."""
        return tuple(one.method for one in self.attributions)


def compare(
    subject: Subject,
    reading: Reading,
    target: Target,
    *,
    methods: Sequence[str] = tuple(METHODS),
    baseline: Baseline | None = None,
    seed: int = 0,
    progress: Progress = SILENT,
) -> Comparison:
    """Every one of `methods` that can explain this model, each with its trust.

    `progress` is advanced by methods.

    Raises:
        InputError: no such method, or none of them can explain this model.
    """
    names = list(dict.fromkeys(method_called(one).name for one in methods))
    control = chance(subject, reading, target, baseline=baseline, seed=seed)
    made: list[Attribution] = []
    refused: dict[str, str] = {}
    for name in names:
        try:
            made.append(
                explain(subject, reading, target, method=name, baseline=baseline, seed=seed)
            )
        except InputError as error:
            refused[name] = str(error)
        progress.advance(1)
    if not made:
        raise InputError(" ".join(refused.values()) or "Choose at least one method to compare.")
    trusts = [trust(subject, one, baseline=baseline, seed=seed, beside=control) for one in made]
    best, why = recommended([one.method for one in made], trusts)
    return Comparison(tuple(made), tuple(trusts), correlations(made), refused, best, why)


def correlations(attributions: Sequence[Attribution]) -> Floats:
    """(n, n) Spearman's correlation of the scores of each pair."""
    n = len(attributions)
    found = np.eye(n, dtype=np.float32)
    for i in range(n):
        for j in range(i):
            value = rank_correlation(attributions[i].scores, attributions[j].scores)
            found[i, j] = found[j, i] = value
    return found


def recommended(names: Sequence[str], trusts: Sequence[Trust]) -> tuple[str, str]:
    """The method whose words matter most to this answer, and the reason.

    The largest comprehensiveness less sufficiency among those to believe; the control never.
    """
    among = [
        (one.comprehensiveness - one.sufficiency, name)
        for name, one in zip(names, trusts, strict=True)
        if one.believable and name != "random"
    ]
    if not among:
        return "", "None of these methods beats chance on this text: believe none of them here."
    ranked = sorted(among, reverse=True)
    (first, best), *others = ranked
    reason = (
        f"{METHODS[best].title} is the truest here: taking out its words costs the answer most and "
        f"keeping only them costs it least, {first:.2f} between the two"
    )
    if others:
        second, name = others[0]
        reason += f"; next comes {METHODS[name].title} with {second:.2f}"
    return best, f"{reason}."
