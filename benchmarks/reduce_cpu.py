"""Vectors to 5 dimensions on a CPU: each library in a process of its own, by turns.

    LIMN_CACHE=... python benchmarks/reduce_cpu.py VECTORS [VECTORS ...] --rounds 3

VECTORS are artifacts of `python -m engine embed` of datasets with labels. Seconds run from the
start of the process, so that imports and compiling count. Then: neighbours kept (15 nearest),
whether every process gave the same bytes, and HDBSCAN(50, 10) on the points against the labels, the
documents in no cluster counted as one of their own. The last line printed is one JSON object.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import platform
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

ROUTES = ("manifolds", "manifolds-axes", "umap-learn", "pca")


def child(route, vectors, rows, dims, limit):
    import numpy as np
    import psutil

    from engine.topics.reduce.axes import main_axes
    from engine.topics.reduce.reduced import reduce

    held = np.load(vectors, mmap_mode="r")[:limit]
    if route == "pca":
        points = reduce(held, dims=dims, method="pca").points
    elif route == "manifolds-axes":
        few = main_axes(held, 64, centred=False)
        points = reduce(few, dims=dims, engine="manifolds").points
    else:
        points = reduce(held, dims=dims, engine=route).points
    found = {
        "seconds": time.time() - psutil.Process().create_time(),
        "processor_seconds": time.process_time(),
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "digest": hashlib.sha256(points.tobytes()).hexdigest(),
    }
    return found | quality(held, points, rows, limit)


def quality(held, points, rows, limit):
    import pyarrow.parquet as pq
    from hdbscan import HDBSCAN
    from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score

    from engine.topics.reduce.faithful import neighbours_kept

    labels = [str(one) for one in pq.read_table(rows, columns=["label"])["label"].to_pylist()]
    model = HDBSCAN(min_cluster_size=50, min_samples=10, core_dist_n_jobs=1)
    found = model.fit_predict(points.astype("float64"))
    return {
        "kept": neighbours_kept(held, points),
        "topics": int(found.max()) + 1,
        "outliers": float((found < 0).mean()),
        "nmi": float(normalized_mutual_info_score(labels[:limit], found)),
        "ari": float(adjusted_rand_score(labels[:limit], found)),
    }


def measure(route, name, dims, limit, store):
    artifact = store.get(name, "vectors")
    rows = store.inputs(artifact)[0].path / "rows.parquet"
    words = [__file__, "--child", route, str(artifact.path / "vectors.npy"), str(rows)]
    words += ["--dims", str(dims), "--limit", str(limit)]
    out = subprocess.run([sys.executable, *words], capture_output=True, text=True, check=True)
    return json.loads(out.stdout.splitlines()[-1])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("vectors", nargs="*")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--dims", type=int, default=5)
    parser.add_argument("--limit", type=int, default=10**9)
    parser.add_argument("--routes", default=",".join(ROUTES))
    parser.add_argument("--child", nargs=3, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.child:
        print(json.dumps(child(*args.child, args.dims, args.limit)))
        return
    from engine.store import default_store

    store, report = default_store(), {}
    print(
        "| vectors | route | s | processor s | MiB | kept | topics | outliers | NMI | ARI | same |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|---|")
    for name in args.vectors:
        runs = {route: [] for route in args.routes.split(",")}
        for _ in range(args.rounds):
            for route, held in runs.items():
                held.append(measure(route, name, args.dims, args.limit, store))
        report[name] = {route: told(name, route, held) for route, held in runs.items()}
    print(
        json.dumps({"corpora": report, "rounds": args.rounds, "python": platform.python_version()})
    )


def told(name, route, held):
    row = {
        key: round(statistics.median(one[key] for one in held), 4)
        for key in held[0]
        if key != "digest"
    }
    row["same"] = len({one["digest"] for one in held}) == 1 if len(held) > 1 else None
    print(
        f"| {name} | {route} | {row['seconds']:.1f} | {row['processor_seconds']:.1f} "
        f"| {row['peak_mib']:.0f} | {row['kept']:.3f} | {row['topics']:.0f} "
        f"| {row['outliers']:.2f} | {row['nmi']:.3f} | {row['ari']:.3f} | {row['same']} |",
        flush=True,
    )
    return row


if __name__ == "__main__":
    main()
