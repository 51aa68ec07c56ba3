"""Texts to token ids: ours against the tokenizers library's encode_batch_fast, by turns.

    python benchmarks/tokenize_speed.py data --texts 10000 --rounds 5

`data` holds the public files (see benchmarks/README.md; LIMN_REAL_DATA by default). "first" is a
tokenizer that has seen no word yet, "warm" one that has read the same texts before. Times of the
processor, all threads together, say how a core compares; every id is checked to be the same.
The last line printed is one JSON object.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import os
import platform
import statistics
import sys
import time
from itertools import islice
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402
import tokenizers  # noqa: E402

from engine.encoder.hub.find import find_folder  # noqa: E402
from engine.encoder.hub.folder import read_recipe  # noqa: E402
from engine.encoder.tokenizing.tokenizer import load_tokenizer  # noqa: E402
from engine.encoder.tokenizing.tokens import Tokenizer  # noqa: E402
from engine.encoder.tokenizing.words import cores  # noqa: E402

WAYS = ("first", "warm")


def rows(path):
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8", newline="") as file:
        yield from map(json.loads, file) if ".json" in path.name else csv.DictReader(file)


def kinds(data):
    news = [f"{r['Title']}. {r['Description']}" for r in rows(data / "ag_news" / "train.csv")]
    news += [r["text"] for r in rows(data / "ag_news" / "train_merged_text.csv")]
    yield "news", news
    yield "reviews", [r["Text"] for r in rows(data / "amazon_fine_food" / "Reviews.csv")]
    papers = rows(data / "arxiv" / "arxiv-metadata-oai-snapshot.json.gz")
    yield "abstracts", (r["abstract"] for r in papers)


def timed(run):
    wall, cpu = time.perf_counter(), time.process_time()
    made = run()
    return time.perf_counter() - wall, time.process_time() - cpu, made


def compared(texts, tokenizer, rounds):
    """Figures of one kind of text."""
    limit = tokenizer.max_length
    peer = type(tokenizer.backend).from_str(tokenizer.backend.to_str())
    peer.no_padding()
    peer.enable_truncation(limit)
    taken = {"peer": [], "first": [], "warm": []}
    for _ in range(rounds):
        wall, cpu, encodings = timed(lambda: peer.encode_batch_fast(texts))
        taken["peer"].append((wall, cpu))
        fresh = Tokenizer(tokenizer.backend, max_length=limit)
        for name in WAYS:
            wall, cpu, tokens = timed(lambda fresh=fresh: fresh(texts))
            taken[name].append((wall, cpu))
    same = all(
        np.array_equal(ours, theirs.ids) and bool(cut) == bool(theirs.overflowing)
        for ours, cut, theirs in zip(tokens, tokens.truncated, encodings, strict=True)
    )

    def median(name, which):
        return statistics.median(pair[which] for pair in taken[name])

    found = {"texts": len(texts), "tokens": int(tokens.offsets[-1]), "same_ids": same}
    for name in taken:
        found[f"{name}_texts_per_second"] = round(len(texts) / median(name, 0))
        found[f"{name}_texts_per_core_second"] = round(len(texts) / median(name, 1))
    for name in WAYS:
        for which, of in enumerate(("", "_per_core")):
            pairs = zip(taken["peer"], taken[name], strict=True)
            ratios = [theirs[which] / ours[which] for theirs, ours in pairs]
            found[f"{name}_times_peer{of}"] = round(statistics.median(ratios), 2)
            found[f"{name}_times_peer{of}_least"] = round(min(ratios), 2)
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", nargs="?", default=os.environ.get("LIMN_REAL_DATA"))
    parser.add_argument("--encoder", default="minilm")
    parser.add_argument("--texts", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    if not args.data:
        parser.error("name the folder with the public files, or set LIMN_REAL_DATA")
    tokenizer = load_tokenizer(read_recipe(find_folder(args.encoder)))
    print("| texts | library, texts/s | ours first, texts/s | ours warm, texts/s | first, per core "
          "| warm, per core | same ids |\n|---|---|---|---|---|---|---|")  # fmt: skip
    result = {}
    for name, texts in kinds(Path(args.data)):
        found = compared(list(islice(texts, args.texts)), tokenizer, args.rounds)
        result[name] = found
        speeds = " | ".join(
            f"{found[f'{n}_texts_per_second']:,}" for n in ("peer", "first", "warm")
        )
        ratios = " | ".join(f"{found[f'{n}_times_peer_per_core']}x" for n in WAYS)
        print(f"| {found['texts']:,} {name} | {speeds} | {ratios} | {found['same_ids']} |")
    result |= {
        "encoder": args.encoder,
        "max_length": tokenizer.max_length,
        "rounds": args.rounds,
        "cores": cores(),
        "tokenizers": tokenizers.__version__,
        "numpy": np.__version__,
        "python": platform.python_version(),
    }
    print(json.dumps(result))
    return 0 if all(result[n]["same_ids"] for n in ("news", "reviews", "abstracts")) else 1


if __name__ == "__main__":
    sys.exit(main())
