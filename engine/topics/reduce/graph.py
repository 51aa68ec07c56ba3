"""A dataset's vectors in, the nearest documents of each out: a graph that all UMAPs of it share."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.store import Artifact
from engine.topics.reduce.reduced import FEWEST, Graph, fewer_axes, umap_library
from engine.topics.reduce.spec import NeighborsSpec, ProjectSpec, ReadSpec, embed_spec
from engine.work import Work

Floats = NDArray[np.float32]

_ASKED = 200
_BLOCK = 65_536
_SAME = 1e-5


def build(spec: NeighborsSpec, work: Work) -> dict[str, Any]:
    """Find each document's nearest ones; writes ``places.npy`` int32 and ``away.npy`` float32.

    Returns:
        documents, neighbors, seconds (of the search alone) and recall (the share of the truly
        nearest that were found, of a sample of 200).
    """
    from engine.topics.reduce.manifolds import neighbours

    vectors = np.load(work.make(embed_spec(spec)).path / "vectors.npy", mmap_mode="r")
    k = min(spec.neighbors, len(vectors) - 1)
    work.progress.stage("Looking for neighbours")
    began = time.monotonic()
    rows = fewer_axes(vectors)
    places, away = neighbours(rows, k=k, seed=spec.seed)
    seconds = round(time.monotonic() - began, 2)
    np.save(work.out / "places.npy", places.astype(np.int32))
    np.save(work.out / "away.npy", away)
    return {
        "documents": len(vectors),
        "neighbors": k,
        "seconds": seconds,
        "recall": _recall(rows, places),
    }


def shared(spec: ProjectSpec, work: Work, *, documents: int) -> Graph | None:
    """The graph that this projection would look for by itself; None where it uses none."""
    if spec.method != "umap" or documents < FEWEST or umap_library(spec.engine) != "manifolds":
        return None
    fields = {name: getattr(spec, name) for name in (*ReadSpec.model_fields, "neighbors", "seed")}
    return load_graph(work.make(NeighborsSpec(**fields)))


def load_graph(artifact: Artifact) -> Graph:
    """What the stage wrote."""
    places = np.load(artifact.path / "places.npy").astype(np.int64)
    return Graph(places, np.load(artifact.path / "away.npy"))


def _recall(rows: Floats, places: NDArray[np.int64]) -> float:
    """Share of the places that are as near as the k truly nearest: of equal ones any will do."""
    n, k = places.shape
    asked = np.sort(np.random.default_rng(0).permutation(n)[:_ASKED])
    own = np.asarray(rows[asked], dtype=np.float32)
    best = np.full((len(asked), k), -np.inf, dtype=np.float32)
    for start in range(0, n, _BLOCK):
        alike = own @ np.asarray(rows[start : start + _BLOCK], dtype=np.float32).T
        here = np.flatnonzero((asked >= start) & (asked < start + _BLOCK))
        alike[here, asked[here] - start] = -np.inf
        best = np.partition(np.concatenate([best, alike], axis=1), -k, axis=1)[:, -k:]
    found = np.stack([rows[places[one]] @ rows[one] for one in asked])
    return round(float((found >= best.min(axis=1)[:, None] - _SAME).mean()), 4)
