"""A dataset's vectors in, its points in few dimensions and how faithful they are out."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.topics.reduce.faithful import neighbours_kept, trustworthy
from engine.topics.reduce.graph import shared
from engine.topics.reduce.reduced import reduce
from engine.topics.reduce.spec import ProjectSpec, embed_spec
from engine.work import Work


def build(spec: ProjectSpec, work: Work) -> dict[str, Any]:
    """Reduce the vectors; writes ``points.npy``, (n, dims) float32.

    Returns:
        documents, dims, method, engine, reduce_seconds, kept (the share of the 15 nearest documents
        that stay among the 15 nearest) and trustworthiness, both of a sample.
    """
    vectors = np.load(work.make(embed_spec(spec)).path / "vectors.npy", mmap_mode="r")
    graph = shared(spec, work, documents=len(vectors))
    work.progress.stage("Reducing the vectors")
    reduced = reduce(
        vectors,
        dims=spec.dims,
        method=spec.method,
        neighbors=spec.neighbors,
        min_dist=spec.min_dist,
        seed=spec.seed,
        engine=spec.engine,
        graph=graph,
    )
    if reduced.why:
        work.progress.note(reduced.why)
    np.save(work.out / "points.npy", reduced.points)
    return {
        "documents": len(vectors),
        "dims": spec.dims,
        "method": spec.method,
        "engine": reduced.engine,
        "reduce_seconds": reduced.seconds,
        "kept": neighbours_kept(vectors, reduced.points, seed=spec.seed),
        "trustworthiness": trustworthy(vectors, reduced.points, seed=spec.seed),
    }
