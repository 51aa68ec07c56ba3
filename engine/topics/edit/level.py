"""A state and a number of topics in; the merges of the fit cut at that number out."""

from __future__ import annotations

from bisect import bisect_left

import numpy as np

from engine.errors import InputError
from engine.topics.cluster.tree import Tree
from engine.topics.edit.context import Context
from engine.topics.edit.state import Ints, Report, State, put


def level(state: State, count: int, context: Context) -> tuple[State, Report]:
    """The documents put into `count` topics, as many merges before or after as that takes.

    Pinned topics are among the `count` and keep their documents; documents in no topic stay there.
    A topic whose documents all end in one place gives that place its id, the largest one if there
    are several.

    Raises:
        InputError: the topics were not merged from finer ones, there are not so many finer ones, or
            as many are pinned.
    """
    tree = context.tree
    free = (state.assigned >= 0) & ~np.isin(state.assigned, sorted(state.pinned))
    wanted = count - len(state.pinned)
    present = np.unique(tree.grain[free])
    if wanted < 1 or not len(present):
        raise InputError(
            f"{len(state.pinned)} topics are pinned: ask for more than that, or unpin some."
        )
    if wanted > len(present):
        raise InputError(
            f"{count:,} topics are more than there are: the finest level has "
            f"{len(present) + len(state.pinned):,}."
        )
    places = np.flatnonzero(free)
    cut = _grains_in(wanted, tree, present)[tree.grain[places]]
    return put(state, places, _numbers(state, state.assigned[places], cut)[cut])


def finest(state: State, tree: Tree) -> int:
    """The most topics that :func:`level` can make."""
    free = (state.assigned >= 0) & ~np.isin(state.assigned, sorted(state.pinned))
    return len(np.unique(tree.grain[free])) + len(state.pinned)


def _grains_in(wanted: int, tree: Tree, present: Ints) -> Ints:
    """(m,) the cluster of each grain, at the level where those `present` are in `wanted`."""

    def clusters(k: int) -> int:
        return len(np.unique(tree.grains_at(k)[present]))

    # Every merge taken back makes one cluster more, or none where nothing of it is present.
    return tree.grains_at(bisect_left(range(1, tree.most + 1), wanted, key=clusters) + 1)


def _numbers(state: State, before: Ints, cut: Ints) -> Ints:
    """(clusters,) int32, the topic id each cluster gets; -1 for those without documents.

    Args:
        state: For the next new id.
        before: The topic of each document that may move.
        cut: The cluster of each.
    """
    clusters = int(cut.max()) + 1
    numbers = np.full(clusters, -1, dtype=np.int32)
    largest = np.zeros(clusters, dtype=np.int64)
    sizes = np.bincount(before, minlength=state.next_id)
    pairs, shared = np.unique(before.astype(np.int64) * clusters + cut, return_counts=True)
    for pair, both in zip(pairs.tolist(), shared.tolist(), strict=True):
        topic, cluster = divmod(pair, clusters)
        if both == sizes[topic] > largest[cluster]:
            numbers[cluster], largest[cluster] = topic, both
    filled = np.bincount(cut, minlength=clusters)
    new = np.flatnonzero((numbers < 0) & (filled > 0))
    new = new[np.argsort(-filled[new], kind="stable")]
    numbers[new] = state.next_id + np.arange(len(new), dtype=np.int32)
    return numbers
