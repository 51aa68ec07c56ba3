"""Vectors to finished topics on a CPU: ours against BERTopic with its defaults, the same vectors.

    LIMN_CACHE=... python benchmarks/topics_cpu.py VECTORS [VECTORS ...] --rounds 3

VECTORS are artifacts of `python -m engine embed` of datasets with labels. Each run is a process of
its own, by turns: `python -m engine topics` in a copy of the cache that holds the vectors and
nothing made of them (words, both reductions, the map, the artifact are made), and a BERTopic()
given texts and vectors. Then: seconds from start to end of the process, peak memory, topics,
documents in none, NMI and ARI with the labels (those in none as a group of their own), and NPMI of
the single words among ten by documents, the same function for both. K-Means told the number of
labels stands beside. The last line printed is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from itertools import combinations
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

ROOT = Path(__file__).resolve().parent.parent
KEPT = ("source", "dataset", "draft", "tokens", "vectors", "names")
PEER = """
import json, sys
import numpy as np, pyarrow.parquet as pq
from bertopic import BERTopic
vectors, rows, out = sys.argv[1:]
texts = pq.read_table(rows, columns=["text"])["text"].to_pylist()
model = BERTopic()
found, _ = model.fit_transform(texts, embeddings=np.load(vectors))
words = {t: [w for w, _ in model.get_topic(t)] for t in set(found) if t >= 0}
json.dump({"assigned": [int(t) for t in found], "words": list(words.values())}, open(out, "w"))
"""


def watched(words, env):
    """Seconds and peak MiB of a process and those it waited for; it must succeed."""
    began = time.perf_counter()
    with tempfile.TemporaryFile() as err:
        process = subprocess.Popen(words, cwd=ROOT, env=env, stdout=subprocess.DEVNULL, stderr=err)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.perf_counter() - began
        if process.returncode:
            err.seek(0)
            raise SystemExit(err.read().decode()[-2000:])
    return {
        "seconds": seconds,
        "processor_seconds": usage.ru_utime + usage.ru_stime,
        "peak_mib": usage.ru_maxrss / 1024,
    }


def ours(artifact, store):
    from engine.store import Store
    from engine.topics.topics import load_topics

    with tempfile.TemporaryDirectory(dir=store.root.parent) as folder:
        for kind in KEPT:
            if (store.root / kind).is_dir():
                shutil.copytree(store.root / kind, Path(folder) / kind)
        spec = artifact.manifest.spec
        words = [sys.executable, "-m", "engine", "topics", spec["dataset"]]
        for name in ("encoder", "precision", "attention", "max_length"):
            words.append(f"--{name.replace('_', '-')}={spec[name]}")
        cost = watched(words, {**os.environ, "LIMN_CACHE": folder})
        made = Store(Path(folder))
        if len(made.artifacts("vectors")) != len(store.artifacts("vectors")):
            raise SystemExit("the vectors were made anew: the times would not compare")
        topics = load_topics(made.artifacts("topics")[0])
        assigned = topics.assigned.tolist()
        return cost, assigned, [[word for word, _ in topic.words] for topic in topics.found]


def peer(artifact, rows):
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "found.json"
        vectors = str(artifact.path / "vectors.npy")
        words = [sys.executable, "-c", PEER, vectors, str(rows), str(out)]
        cost = watched(words, dict(os.environ))
        found = json.loads(out.read_text())
        return cost, found["assigned"], found["words"]


def judged(cost, assigned, words, labels, texts):
    import numpy as np
    from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score

    found = np.asarray(assigned)
    return cost | {
        "topics": len(set(assigned) - {-1}),
        "outliers": float((found < 0).mean()),
        "nmi": float(normalized_mutual_info_score(labels, found)),
        "ari": float(adjusted_rand_score(labels, found)),
        "npmi": npmi(words, texts),
    }


def npmi(topics, texts):
    """Mean over topics of the NPMI of their pairs of words, by the documents that hold both."""
    import numpy as np
    from sklearn.feature_extraction.text import CountVectorizer

    # Single words alone: a pair of words goes with its own halves, and only one side has pairs.
    kept = [[word for word in words[:10] if word and " " not in word] for words in topics]
    vocabulary = sorted({word for words in kept for word in words})
    if not vocabulary:
        return 0.0
    model = CountVectorizer(vocabulary=vocabulary, binary=True)
    held = model.fit_transform(texts).astype(np.float64)
    alone = np.asarray(held.mean(axis=0)).ravel()
    both = (held.T @ held).toarray() / len(texts)
    at = {word: place for place, word in enumerate(vocabulary)}
    scores = []
    for words in kept:
        pairs = []
        for one, other in combinations([at[word] for word in words], 2):
            p = both[one, other]
            if p <= 0:
                pairs.append(-1.0)
            elif p >= 1:
                pairs.append(1.0)
            else:
                pairs.append(np.log(p / (alone[one] * alone[other])) / -np.log(p))
        if pairs:
            scores.append(np.mean(pairs))
    return float(np.mean(scores)) if scores else 0.0


def told_k(vectors, labels):
    from sklearn.cluster import KMeans
    from sklearn.metrics import normalized_mutual_info_score

    found = KMeans(len(set(labels)), n_init=3, random_state=0).fit_predict(vectors)
    return float(normalized_mutual_info_score(labels, found))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("vectors", nargs="+")
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    import numpy as np
    import pyarrow.parquet as pq

    from engine.store import default_store

    store, report = default_store(), {}
    print("| vectors | who | s | processor s | MiB | topics | in none | NMI | ARI | NPMI |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for name in args.vectors:
        artifact = store.get(name, "vectors")
        rows = next(a for a in store.inputs(artifact) if a.kind == "dataset").path / "rows.parquet"
        held = pq.read_table(rows, columns=["text", "label"]).to_pydict()
        labels = [str(label) for label in held["label"]]
        runs = {"ours": [], "peer": []}
        for _ in range(args.rounds):
            runs["peer"].append(judged(*peer(artifact, rows), labels, held["text"]))
            runs["ours"].append(judged(*ours(artifact, store), labels, held["text"]))
        row = report[name] = {who: told(name, who, found) for who, found in runs.items()}
        row["documents"], row["labels"] = len(labels), len(set(labels))
        row["nmi_kmeans_told"] = round(told_k(np.load(artifact.path / "vectors.npy"), labels), 4)
        share = row["ours"]["nmi"] / row["nmi_kmeans_told"]
        times = row["peer"]["seconds"] / row["ours"]["seconds"]
        print(
            f"{name}: {row['labels']} labels; K-Means told so {row['nmi_kmeans_told']:.3f}, ours "
            f"{share:.2f} of it, in 1/{times:.1f} of the peer's time",
            flush=True,
        )
    print(
        json.dumps({"corpora": report, "rounds": args.rounds, "python": platform.python_version()})
    )


def told(name, who, runs):
    row = {key: round(statistics.median(one[key] for one in runs), 4) for key in runs[0]}
    print(
        f"| {name} | {who} | {row['seconds']:.1f} | {row['processor_seconds']:.1f} "
        f"| {row['peak_mib']:.0f} | {row['topics']:.0f} | {row['outliers']:.3f} "
        f"| {row['nmi']:.3f} | {row['ari']:.3f} | {row['npmi']:.3f} |",
        flush=True,
    )
    return row


if __name__ == "__main__":
    main()
