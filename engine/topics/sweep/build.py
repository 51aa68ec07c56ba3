"""Topics in, what every other least size of a topic would have given, out: the stage."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import InputError
from engine.store import Artifact
from engine.store.files import read_json, write_json
from engine.topics.cluster.levels import all_alike
from engine.topics.cluster.linkage import FEWEST
from engine.topics.spec import space_spec
from engine.topics.sweep.plateau import cliffs, plateau
from engine.topics.sweep.spec import SweepSpec
from engine.topics.sweep.sweep import Row, clusters, rows, sizes_for
from engine.topics.topics import load_topics
from engine.topics.wish import points_of, vectors_of, wish_of
from engine.work import Work

Ints = NDArray[np.int32]


def build(spec: SweepSpec, work: Work) -> dict[str, Any]:
    """Plain HDBSCAN at many least sizes, in the dimensions the topics were looked for.

    The tree of the points is made once and cut at each size; the same again after a reduction with
    another seed tells how far the answer at a size can be trusted.

    Writes ``sweep.json``: a row a size, as :class:`engine.topics.sweep.sweep.Row`.

    Returns:
        documents, sizes, topics_most, cliffs (pairs of neighbouring sizes between which topics
        become fewer than half), low, high and best (the recommended range of sizes and the best
        in it; None where there is none).

    Raises:
        InputError: too few documents, all of them alike, or how the topics were found is not known.
    """
    artifact = work.inputs["topics"]
    wish = wish_of(work.store, artifact)
    fit = np.asarray(load_topics(artifact).assigned)
    points = np.load(work.make(space_spec(wish)).path / "points.npy", mmap_mode="r")
    n = len(points)
    if n < FEWEST:
        raise InputError(
            f"{artifact.title} are of {n} documents; a sweep needs {FEWEST}, for fewer have no "
            "dense spots."
        )
    vectors = vectors_of(wish, artifact, work)
    if all_alike(vectors):
        raise InputError(
            f"The documents of {artifact.title} are all alike, so no size parts them into topics."
        )
    present = {wish.min_cluster_size} if wish.min_cluster_size else set()
    sizes = sorted({*sizes_for(n, spec.sizes), *present})
    work.progress.stage("Reducing the vectors with another seed")
    other = points_of(wish, vectors, seed=(wish.seed + 1) % 2**31)
    work.progress.stage("Trying sizes", total=2 * len(sizes), unit="sizes")
    found = [_counted(labels, work) for labels in clusters(np.asarray(points), sizes)]
    again = [_counted(labels, work) for labels in clusters(other, sizes)]
    table = rows(sizes, found, again, fit)
    write_json(work.out / "sweep.json", [_plain(row) for row in table])
    safe = plateau(table)
    return {
        "documents": n,
        "sizes": len(sizes),
        "topics_most": max(row.topics for row in table),
        "cliffs": cliffs(table),
        "low": safe.low if safe else None,
        "high": safe.high if safe else None,
        "best": safe.best if safe else None,
    }


def load_sweep(artifact: Artifact) -> list[Row]:
    """The rows, the smallest size first."""
    rows: list[dict[str, Any]] = read_json(artifact.path / "sweep.json")
    return [Row(**_known(row)) for row in rows]


def _counted(labels: Ints, work: Work) -> Ints:
    work.progress.advance()
    return labels


def _plain(row: Row) -> dict[str, Any]:
    return {name: None if value != value else value for name, value in asdict(row).items()}


def _known(row: dict[str, Any]) -> dict[str, Any]:
    return {name: float("nan") if value is None else value for name, value in row.items()}
