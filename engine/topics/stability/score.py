"""Topics and re-fits of them in; how surely each is found again, and what it is taken for, out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.topics.stability.refit import LEFT_OUT

Ints = NDArray[np.int32]
Doubles = NDArray[np.float64]

FOUND, STABLE = 0.5, 0.75
"""Jaccard from which a topic counts as found again, and mean from which as stable (Hennig 2007)."""
ALIKE = 0.1
_FEW_ALIKE = 3


@dataclass(frozen=True)
class Survival:
    """How one topic fared.

    Attributes:
        id: The topic's.
        refits: Re-fits that saw documents of it.
        survival: Share of those in which a topic shares at least half of the documents of the two
            together (Jaccard).
        jaccard: Mean of the best Jaccard of each, 0 to 1; low and high: the least and the most.
        merged: Share in which it was not found, but most of it lay within one larger topic.
        scattered: Share in which it was not found, and no topic held most of it.
        alike: Other topics, with how often a document of one and of the other lie in one topic of a
            re-fit; the most alike first, those above a tenth.
    """

    id: int
    refits: int
    survival: float
    jaccard: float
    low: float
    high: float
    merged: float
    scattered: float
    alike: tuple[tuple[int, float], ...] = ()


@dataclass(frozen=True)
class Whole:
    """One re-fit beside the topics.

    Attributes:
        topics: Topics it found.
        outlier_share: Of the documents it saw, those in none.
        ari: Adjusted Rand index, up to 1, 0 is chance; a document in no topic stands alone.
        nmi: 0 to 1, of the documents in a topic of both; nan where that says nothing.
    """

    topics: int
    outlier_share: float
    ari: float
    nmi: float


def survivals(assigned: Ints, ids: Ints, refits: Ints) -> list[Survival]:
    """Cluster-wise stability by the Jaccard coefficient.

    Hennig 2007, "Cluster-wise assessment of cluster stability"; below 0.5 a cluster is dissolved,
    from 0.75 on it is stable. What is taken for what is told by how often pairs of documents come
    together (Fred and Jain 2005, evidence accumulation).

    Args:
        assigned: (n,) topic of each document, -1 none.
        ids: (k,) the topics.
        refits: (r, n) as :func:`engine.topics.stability.refit.refit` gives them.

    Returns:
        One of each topic, in the order of `ids`. A topic none of whose documents any re-fit saw has
        refits 0 and nan.
    """
    k, r = len(ids), len(refits)
    place = _places(assigned, ids)
    best = np.full((r, k), np.nan)
    inside = np.full((r, k), np.nan)
    beside = np.zeros((k, k))
    seen_both = np.zeros((k, k))
    for n, labels in enumerate(refits):
        table, sizes, others = _contingency(place, labels, k)
        there = sizes > 0
        union = sizes[:, None] + others[None] - table
        best[n, there] = (table / np.maximum(union, 1)).max(axis=1, initial=0)[there]
        share = table / np.maximum(sizes, 1)[:, None]
        inside[n, there] = share.max(axis=1, initial=0)[there]
        beside += share @ share.T
        seen_both += np.outer(there, there)
    beside /= np.maximum(seen_both, 1)
    return [_survival(int(ids[t]), best[:, t], inside[:, t], beside[t], ids, t) for t in range(k)]


def wholes(assigned: Ints, refits: Ints) -> list[Whole]:
    """How each re-fit as a whole agrees with the topics."""
    return [_whole(assigned, labels) for labels in refits]


def rand(one: Ints, other: Ints) -> float:
    """Adjusted Rand index (Hubert and Arabie 1985); a document in no topic stands alone in both.

    So leaving the same documents out is neither rewarded nor punished, and leaving out others is.
    """
    from sklearn.metrics import adjusted_rand_score

    return float(adjusted_rand_score(_alone(one), _alone(other)))


def _survival(
    number: int, best: Doubles, inside: Doubles, beside: Doubles, ids: Ints, own: int
) -> Survival:
    known = np.isfinite(best)
    many = int(known.sum())
    if not many:
        nan = float("nan")
        return Survival(number, 0, nan, nan, nan, nan, nan, nan)
    jaccard = best[known]
    found = jaccard >= FOUND
    merged = ~found & (inside[known] >= FOUND)
    order = [o for o in np.argsort(-beside, kind="stable").tolist() if o != own]
    alike = tuple((int(ids[o]), float(beside[o])) for o in order[:_FEW_ALIKE] if beside[o] >= ALIKE)
    return Survival(
        id=number,
        refits=many,
        survival=float(found.mean()),
        jaccard=float(jaccard.mean()),
        low=float(jaccard.min()),
        high=float(jaccard.max()),
        merged=float(merged.mean()),
        scattered=float((~found & ~merged).mean()),
        alike=alike,
    )


def _whole(assigned: Ints, labels: Ints) -> Whole:
    from sklearn.metrics import normalized_mutual_info_score

    seen = labels != LEFT_OUT
    mine, theirs = assigned[seen], labels[seen]
    both = (mine >= 0) & (theirs >= 0)
    nmi = float("nan")
    if both.any():
        nmi = float(normalized_mutual_info_score(mine[both], theirs[both]))
    return Whole(
        topics=len(np.unique(theirs[theirs >= 0])),
        outlier_share=float((theirs < 0).mean()),
        ari=rand(mine, theirs),
        nmi=nmi,
    )


def _places(assigned: Ints, ids: Ints) -> Ints:
    """(n,) place of each document's topic among `ids`, -1 where it has none of them."""
    order = np.argsort(ids, kind="stable")
    at = np.clip(np.searchsorted(ids[order], assigned), 0, max(len(ids) - 1, 0))
    if not len(ids):
        return np.full(len(assigned), -1, dtype=np.int32)
    found = order[at].astype(np.int32)
    return np.where(ids[found] == assigned, found, -1).astype(np.int32)


def _contingency(place: Ints, labels: Ints, k: int) -> tuple[Doubles, Doubles, Doubles]:
    """(k, m) documents in both, (k,) in each topic, (m,) in each of the re-fit; of those seen."""
    seen = labels != LEFT_OUT
    m = int(labels.max(initial=-1)) + 1
    mine, theirs = place[seen], labels[seen]
    inside = mine >= 0
    sizes = np.bincount(mine[inside], minlength=k).astype(np.float64)
    others = np.bincount(theirs[theirs >= 0], minlength=m).astype(np.float64)
    both = inside & (theirs >= 0)
    pairs = mine[both].astype(np.int64) * max(m, 1) + theirs[both]
    table = np.bincount(pairs, minlength=k * m)[: k * m].reshape(k, m).astype(np.float64)
    return table, sizes, others


def _alone(labels: Ints) -> NDArray[np.int64]:
    alone = labels.astype(np.int64)
    out = alone < 0
    alone[out] = -1 - np.arange(int(out.sum()))
    return alone
