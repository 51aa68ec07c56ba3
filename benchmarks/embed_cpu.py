"""Embedding on a CPU: ours against sentence-transformers' default encode, interleaved, same texts.

    python benchmarks/embed_cpu.py --texts 1000 --rounds 5

Texts are AG News from LIMN_REAL_DATA (../shared/data where that is there), else the sample news.
The last line printed is one JSON object.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import platform
import statistics
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402
import torch  # noqa: E402

from engine.encoder.models import load_encoder  # noqa: E402


def read_news(limit):
    data = Path(os.environ.get("LIMN_REAL_DATA") or ROOT.parent / "shared" / "data")
    real = data / "ag_news" / "train.csv"
    files = [real] if real.is_file() else sorted(ROOT.rglob("*news*.csv"))
    with files[0].open(encoding="utf-8", newline="") as file:
        rows = [{k.lower(): v for k, v in row.items() if k} for row in csv.DictReader(file)]
    texts = [
        f"{row.get('title', '')}. {row.get('description') or row.get('text', '')}" for row in rows
    ]
    return texts[:limit], files[0].name


def timed(run):
    wall, cpu = time.perf_counter(), time.process_time()
    run()
    return time.perf_counter() - wall, time.process_time() - cpu


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--encoder", default="minilm")
    parser.add_argument("--texts", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--budgets", default="", help="token budgets to compare, as 1024,2048")
    args = parser.parse_args()
    from sentence_transformers import SentenceTransformer

    texts, source = read_news(args.texts)
    encoder = load_encoder(args.encoder, device="cpu")
    peer = SentenceTransformer(str(encoder.folder), device="cpu")
    ours, theirs = encoder.encode(texts), peer.encode(texts)
    cosine = (ours * theirs).sum(1) / np.linalg.norm(ours, axis=1) / np.linalg.norm(theirs, axis=1)

    budgets = [int(b) for b in args.budgets.split(",") if b] or [encoder.budget()]
    taken = {"peer": [], **{b: [] for b in budgets}}
    for _ in range(args.rounds):
        taken["peer"].append(timed(lambda: peer.encode(texts)))
        for b in budgets:
            taken[b].append(timed(lambda b=b: encoder.encode(texts, budget=b)))

    def median(key, which):
        return statistics.median(pair[which] for pair in taken[key])

    print("| route | docs/s | times the default | times, processor time |\n|---|---|---|---|")
    for key in taken:
        label = "sentence-transformers default" if key == "peer" else f"ours, budget {key}"
        ratio, cpu = (median("peer", which) / median(key, which) for which in (0, 1))
        print(f"| {label} | {len(texts) / median(key, 0):.1f} | {ratio:.2f} | {cpu:.2f} |")
    best = min(budgets, key=lambda b: median(b, 0))
    ratios = [p[0] / o[0] for p, o in zip(taken["peer"], taken[best], strict=True)]
    print(
        json.dumps(
            {
                "texts": len(texts),
                "source": source,
                "tokens": int(encoder.tokenize(texts).lengths.sum()),
                "kernel": encoder.kernel.name,
                "budget": best,
                "docs_per_second": round(len(texts) / median(best, 0), 1),
                "peer_docs_per_second": round(len(texts) / median("peer", 0), 1),
                "times_peer": round(median("peer", 0) / median(best, 0), 3),
                "times_peer_rounds": [round(r, 2) for r in ratios],
                "times_peer_processor": round(median("peer", 1) / median(best, 1), 3),
                "cosine_min": round(float(cosine.min()), 7),
                "difference_max": float(np.abs(ours - theirs).max()),
                "threads": torch.get_num_threads(),
                "torch": torch.__version__,
                "python": platform.python_version(),
            }
        )
    )


if __name__ == "__main__":
    main()
