"""Wishes, points and vectors in; the topics found out: those asked for, and those of the rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from engine.topics.cluster.cluster import Clustering, agreement, cluster
from engine.topics.cluster.grains import grains, least
from engine.topics.guided import Asked, asked, carved, directions, drawn, not_found, usual_words_of
from engine.topics.spec import TopicsSpec
from engine.topics.topics import NO_TOPIC
from engine.topics.words.counts import Words
from engine.topics.words.describe import Encode

Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Found:
    """clustering: of all documents; its tree and levels are of the run that was asked for nothing,
    and each level has the topics asked for besides. wanted: what was asked for. labels: the label
    of each of these that took documents, by its place in `wanted`."""

    clustering: Clustering
    wanted: tuple[Asked, ...] = ()
    labels: Mapping[int, int] = field(default_factory=dict)

    def name_of(self, label: int) -> str:
        """The name that a topic was asked for by; "" where it has none."""
        for place, mine in self.labels.items():
            if mine == label and self.wanted[place].named:
                return self.wanted[place].called
        return ""


def find(spec: TopicsSpec, points: Floats, vectors: Floats, words: Words, encode: Encode) -> Found:
    """The topics of n documents.

    Topics that the spec names, or gives seed words for, take the documents that are about them (see
    :func:`engine.topics.guided.drawn`). All others have the topic they would have without.

    Args:
        spec: What is wished for; its number of topics includes those asked for.
        points: (n, dims) float32, the reduced vectors.
        vectors: (n, width) float32 of length 1.
        words: Of the same documents.
        encode: Gives phrases their vectors; asked only where the spec knows of topics.

    Raises:
        InputError: see :func:`engine.topics.cluster.cluster.cluster`.
    """
    wanted = asked(spec.names, spec.seeds)
    if not wanted:
        return Found(_clustered(spec, points, vectors, spec.topics))
    aims = directions(wanted, encode)
    said = usual_words_of(words)
    usual = encode(said) if said else aims[:0]  # few short texts may share no word
    spots, _ = grains(points, seed=spec.seed)
    place = drawn(vectors, spots, aims, usual, least=spec.likeness)
    took = len(np.unique(place[place != NO_TOPIC]))
    plain = _clustered(spec, points, vectors, max(1, spec.topics - took) if spec.topics else 0)
    labels, mine = carved(plain.labels, place, least=least(len(points)))
    found = replace(
        plain,
        labels=labels,
        strength=agreement(points, labels),
        levels=tuple(replace(level, topics=level.topics + took) for level in plain.levels),
        why=" ".join(said for said in (not_found(wanted, mine), plain.why) if said),
    )
    return Found(found, wanted, mine)


def _clustered(spec: TopicsSpec, points: Floats, vectors: Floats, topics: int) -> Clustering:
    return cluster(
        points,
        vectors,
        method=spec.cluster,
        topics=topics,
        min_cluster_size=spec.min_cluster_size,
        seed=spec.seed,
    )
