"""How far three ways of finding topics can be trusted, and what a sweep over least sizes saves.

    LIMN_CACHE=... python benchmarks/topic_trust.py TOPICS ... --seeds 3

TOPICS are artifacts whose datasets have labels. Their vectors are reduced with each seed; on the
same points topics are found as Limn does by itself, by PLSCAN (fast-plscan must be installed) and
by plain HDBSCAN of 15. For each: topics, share in none, NMI with the labels of the documents in a
topic, the same with the others as a topic of their own, seconds, and the mean adjusted Rand index
between seeds, where a document in no topic stands alone. Then seconds of a sweep with one tree for
all sizes, and with a fit for each. The last line printed is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from engine.store import default_store  # noqa: E402
from engine.topics.cluster.cluster import cluster  # noqa: E402
from engine.topics.cluster.grains import dense  # noqa: E402
from engine.topics.cluster.plscan import plscan  # noqa: E402
from engine.topics.reduce.reduced import reduce  # noqa: E402
from engine.topics.stability.score import rand  # noqa: E402
from engine.topics.sweep.sweep import clusters, sizes_for  # noqa: E402
from engine.topics.wish import wish_of  # noqa: E402


def read(name: str) -> tuple[Any, np.ndarray, np.ndarray]:
    import pyarrow.parquet as pq

    store = default_store()
    topics = store.get(name, "topics")
    made = {a.kind: a for a in store.inputs(topics)}
    labels = pq.read_table(made["dataset"].path / "rows.parquet", columns=["label"])["label"]
    vectors = np.load(made["vectors"].path / "vectors.npy")
    return wish_of(store, topics), vectors, np.array([str(label) for label in labels.to_pylist()])


def judged(
    find: Callable[[np.ndarray, int], np.ndarray], points: list[np.ndarray], labels: np.ndarray
) -> dict[str, float]:
    from sklearn.metrics import normalized_mutual_info_score as nmi

    found, seconds = [], []
    for seed, one in enumerate(points):
        began = time.perf_counter()
        found.append(find(one, seed))
        seconds.append(time.perf_counter() - began)
    inside = [one >= 0 for one in found]
    pairs = [rand(one, other) for one, other in combinations(found, 2)]
    return {
        "topics": float(np.mean([one.max() + 1 for one in found])),
        "in_none": round(float(np.mean([(one < 0).mean() for one in found])), 3),
        "nmi": round(
            float(np.mean([nmi(labels[i], o[i]) for i, o in zip(inside, found, strict=True)])), 3
        ),
        "nmi_of_all": round(float(np.mean([nmi(labels, one) for one in found])), 3),
        "ari_between_seeds": round(float(np.mean(pairs)), 3) if pairs else float("nan"),
        "seconds": round(float(np.median(seconds)), 2),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("topics", nargs="+")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--sizes", type=int, default=30)
    args = parser.parse_args()
    result: dict[str, Any] = {}
    for name in args.topics:
        wish, vectors, labels = read(name)
        points = [
            reduce(vectors, dims=wish.dims, neighbors=wish.neighbors, seed=seed).points
            for seed in range(args.seeds)
        ]
        ways: dict[str, Callable[[np.ndarray, int], np.ndarray]] = {
            "limn": lambda p, seed, v=vectors: cluster(p, v, seed=seed).labels,  # type: ignore[misc]
            "plscan": lambda p, _: plscan(p),
            "hdbscan 15": lambda p, _: dense(p, 15),
        }
        told = result[name] = {"documents": len(vectors), "ways": {}}
        for way, find in ways.items():
            told["ways"][way] = judged(find, points, labels)
            print(name, way, told["ways"][way], flush=True)
        sizes = sizes_for(len(vectors), args.sizes)
        began = time.perf_counter()
        once = list(clusters(points[0], sizes))
        told["sweep_seconds"] = round(time.perf_counter() - began, 2)
        began = time.perf_counter()
        each = [dense(points[0], size) for size in sizes]
        told["sweep_seconds_fit_by_fit"] = round(time.perf_counter() - began, 2)
        assert all((a == b).all() for a, b in zip(once, each, strict=True))
        print(name, len(sizes), "sizes", told["sweep_seconds"], told["sweep_seconds_fit_by_fit"])
    print(json.dumps(result))


if __name__ == "__main__":
    main()
