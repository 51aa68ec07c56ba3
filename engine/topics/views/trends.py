"""Topics and the period of each document in; counts, shares and what rises or falls out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.proportions import wilson
from engine.topics.views.periods import Periods
from engine.topics.views.tally import tally

Floats = NDArray[np.float64]
FEW = 20
"""Documents a period must have for its shares to say much."""
FEWEST_PERIODS = 3
_SURE = 0.05
_PULL, _STEPS, _LONGEST = 0.01, 60, 2.0


@dataclass(frozen=True, eq=False)
class Trends:
    """k topics over b periods.

    counts: (k, b) int64. totals: (b,) int64, documents of the period, those in no topic too.
    shares, low, high: (k, b) float64, counts by totals with the 95 % interval (Wilson 1927);
    `shares` is nan where a period has no document.
    """

    counts: NDArray[np.int64]
    totals: NDArray[np.int64]
    shares: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True, eq=False)
class Slopes:
    """How the share of each of k topics changes, as a smooth curve through the periods.

    first, last: (k,) float64, the curve at the first and at the last period. change: `last` less
    `first`, low and high its 95 % interval. p: (k,) adjusted for k tests. All are nan where fewer
    than three periods have documents.
    """

    first: Floats
    last: Floats
    change: Floats
    low: Floats
    high: Floats
    p: Floats

    def direction(self, topic: int) -> int:
        """1 where the topic in that place rises beyond chance, -1 where it falls, else 0."""
        return int(np.sign(self.change[topic])) if self.p[topic] < _SURE else 0


def trends(assigned: NDArray[np.int32], ids: NDArray[np.int32], periods: Periods) -> Trends:
    """How many documents of each period are of each topic.

    Args:
        assigned: (n,) topic of each document, -1 for none.
        ids: (k,) topics.
        periods: Of the n documents.
    """
    b = len(periods.names)
    counts = tally(assigned, ids, periods.codes, b)
    totals = np.bincount(periods.codes[periods.codes >= 0], minlength=b).astype(np.int64)
    low, high = wilson(counts, np.broadcast_to(totals, counts.shape))
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = np.where(totals > 0, counts / np.maximum(totals, 1), np.nan)
    return Trends(counts, totals, shares, low, high)


def slopes(found: Trends, middles: Floats) -> Slopes:
    """A curve through each topic's shares, with a test of whether it rises or falls.

    The curve is logistic, so it stays between none and all. The test is its score test, known as
    Cochran-Armitage (Armitage 1955, "Tests for linear trends in proportions and frequencies").
    Shares change from period to period by more than counting documents explains, so the variance is
    that of the binomial times the dispersion found, at least 1 (quasi-likelihood: McCullagh and
    Nelder 1989, 4.5), and t with b - 2 degrees of freedom is the reference. The p of k topics are
    adjusted together (Benjamini and Hochberg 1995). The interval of the change is the one that
    leaves out 0 where the test, before that, is sure (test-based: Miettinen 1976).

    Args:
        found: The shares.
        middles: (b,) when each period is, in any unit.
    """
    # scipy.stats would take a second to load.
    from scipy.special import stdtr, stdtrit

    k, full = len(found.counts), np.flatnonzero(found.totals)
    nothing = np.full(k, np.nan)
    if len(full) < FEWEST_PERIODS or not k:
        return Slopes(*(nothing.copy() for _ in range(6)))
    weight = found.totals[full].astype(np.float64)
    shares = found.shares[:, full]
    mean = shares @ weight / weight.sum()
    off = middles[full] - float(middles[full] @ weight / weight.sum())
    curve = _logistic(shares, weight, off)
    freedom = len(full) - 2
    variance = np.maximum(mean * (1 - mean), 1e-12)
    dispersion = np.maximum(((shares - curve) ** 2 @ weight) / variance / freedom, 1)
    spread = float(weight @ off**2)
    score = (shares - mean[:, None]) @ (weight * off)
    t = np.abs(score) / np.sqrt(dispersion * variance * spread)
    change = curve[:, -1] - curve[:, 0]
    # By the test, so that they never disagree; where nothing changes, as it would for a line.
    flat = np.sqrt(dispersion * variance / spread) * np.ptp(off)
    error = np.where(t > 1e-6, np.abs(change) / np.maximum(t, 1e-6), flat)
    reach = stdtrit(freedom, 0.975) * error
    return Slopes(
        first=curve[:, 0],
        last=curve[:, -1],
        change=change,
        low=np.maximum(change - reach, -1),
        high=np.minimum(change + reach, 1),
        p=_adjusted(2 * stdtr(freedom, -t)),
    )


def _logistic(shares: Floats, weight: Floats, off: Floats) -> Floats:
    """(k, b) logistic curves through the shares, by Newton's method.

    A topic that is only in the first or in the last periods has no steepest curve: a slope is
    pulled to 0 as far as one document in a hundred would pull it.
    """
    from scipy.special import expit, logit

    design = np.stack([np.ones_like(off), off / np.ptp(off)])
    held = np.diag([0.0, _PULL])
    mean = np.clip(shares @ weight / weight.sum(), 1e-9, 1 - 1e-9)
    beta = np.stack([logit(mean), np.zeros_like(mean)], axis=1)
    for _ in range(_STEPS):
        curve: Floats = expit(beta @ design)
        weighed = weight * np.maximum(curve * (1 - curve), 1e-12)
        information = np.einsum("kb,ib,jb->kij", weighed, design, design) + held
        uphill = (weight * (shares - curve)) @ design.T - beta @ held
        step = np.linalg.solve(information, uphill[:, :, None])[:, :, 0]
        beta = beta + np.clip(step, -_LONGEST, _LONGEST)
        if np.abs(step).max() < 1e-8:
            break
    return expit(beta @ design)


def _adjusted(p: Floats) -> Floats:
    """The share of false ones among the tests with a p no larger."""
    order = np.argsort(p)
    raised = p[order] * len(p) / np.arange(1, len(p) + 1)
    found = np.empty_like(p)
    found[order] = np.minimum(1, np.minimum.accumulate(raised[::-1])[::-1])
    return found
