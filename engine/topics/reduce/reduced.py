"""Vectors in, points in few dimensions out, and which library made them."""

from __future__ import annotations

import importlib.util
import logging
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from engine.errors import InputError
from engine.topics.reduce.axes import main_axes

log = logging.getLogger(__name__)

Floats = NDArray[np.float32]
Method = Literal["umap", "tsne", "pca"]
Engine = Literal["auto", "manifolds", "umap-learn", "cuml", "opentsne", "pca"]

FEWEST = 15
"""Documents below which neighbours mean nothing, and the main axes are taken."""
MANY = 200_000
"""Documents above which neighbours are looked for along the 64 main axes: a sixth of the memory."""
AXES_OF_MANY = 64
_UNUSED = (
    "The vectors were reduced on the processor: on a GPU only cuML does it, and it is not here."
)


@dataclass(frozen=True, eq=False)
class Graph:
    """places: (n, k) int64, the k nearest documents to each, itself left out. away: (n, k) float32,
    their cosine distances."""

    places: NDArray[np.int64]
    away: Floats


@dataclass(frozen=True, eq=False)
class Reduced:
    """points: (n, dims) float32. engine: the library that made them. why: a sentence, or "".

    seconds: what it took, by the clock.
    """

    points: Floats
    engine: str
    why: str = ""
    seconds: float = 0.0


def reduce(
    vectors: Floats,
    *,
    dims: int,
    method: Method = "umap",
    neighbors: int = 15,
    min_dist: float = 0.0,
    seed: int = 0,
    engine: Engine = "auto",
    graph: Graph | None = None,
) -> Reduced:
    """Put documents that are near each other near each other in `dims` dimensions.

    Args:
        vectors: (n, width) float32 of length 1; may be memory-mapped.
        dims: 1 or more; t-SNE makes 2.
        method: umap (McInnes et al. 2018, arXiv:1802.03426), tsne (van der Maaten & Hinton 2008) or
            pca, the main axes.
        neighbors: How many documents count as near (umap), or the perplexity (tsne).
        min_dist: How close points may lie (umap); 0 is best for finding clusters.
        seed: Equal seeds give equal points, in a new process too.
        engine: The library; auto takes the quickest that is installed and says so where that is
            not the usual one.
        graph: The nearest `neighbors` of each document where they are known, for manifolds; the
            points are the same without, a third later.

    Raises:
        InputError: that library is not installed, or does not do this.
    """
    began = time.monotonic()
    n = len(vectors)
    near = min(neighbors, n - 1)
    if method == "pca" or n < FEWEST:
        chosen: str = "pca"
        why = "" if method == "pca" else f"With {n} documents the main axes say as much."
        points = main_axes(vectors, dims)
    elif method == "tsne":
        if engine not in ("auto", "opentsne"):
            raise InputError(f"{engine} makes no t-SNE here; choose auto or opentsne.")
        if dims != 2:
            raise InputError(f"t-SNE makes 2 dimensions, not {dims}; take umap for more.")
        from engine.topics.reduce.open_tsne import tsne

        chosen, why = "opentsne", ""
        points = tsne(fewer_axes(vectors), perplexity=near, seed=seed)
    else:
        chosen, why = _umap_engine(engine)
        rows = fewer_axes(vectors)
        if chosen == "cuml" and engine == "auto":
            try:
                points = _umap(chosen, rows, dims, near, min_dist, seed)
            except (RuntimeError, MemoryError, ImportError) as error:
                log.warning("cuML: %s", error)
                chosen, other = _umap_engine("auto", without="cuml")
                why = f"cuML could not reduce the vectors on the GPU ({_first(error)}). {other}"
                points = _umap(chosen, rows, dims, near, min_dist, seed)
        else:
            points = _umap(chosen, rows, dims, near, min_dist, seed, graph)
    points = np.ascontiguousarray(points, dtype=np.float32)
    return Reduced(points, chosen, why.strip(), round(time.monotonic() - began, 2))


def umap_library(engine: Engine) -> str:
    """The library that would make a UMAP.

    Raises:
        InputError: it is not installed.
    """
    return _umap_engine(engine)[0]


def _umap(
    library: str,
    rows: Floats,
    dims: int,
    neighbors: int,
    min_dist: float,
    seed: int,
    graph: Graph | None = None,
) -> Floats:
    if library == "manifolds" and graph is not None:
        from engine.topics.reduce.manifolds import umap_of

        return umap_of(rows, graph.places, graph.away, dims=dims, min_dist=min_dist, seed=seed)
    if library == "cuml":
        from engine.topics.reduce.rapids import umap
    elif library == "manifolds":
        from engine.topics.reduce.manifolds import umap
    else:
        from engine.topics.reduce.umap_learn import umap
    return umap(rows, dims=dims, neighbors=neighbors, min_dist=min_dist, seed=seed)


def fewer_axes(vectors: Floats) -> Floats:
    """The vectors, or of very many what they are along their 64 main axes."""
    if len(vectors) <= MANY or vectors.shape[1] <= AXES_OF_MANY:
        return vectors
    return main_axes(vectors, AXES_OF_MANY, centred=False)


def _umap_engine(wanted: Engine, *, without: str = "") -> tuple[str, str]:
    there = {
        "cuml": _installed("cuml") and _on_gpu(),
        "manifolds": _installed("manifolds_rs"),
        "umap-learn": _installed("umap"),
    }
    if wanted != "auto":
        if not there.get(wanted):
            known = ", ".join(name for name, here in there.items() if here)
            raise InputError(f"{wanted} makes no UMAP on this machine; there is {known}.")
        return wanted, ""
    if there["cuml"] and without != "cuml":
        return "cuml", "Reduced on the GPU by cuML."
    unused = "" if there["cuml"] or not _gpu_there() else _UNUSED
    if there["manifolds"]:
        return "manifolds", unused
    slow = (
        "manifolds-rs has no wheel for this machine, so umap-learn reduces the vectors: it takes "
        "about a minute longer to begin."
    )
    return "umap-learn", f"{unused} {slow}".strip()


def _installed(package: str) -> bool:
    return importlib.util.find_spec(package) is not None


def _on_gpu() -> bool:
    import torch

    return torch.cuda.is_available()


def _gpu_there() -> bool:
    """Whether an NVIDIA driver shows a device; asking PyTorch would take seconds."""
    return Path("/dev/nvidia0").exists()


def _first(error: BaseException) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0][:120]
