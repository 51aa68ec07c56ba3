"""Vectors of a corpus in; what is near for each, and who is nearest to some taken out of it, out.

It knows nothing of topics: whatever edits do to these, it stays as it is.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.progress import SILENT, Progress
from engine.topics.assign.nearest import nearest
from engine.topics.assign.pull import Scale, scale, weights

Floats = NDArray[np.float32]
Places = NDArray[np.int64]

CANDIDATES = 100
"""Nearest documents that can pull: further ones hardly ever do."""
SAMPLE = 20_000
"""Documents that are assigned again to learn how sure an answer is."""
EXACT = 20_000
"""Documents above which the neighbours of all are looked for approximately, where that can be."""
_SPARE = 8
_BLOCK = 500


@dataclass(frozen=True, eq=False)
class Neighbourhood:
    """n documents, m of them as if they were new.

    rho, sigma: (n,) float32, the scale of each document. sample: (m,) places of those taken out.
    near: (m, c) int32 places of the documents nearest to each, its copies left out. weight: (m, c)
    float32 of these edges, without the document itself in the others' scales. away: (m,) float32
    mean cosine distance to the k nearest; nan where there are none but copies.
    """

    rho: Floats
    sigma: Floats
    sample: Places
    near: NDArray[np.int32]
    weight: Floats
    away: Floats

    @property
    def scale(self) -> Scale:
        """Of all documents."""
        return Scale(self.rho, self.sigma)

    def save(self, folder: Path) -> None:
        """Write an .npy for each part."""
        for part in fields(self):
            np.save(folder / f"{part.name}.npy", getattr(self, part.name))


def load_neighbourhood(folder: Path) -> Neighbourhood:
    """What was saved, memory-mapped."""
    names = [part.name for part in fields(Neighbourhood)]
    return Neighbourhood(**{n: np.load(folder / f"{n}.npy", mmap_mode="r") for n in names})


def mean_away(away: Floats, k: int) -> Floats:
    """(m,) mean of the k smallest of (m, c) ascending distances; nan where there are none."""
    first = np.where(np.isfinite(away[:, :k]), away[:, :k], np.nan)
    count = np.isfinite(first).sum(axis=1)
    with np.errstate(invalid="ignore"):
        found: Floats = (np.nansum(first, axis=1) / np.where(count, count, np.nan)).astype("f4")
    return found


def learn(
    vectors: Floats, groups: Places, k: int, *, seed: int = 0, progress: Progress = SILENT
) -> Neighbourhood:
    """Compare the documents with each other.

    Args:
        vectors: (n, width) float32.
        groups: (n,) equal for documents that are copies, or almost, of each other.
        k: Documents that count as near.
        seed: Of the sample, where there are more than 20,000.
        progress: Goes by documents.
    """
    n = len(vectors)
    order = np.random.default_rng(seed).permutation(n)
    sample = np.sort(order[:SAMPLE]).astype(np.int64)
    progress.stage("Comparing documents", total=len(sample), unit="documents")
    near, alike = [], []
    for start in range(0, len(sample), _BLOCK):
        part = sample[start : start + _BLOCK]
        found = nearest(vectors, vectors[part], CANDIDATES, groups=groups, own=groups[part])
        near.append(found[0])
        alike.append(found[1])
        progress.advance(len(part))
    places, away = np.concatenate(near), 1 - np.concatenate(alike)
    lists = (places, away) if n <= EXACT else _approximate(vectors, groups, k, progress)
    whole = scale(lists[1][:, :k])
    weight = np.zeros_like(away)
    for start in range(0, len(sample), _BLOCK):
        rows = slice(start, start + _BLOCK)
        theirs = _without(places[rows], groups[sample[rows]], lists, groups, whole, k)
        weight[rows] = weights(away[rows], k, theirs)
    return Neighbourhood(
        whole.rho, whole.sigma, sample, places.astype(np.int32), weight, mean_away(away, k)
    )


def _without(
    near: Places, own: Places, lists: tuple[Places, Floats], groups: Places, whole: Scale, k: int
) -> Scale:
    """Scales of the documents `near`, (m, c), without those of the group `own`, (m,)."""
    theirs = whole.of(near)
    rho, sigma = np.array(theirs.rho), np.array(theirs.sigma)
    few = slice(0, min(k + _SPARE, lists[0].shape[1]))
    mine = groups[lists[0][near][:, :, few]] == own[:, None, None]
    hit = mine[:, :, :k].any(axis=2)
    if hit.any():
        left = np.where(mine[hit], np.inf, lists[1][near[hit]][:, few])
        left.sort(axis=1)
        found = scale(left[:, :k])
        rho[hit], sigma[hit] = found.rho, found.sigma
    return Scale(rho, sigma)


def _approximate(
    vectors: Floats, groups: Places, k: int, progress: Progress
) -> tuple[Places, Floats]:
    """Nearest documents of every document: by nearest-neighbour descent, which finds nearly all of
    them (99.8 % of 10,000), or exactly where that library is not here."""
    import importlib.util

    progress.stage("Comparing all documents")
    if importlib.util.find_spec("manifolds_rs") is None:
        places, alike = nearest(vectors, vectors, k + _SPARE, groups=groups, own=groups)
        return places, 1 - alike
    from engine.topics.reduce.manifolds import neighbours

    places, away = neighbours(np.asarray(vectors), k=2 * k + _SPARE)
    away[groups[places] == groups[:, None]] = np.inf
    order = np.argsort(away, axis=1, kind="stable")[:, : k + _SPARE]
    return np.take_along_axis(places, order, axis=1), np.take_along_axis(away, order, axis=1)
