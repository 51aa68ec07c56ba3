"""Embedding on a CPU: ours against sentence-transformers' default encode, interleaved, same texts.

    python benchmarks/embed_cpu.py --texts 400 --rounds 7

News, reviews and abstracts (see texts.py). The last line printed is one JSON object. Times are by
the clock; ratios by processor time stand beside them, because they mind other work on the machine
less.
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np  # noqa: E402
import torch  # noqa: E402

from benchmarks.texts import KINDS, texts  # noqa: E402
from engine.encoder.models import load_encoder  # noqa: E402


def timed(run):
    wall, cpu = time.perf_counter(), time.process_time()
    run()
    return time.perf_counter() - wall, time.process_time() - cpu


def compare(encoder, peer, some, rounds):
    ours, theirs = encoder.encode(some), peer.encode(some)
    cosine = (ours * theirs).sum(1) / np.linalg.norm(ours, axis=1) / np.linalg.norm(theirs, axis=1)
    taken = {"peer": [], "ours": []}
    for _ in range(rounds):
        taken["peer"].append(timed(lambda: peer.encode(some)))
        taken["ours"].append(timed(lambda: encoder.encode(some)))
    wall, cpu = ([p[n] / o[n] for p, o in zip(*taken.values(), strict=True)] for n in (0, 1))
    lengths = encoder.tokenize(some).lengths
    return {
        "texts": len(some),
        "tokens_mean": round(float(lengths.mean()), 1),
        "docs_per_second": round(len(some) / statistics.median(o[0] for o in taken["ours"]), 1),
        "peer_docs_per_second": round(
            len(some) / statistics.median(p[0] for p in taken["peer"]), 1
        ),
        "times_peer": round(statistics.median(wall), 2),
        "times_peer_rounds": [round(min(wall), 2), round(max(wall), 2)],
        "times_peer_processor": round(statistics.median(cpu), 2),
        "cosine_min": round(float(cosine.min()), 7),
        "difference_max": float(f"{np.abs(ours - theirs).max():.1e}"),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--texts", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=7)
    args = parser.parse_args()
    from sentence_transformers import SentenceTransformer

    encoder = load_encoder("minilm", device="cpu")
    peer = SentenceTransformer(str(encoder.folder), device="cpu")
    found = {}
    print("| texts | tokens | ours, docs/s | peer | times | by processor | lowest cosine |")
    print("|---|---|---|---|---|---|---|")
    for kind in KINDS:
        row = found[kind] = compare(encoder, peer, texts(kind, args.texts), args.rounds)
        print(
            f"| {kind} | {row['tokens_mean']} | {row['docs_per_second']} "
            f"| {row['peer_docs_per_second']} | {row['times_peer']} "
            f"| {row['times_peer_processor']} | {row['cosine_min']} |",
            flush=True,
        )
    report = {
        "kinds": found,
        "kernel": encoder.kernel.name,
        "kernel_ops": encoder.observed(),
        "threads": torch.get_num_threads(),
        "torch": torch.__version__,
        "python": platform.python_version(),
    }
    print(json.dumps(report))


if __name__ == "__main__":
    main()
