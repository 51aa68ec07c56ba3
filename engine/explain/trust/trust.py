"""An attribution in, the figures that speak for and against believing it out."""

from __future__ import annotations

import math

from engine.explain.attribution import Attribution, Floats
from engine.explain.methods.baseline import Baseline, baseline_kinds
from engine.explain.methods.integrated import BOUND, NAME, integrated_gradients
from engine.explain.ranks import rank_correlation
from engine.explain.subject import Subject
from engine.explain.trust.chance import Chance, chance
from engine.explain.trust.erasing import SHARES, erased
from engine.explain.trust.infidelity import chance_infidelity, infidelity
from engine.explain.trust.report import Curve, Trust
from engine.explain.trust.verdict import verdict

AGREEMENT_STEPS = 8


def trust(
    subject: Subject,
    attribution: Attribution,
    *,
    baseline: Baseline | None = None,
    seed: int = 0,
    beside: Chance | None = None,
) -> Trust:
    """How far to believe `attribution`.

    Args:
        subject: What was explained.
        attribution: By any method.
        baseline: It was made with; also what infidelity puts in place of words.
        seed: Of the random control.
        beside: That control where it is known, by :func:`chance` with the same subject, text,
            target and baseline.

    Raises:
        InputError: see :func:`engine.explain.methods.baseline.baseline_embeds`.
    """
    of = attribution
    control = beside or chance(subject, of.reading, of.target, baseline=baseline, seed=seed)
    mine = erased(control.presence, of.order)
    believable, why = verdict(of, mine, control.random, odds=subject.odds, bound=BOUND)
    return Trust(
        relative_delta=of.relative_delta if of.complete else math.nan,
        comprehensiveness=float(mine.comprehensiveness[0]),
        sufficiency=float(mine.sufficiency[0]),
        chance_comprehensiveness=float(control.random.comprehensiveness.mean()),
        chance_sufficiency=float(control.random.sufficiency.mean()),
        infidelity=infidelity(control, of.scores),
        chance_infidelity=chance_infidelity(control, of.scores),
        agreement=agreement(subject, of, baseline or Baseline()) if of.method == NAME else {},
        taken_out=_curve(mine.taken_out, control.random.taken_out),
        left_in=_curve(mine.left_in, control.random.left_in),
        believable=believable,
        why=why,
    )


def agreement(subject: Subject, attribution: Attribution, baseline: Baseline) -> dict[str, float]:
    """Kind of another baseline to Spearman's correlation of the words' scores under it.

    The others take half the points of the integral: an order needs fewer than a sum.
    """
    found = {}
    for kind in baseline_kinds(subject):
        if kind == baseline.kind:
            continue
        other = integrated_gradients(
            subject,
            [attribution.reading],
            [attribution.target],
            baseline=Baseline(kind),
            steps=AGREEMENT_STEPS,
            bound=math.inf,
        )[0]
        found[str(kind)] = rank_correlation(attribution.scores, other.scores)
    return found


def _curve(mine: Floats, random: Floats) -> Curve:
    return Curve(SHARES, tuple(mine[0].tolist()), tuple(random.mean(axis=0).tolist()))
