"""Reduced points and vectors in; topics, how surely, and every other level of them out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from engine.errors import InputError
from engine.topics.cluster.grains import dense, grains
from engine.topics.cluster.levels import Level, all_alike, levels
from engine.topics.cluster.plscan import plscan
from engine.topics.cluster.tree import Tree, merge_tree

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]
Cluster = Literal["hdbscan", "kmeans", "plscan"]

NEIGHBOURS = 15
MOST_OUTSIDE = 0.1
"""Share of the documents that may be left in no topic, where the levels are chosen by Limn."""
_BLOCK = 100_000
_FEWEST_APART = 15


class NoTopics(InputError):
    """The documents have no topic of the kind that was asked for."""


@dataclass(frozen=True, eq=False)
class Clustering:
    """labels: (n,) int32, largest topic first, -1 for none. strength: (n,) float32, the share of a
    document's 15 nearest ones that are in its topic. levels: what other numbers of topics are
    like. tree: of the merges that lead from one to the next; None where there are no grains. why: a
    sentence where something else was done than asked for, or nothing was found; else ""."""

    labels: Ints
    strength: Floats
    levels: tuple[Level, ...]
    tree: Tree | None
    why: str = ""


def cluster(
    points: Floats,
    vectors: Floats,
    *,
    method: Cluster = "hdbscan",
    topics: int = 0,
    min_cluster_size: int = 0,
    leave_out: bool = True,
    every_level: bool = True,
    seed: int = 0,
) -> Clustering:
    """Find the topics of n documents.

    HDBSCAN's leaves, which are many and small, are merged by Ward's criterion, and the level is
    chosen by how far the topics lie apart in the encoder's own space (see levels). Only documents
    that HDBSCAN leaves out and whose neighbours mostly disagree with their topic are in none, and
    at most a tenth of all. Documents at the very same point, as many copies of one text are, count
    once, so that copies make no topic and move no level; plain HDBSCAN and PLSCAN count them all.

    Args:
        points: (n, dims) float32, the reduced vectors.
        vectors: (n, width) float32.
        method: hdbscan; kmeans, which leaves nothing out; or plscan, which is taken as it is.
        topics: How many; 0 chooses.
        min_cluster_size: Above 0 plain HDBSCAN of that size is taken as it is.
        leave_out: Whether documents may be in no topic.
        every_level: Whether to judge other numbers of topics too where one is asked for.
        seed: Equal seeds give equal topics.

    Raises:
        InputError: more topics wanted than there are documents; or PLSCAN is not installed, or a
            number is wanted of it.
        NoTopics: plain HDBSCAN or PLSCAN finds none.
    """
    n = len(points)
    if method == "plscan" and topics:
        raise InputError(
            "PLSCAN chooses the number of topics by itself: leave topics at 0, or take hdbscan."
        )
    if topics > n:
        raise InputError(
            f"{topics} topics are wanted of {n} documents: ask for at most as many as there are."
        )
    first, place = _once(points)
    if _FEWEST_APART <= len(first) < n and len(first) >= topics and not min_cluster_size:
        fewer = cluster(
            points[first], vectors[first], method=method, topics=topics, leave_out=leave_out,
            every_level=every_level, seed=seed,
        )  # fmt: skip
        return _with_copies(fewer, place)
    grain, noise = grains(points, seed=seed)
    tree = merge_tree(points, grain) if grain.max(initial=0) > 0 else None
    judge = tree is not None and (every_level or not topics)
    found = levels(tree, vectors, seed=seed) if tree and judge else []
    if method == "plscan" or (min_cluster_size and method == "hdbscan"):
        if all_alike(vectors):
            raise NoTopics("These documents are all alike, so there are no topics to tell apart.")
        labels = largest_first(_as_it_is(points, method, min_cluster_size))
        return Clustering(labels, agreement(points, labels), tuple(found), tree)
    why = ""
    wanted = topics or next((level.topics for level in found if level.chosen), 1)
    if method == "kmeans":
        labels = _kmeans(points, wanted, seed)
    elif tree and wanted <= tree.most:
        labels = tree.labels_at(wanted)
    elif wanted > 1:
        labels = _kmeans(points, wanted, seed)
        most = tree.most if tree else 1
        why = (
            f"HDBSCAN finds {most} dense {'spot' if most == 1 else 'spots'} among {n:,} documents, "
            f"fewer than {wanted} topics, so K-Means cut them instead."
        )
    else:
        labels = np.zeros(n, dtype=np.int32)
    if not topics and wanted == 1:
        why = (
            "These documents do not fall apart into topics, so they are one. Ask for a number with "
            "topics, or look closer with fewer neighbors."
        )
    strength = agreement(points, labels)
    if method == "hdbscan" and leave_out:
        labels = _without_strays(labels, strength, noise)
    return Clustering(labels, strength, tuple(found), tree, why)


def _once(points: Floats) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The first document at each point, in order, and which of these stands where each does."""
    _, firsts, place = np.unique(points, axis=0, return_index=True, return_inverse=True)
    order = np.argsort(firsts)
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    return firsts[order], rank[place.ravel()]


