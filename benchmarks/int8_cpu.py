"""int8 on a CPU: against sentence-transformers' default encode and our float32, by turns.

    python benchmarks/int8_cpu.py --texts 400 --rounds 7

News, reviews and abstracts (see texts.py); cosines are with sentence-transformers' own vectors. The
last line printed is one JSON object. Ratios by processor time stand beside those by the clock,
because they mind other work on the machine less.
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

import torch  # noqa: E402

from benchmarks.texts import KINDS, texts  # noqa: E402
from engine.encoder.layers.int8 import weight_levels  # noqa: E402
from engine.encoder.models import load_encoder  # noqa: E402


def timed(run):
    wall, cpu = time.perf_counter(), time.process_time()
    run()
    return time.perf_counter() - wall, time.process_time() - cpu


def compare(routes, some, rounds):
    """`routes` are name -> encode; the peer's is called peer."""
    vectors = {name: encode(some) for name, encode in routes.items()}
    cosine = (vectors["int8"] * vectors["peer"]).sum(1)
    taken = {name: [] for name in routes}
    for _ in range(rounds):
        for name, encode in routes.items():
            taken[name].append(timed(lambda encode=encode: encode(some)))

    def times(slower, which):
        pairs = zip(taken[slower], taken["int8"], strict=True)
        return round(statistics.median(a[which] / b[which] for a, b in pairs), 2)

    seconds = {name: statistics.median(t[0] for t in all_) for name, all_ in taken.items()}
    return {
        "texts": len(some),
        "docs_per_second": {name: round(len(some) / s, 1) for name, s in seconds.items()},
        "times_peer": times("peer", 0),
        "times_peer_processor": times("peer", 1),
        "times_float32": times("float32", 0),
        "times_float32_processor": times("float32", 1),
        "cosine_mean": round(float(cosine.mean()), 5),
        "cosine_min": round(float(cosine.min()), 5),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--texts", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=7)
    args = parser.parse_args()
    from sentence_transformers import SentenceTransformer

    near, exact = (load_encoder("minilm", device="cpu", dtype=d) for d in ("int8", "float32"))
    peer = SentenceTransformer(str(near.folder), device="cpu")
    routes = {"peer": peer.encode, "float32": exact.encode, "int8": near.encode}
    found = {}
    print(
        "| texts | int8, docs/s | float32 | peer | times peer | by processor | cosine mean, min |"
    )
    print("|---|---|---|---|---|---|---|")
    for kind in KINDS:
        row = found[kind] = compare(routes, texts(kind, args.texts), args.rounds)
        speed = row["docs_per_second"]
        print(
            f"| {kind} | {speed['int8']} | {speed['float32']} | {speed['peer']} "
            f"| {row['times_peer']} | {row['times_peer_processor']} "
            f"| {row['cosine_mean']}, {row['cosine_min']} |",
            flush=True,
        )
    report = {
        "kinds": found,
        "levels": weight_levels(),  # 127 where the processor has VNNI, 64 without
        "threads": torch.get_num_threads(),
        "torch": torch.__version__,
        "python": platform.python_version(),
    }
    print(json.dumps(report))


if __name__ == "__main__":
    main()
