"""The number of topics Limn chooses by itself, against K-Means that is told the right one.

    python -m engine data add ... --name news && python -m engine embed news --name news-v
    LIMN_CACHE=cache python benchmarks/topic_levels.py news-v papers-v --seeds 0 1 2

Takes vectors artifacts whose datasets have labels, whole and in parts (their five and ten largest
categories, the two largest, every fifth document). For each: classes (of 0.5 % of the documents and
more), topics found, NMI with the labels, and its ratio to that of K-Means told the number of
classes, on the vectors and on the reduced points. The last line printed is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from engine.store import default_store  # noqa: E402
from engine.topics.cluster.cluster import cluster  # noqa: E402
from engine.topics.reduce.reduced import reduce  # noqa: E402

_SHARE = 0.005


def labelled(name: str) -> tuple[np.ndarray, np.ndarray]:
    import pyarrow.parquet as pq

    store = default_store()
    vectors = store.get(name, "vectors")
    dataset = next(a for a in store.inputs(vectors) if a.kind == "dataset")
    labels = pq.read_table(dataset.path / "rows.parquet", columns=["label"])["label"].to_pylist()
    return np.load(vectors.path / "vectors.npy"), np.array([str(label) for label in labels])


def parts(labels: np.ndarray) -> dict[str, np.ndarray]:
    """Name of a part to its places."""
    names, sizes = np.unique(labels, return_counts=True)
    order = names[np.argsort(-sizes, kind="stable")]
    found = {"whole": np.arange(len(labels)), "every fifth": np.arange(0, len(labels), 5)}
    for k in (2, 5, 10, 20):
        if k < len(order):
            found[f"{k} largest"] = np.flatnonzero(np.isin(labels, order[:k]))
    return found


def judged(vectors: np.ndarray, labels: np.ndarray, seed: int) -> dict[str, float]:
    from sklearn.cluster import KMeans
    from sklearn.metrics import normalized_mutual_info_score as nmi

    _, sizes = np.unique(labels, return_counts=True)
    k = int((sizes >= _SHARE * len(labels)).sum())
    points = reduce(vectors, dims=5, seed=seed).points
    found = cluster(points, vectors, seed=seed).labels
    ours = nmi(labels, found)
    told = [
        nmi(labels, KMeans(k, n_init=2, random_state=seed).fit_predict(x))
        for x in (vectors, points)
    ]
    return {
        "classes": k,
        "topics": int(found.max()) + 1,
        "nmi": round(float(ours), 3),
        "times_kmeans_on_vectors": round(float(ours / told[0]), 2),
        "times_kmeans_on_points": round(float(ours / told[1]), 2),
        "in_no_topic": round(float((found < 0).mean()), 3),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("vectors", nargs="+")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    args = parser.parse_args()
    report = {}
    for name in args.vectors:
        vectors, labels = labelled(name)
        for part, places in parts(labels).items():
            for seed in args.seeds:
                row = judged(vectors[places], labels[places], seed)
                report[f"{name}, {part}, seed {seed}"] = row
                print(f"{name:16} {part:12} {len(places):6,} {row}", flush=True)
    right = [
        row["classes"] / 2 <= row["topics"] <= row["classes"] * 2
        and min(row["times_kmeans_on_vectors"], row["times_kmeans_on_points"]) >= 0.9
        and row["in_no_topic"] <= 0.1
        for row in report.values()
    ]
    print(json.dumps({"right": sum(right), "of": len(right), "rows": report}))


if __name__ == "__main__":
    main()
