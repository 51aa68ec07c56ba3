"""Points of some documents and vectors of more in, points of all out: the stage 'project add'."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.topics.add.spec import ProjectAddSpec
from engine.topics.assign.card import load_card
from engine.topics.assign.nearest import nearest
from engine.topics.assign.neighbourhood import CANDIDATES, load_neighbourhood
from engine.topics.assign.pull import weights
from engine.work import Work

Floats = NDArray[np.float32]

_BLOCK = 1024


def build(spec: ProjectAddSpec, work: Work) -> dict[str, Any]:
    """Write ``points.npy``, (n, dims) float32: the points there are, then those of new documents.

    A new one lies in the mean of its neighbours, each as heavy as its edge in UMAP's graph, which
    is where UMAP begins with it too; nothing is moved for it.

    Returns:
        documents, placed (how many are new), dims, method and engine.
    """
    before = work.inputs["projection"]
    points = np.load(before.path / "points.npy", mmap_mode="r")
    vectors = np.load(work.inputs["vectors"].path / "vectors.npy", mmap_mode="r")
    ready = work.inputs["assigner"]
    near, k = load_neighbourhood(ready.path), load_card(ready).neighbors
    n = len(points)
    work.progress.stage("Placing documents", total=len(vectors) - n, unit="documents")
    placed = [np.asarray(points)]
    for start in range(n, len(vectors), _BLOCK):
        asked = vectors[start : start + _BLOCK]
        places, alike = nearest(vectors[:n], asked, CANDIDATES)
        away = 1 - alike
        placed.append(mean_of(points[places], weights(away, k, near.scale.of(places))))
        work.progress.advance(len(asked))
    np.save(work.out / "points.npy", np.concatenate(placed).astype(np.float32))
    return {
        "documents": len(vectors),
        "placed": len(vectors) - n,
        "dims": points.shape[1],
        "method": str(before.facts.get("method", "")),
        "engine": str(before.facts.get("engine", "")),
    }


def mean_of(points: Floats, heavy: Floats) -> Floats:
    """(m, dims) means of (m, c, dims) points, (m, c) heavy; plain ones where nothing weighs."""
    whole = heavy.sum(axis=1, keepdims=True)
    share = np.where(whole > 0, heavy / np.maximum(whole, 1e-12), 1 / heavy.shape[1])
    found: Floats = np.einsum("mcd,mc->md", points, share)
    return found