def _with_copies(fewer: Clustering, place: NDArray[np.int64]) -> Clustering:
    """The same of all documents, `place` being the one that stands for each."""
    tree = fewer.tree and Tree(fewer.tree.grain[place], fewer.tree.merges)
    labels = largest_first(fewer.labels[place])
    return Clustering(labels, fewer.strength[place], fewer.levels, tree, fewer.why)


def _as_it_is(points: Floats, method: Cluster, min_cluster_size: int) -> Ints:
    """(n,) int32 clusters of PLSCAN or plain HDBSCAN; NoTopics where there are none."""
    if method == "plscan":
        labels = plscan(points, min_cluster_size=min_cluster_size)
    else:
        labels = dense(points, min_cluster_size)
    if labels.max(initial=-1) < 0:
        size = f" of {min_cluster_size:,} documents or more" if min_cluster_size else ""
        way = "lower min_cluster_size, or leave it at 0" if min_cluster_size else "take hdbscan"
        raise NoTopics(f"No topic{size} was found among {len(points):,}: {way}.")
    return labels


def agreement(points: Floats, labels: Ints) -> Floats:
    """(n,) float32, the share of each point's 15 nearest others that have its label."""
    from scipy.spatial import cKDTree

    n = len(points)
    k = min(NEIGHBOURS, n - 1)
    if k < 1:
        return np.ones(n, dtype=np.float32)
    tree = cKDTree(points)
    share = np.empty(n, dtype=np.float32)
    for start in range(0, n, _BLOCK):
        block = slice(start, min(n, start + _BLOCK))
        _, near = tree.query(points[block], k=k + 1, workers=-1)
        # Itself is among them, but equal points may come first.
        same = (labels[near] == labels[block, None]).sum(axis=1) - 1
        share[block] = same / k
    return share


def largest_first(labels: Ints) -> Ints:
    """The labels numbered anew by size, -1 left as it is."""
    there = labels >= 0
    names, place, sizes = np.unique(labels[there], return_inverse=True, return_counts=True)
    rank = np.empty(len(names), dtype=np.int32)
    rank[np.argsort(-sizes, kind="stable")] = np.arange(len(names), dtype=np.int32)
    fresh = np.full(len(labels), -1, dtype=np.int32)
    fresh[there] = rank[place]
    return fresh


def _without_strays(labels: Ints, strength: Floats, noise: NDArray[np.bool_]) -> Ints:
    stray = np.flatnonzero(noise & (strength < 0.5))
    most = int(MOST_OUTSIDE * len(labels))
    stray = stray[np.argsort(strength[stray], kind="stable")[:most]]
    kept = labels.copy()
    kept[stray] = -1
    # A topic all of strays stays one.
    lost = np.setdiff1d(labels, kept)
    kept[np.isin(labels, lost)] = labels[np.isin(labels, lost)]
    return largest_first(kept)


def _kmeans(points: Floats, k: int, seed: int) -> Ints:
    from sklearn.cluster import KMeans, MiniBatchKMeans
    from threadpoolctl import threadpool_limits

    kind = KMeans if len(points) <= _BLOCK else MiniBatchKMeans
    with threadpool_limits(limits=1):
        labels = kind(k, n_init=4, random_state=seed).fit_predict(points)
    return largest_first(labels.astype(np.int32))
