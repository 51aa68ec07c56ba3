"""Votes of neighbours in, what they say and how sure that is out, by leaving documents out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.topics.assign.neighbourhood import Neighbourhood
from engine.topics.topics import NO_TOPIC, Topics

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]

USUAL = 0.99
"""Share of a corpus's own documents that are not called unlike all others. So one in a hundred of
them would get no topic if it were new; of another field's texts about nine in ten are recognised
(news among abstracts: 95 %)."""
_NONE = 0.5
"""Share of the votes that "no topic" needs: more than half, for documents in none lie scattered
between topics, and new ones there belong to the nearest."""
_BLOCK = 4096


@dataclass(frozen=True, eq=False)
class Opinion:
    """What the neighbours of m documents say. first, second: (m,) topic ids, -1 for none.
    first_share, second_share: (m,) float32 of their votes."""

    first: Ints
    first_share: Floats
    second: Ints
    second_share: Floats


@dataclass(frozen=True)
class Agreement:
    """How often documents taken out and assigned again went where they are.

    documents: that are in a topic and were assigned again. share: of these, to their own topic;
    None where there was none. alone: the same, those counted as right that would be called unlike
    all others. error: how far confidence is from the share that agrees, on documents it was not
    learnt from (expected calibration error).
    """

    documents: int
    share: float | None
    alone: float | None
    error: float | None


@dataclass(frozen=True, eq=False)
class Judge:
    """Says how sure a share of votes is, and from which distance on a document is unlike.

    knots: share of votes, ascending, and how often it was right, of the first and of the second
    topic. limit: mean cosine distance to the k nearest, above which a document is unlike all.
    again: (m,) the topics that documents got which were taken out and assigned again, -1 for none;
    what new documents are compared with.
    """

    first: tuple[Floats, Floats]
    second: tuple[Floats, Floats]
    limit: float
    again: Ints
    agreement: Agreement

    def confidence(self, opinion: Opinion) -> tuple[Floats, Floats]:
        """(m,) of the first and of the second topic, 0 to 1, together at most 1."""
        first = np.interp(opinion.first_share, *self.first).astype(np.float32)
        second = np.interp(opinion.second_share, *self.second).astype(np.float32)
        second[opinion.second == NO_TOPIC] = 0
        return first, np.minimum(second, 1 - first)


def opinion(near: NDArray[np.integer], weight: Floats, topics: Topics) -> Opinion:
    """Count the votes of (m, c) neighbours by the topics they are in."""
    k = len(topics.found)
    ids = np.append(topics.ids, NO_TOPIC).astype(np.int32)
    column = _columns(topics)
    parts = [
        _counted(column[near[start : start + _BLOCK]], weight[start : start + _BLOCK], k)
        for start in range(0, max(len(near), 1), _BLOCK)
    ]
    first, first_share, second, second_share = (
        np.concatenate(part) for part in zip(*parts, strict=True)
    )
    return Opinion(ids[first], first_share, ids[second], second_share)


def _columns(topics: Topics) -> Ints:
    """(n,) which topic of `found` a document is in; their number for none."""
    order = np.argsort(topics.ids, kind="stable")
    place = np.searchsorted(topics.ids[order], topics.assigned)
    k = len(topics.found)
    column = np.full(len(topics.assigned), k, dtype=np.int32)
    inside = np.flatnonzero(topics.assigned != NO_TOPIC)
    column[inside] = order[place[inside]]
    return column


def _counted(columns: Ints, weight: Floats, k: int) -> tuple[Ints, Floats, Ints, Floats]:
    m = len(columns)
    at = np.arange(m)
    flat = (at[:, None] * (k + 1) + columns).ravel()
    votes = np.bincount(flat, weights=weight.ravel(), minlength=m * (k + 1)).astype(float)
    votes = votes.reshape(m, k + 1)
    votes /= np.maximum(votes.sum(axis=1, keepdims=True), 1e-12)
    none = votes[:, k].copy()
    votes[:, k] = -1 if k else 0
    order = np.argsort(-votes, axis=1, kind="stable")[:, :2]
    first = np.where(none > _NONE, k, order[:, 0])
    second = np.where(none > _NONE, order[:, 0], order[:, 1] if k > 1 else k)
    votes[:, k] = none
    return (
        first.astype(np.int32),
        votes[at, first].astype(np.float32),
        second.astype(np.int32),
        np.where(second < k, votes[at, second], 0).astype(np.float32),
    )


def learn_judge(near: Neighbourhood, topics: Topics) -> Judge:
    """Assign the documents of the sample as if they were new, and compare with where they are.

    Confidence is isotonic regression of agreement on the share of votes (Zadrozny & Elkan 2002).
    """
    there = np.flatnonzero(np.isfinite(near.away))
    said = opinion(near.near[there], near.weight[there], topics)
    true = topics.assigned[near.sample[there]]
    away = near.away[there]
    limit = float(np.quantile(away, USUAL)) if len(away) else 0.0
    right = (said.first == true).astype(np.float32)
    also = (said.second == true).astype(np.float32)
    return Judge(
        _isotonic(said.first_share, right),
        _isotonic(said.second_share, also),
        limit,
        np.where(away > limit, NO_TOPIC, said.first).astype(np.int32),
        _agreement(said, right, true != NO_TOPIC, away > limit),
    )


def _agreement(
    said: Opinion, right: Floats, inside: NDArray[np.bool_], unlike: NDArray[np.bool_]
) -> Agreement:
    if not inside.any():
        return Agreement(0, None, None, None)
    kept = right.astype(bool) & ~unlike
    return Agreement(
        int(inside.sum()),
        round(float(kept[inside].mean()), 4),
        round(float(right[inside].mean()), 4),
        _error(said.first_share, right),
    )


def _isotonic(share: Floats, right: Floats) -> tuple[Floats, Floats]:
    """Knots of a rising curve; with nothing to learn from, what the votes say."""
    if not len(share):
        return np.array([0, 1], np.float32), np.array([0, 1], np.float32)
    from sklearn.isotonic import IsotonicRegression

    fitted = IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip").fit(share, right)
    # So many right answers in a row do not make the next one certain.
    most = 1 - 1 / (len(share) + 2)
    return (
        np.asarray(fitted.X_thresholds_, dtype=np.float32),
        np.minimum(fitted.y_thresholds_, most).astype(np.float32),
    )


def _error(share: Floats, right: Floats, *, folds: int = 5, bins: int = 10) -> float | None:
    """Expected calibration error, each fold judged by the curve of the others."""
    if len(share) < 10 * folds:
        return None
    fold = np.arange(len(share)) % folds
    sure = np.empty(len(share), dtype=np.float32)
    for n in range(folds):
        sure[fold == n] = np.interp(
            share[fold == n], *_isotonic(share[fold != n], right[fold != n])
        )
    place = np.minimum((sure * bins).astype(int), bins - 1)
    gaps = [
        abs(float(sure[place == b].mean() - right[place == b].mean())) * float((place == b).mean())
        for b in np.unique(place)
    ]
    return round(sum(gaps), 4)
