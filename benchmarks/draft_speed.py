"""The draft encoder: against sentence-transformers' default encode and model2vec's own, by turns.

    python benchmarks/draft_speed.py --texts 4000 --peer-texts 200 --rounds 5 --neighbours 6000

The peer reads a part of the texts (it would take minutes), the drafts all of them; rates are
compared. Models are loaded before, tokenizing is part of every route. A draft remembers the words
it has met, so its first pass over each kind, which meets them for the first time, is given apart.
Then AG News is classified by the ten nearest neighbours in draft and in full vectors. The last line
printed is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np  # noqa: E402
import torch  # noqa: E402

from benchmarks.texts import KINDS, labelled_news, texts  # noqa: E402
from engine.encoder.draft import load_draft  # noqa: E402
from engine.encoder.models import load_encoder  # noqa: E402
from engine.encoder.spec import DistillSpec  # noqa: E402
from engine.store import Store  # noqa: E402
from engine.work import run  # noqa: E402


def timed(call):
    wall, cpu = time.perf_counter(), time.process_time()
    found = call()
    return time.perf_counter() - wall, time.process_time() - cpu, found


def compare(draft, static, peer, some, few, rounds):
    first = timed(lambda: draft.encode(some))
    theirs = static.encode(some, max_length=draft.max_length - 2)
    same = np.abs(first[2] - theirs).max(axis=1)
    taken = {"peer": [], "model2vec": [], "draft": []}
    for _ in range(rounds):
        taken["peer"].append(timed(lambda: peer.encode(few))[:2])
        taken["model2vec"].append(timed(lambda: static.encode(some))[:2])
        taken["draft"].append(timed(lambda: draft.encode(some))[:2])

    def rate(name, which):
        count = len(few) if name == "peer" else len(some)
        return count / statistics.median(t[which] for t in taken[name])

    return {
        "texts": len(some),
        "docs_per_second": {name: round(rate(name, 0), 1) for name in taken},
        "docs_per_second_first_pass": round(len(some) / first[0], 1),
        "times_peer": round(rate("draft", 0) / rate("peer", 0)),
        "times_peer_first_pass": round(len(some) / first[0] / rate("peer", 0)),
        "times_peer_processor": round(rate("draft", 1) / rate("peer", 1)),
        "times_model2vec": round(rate("draft", 0) / rate("model2vec", 0), 2),
        "times_model2vec_processor": round(rate("draft", 1) / rate("model2vec", 1), 2),
        "equal_to_model2vec": round(float((same < 1e-5).mean()), 4),
    }


def neighbour_accuracy(vectors, labels, held_out):
    """Share of held-out texts whose ten nearest others mostly have their label."""
    kept = np.setdiff1d(np.arange(len(labels)), held_out)
    near = np.argpartition(-(vectors[held_out] @ vectors[kept].T), 10, axis=1)[:, :10]
    votes = labels[kept][near]
    counts = np.stack([(votes == label).sum(1) for label in range(labels.max() + 1)], axis=1)
    return round(float((counts.argmax(1) == labels[held_out]).mean()), 4)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--texts", type=int, default=4000)
    parser.add_argument("--peer-texts", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--neighbours", type=int, default=6000, help="texts to classify; 0: none")
    args = parser.parse_args()
    from model2vec import StaticModel
    from sentence_transformers import SentenceTransformer

    encoder = load_encoder("minilm", device="cpu")
    peer = SentenceTransformer(str(encoder.folder), device="cpu")
    found, quality = {}, {}
    with tempfile.TemporaryDirectory() as folder:
        artifact = run(DistillSpec(encoder="minilm"), store=Store(Path(folder) / "cache"))
        static = StaticModel.from_pretrained(artifact.path, force_download=False)
        for kind in KINDS:
            some, few = texts(kind, args.texts), texts(kind, args.peer_texts)
            draft = load_draft(artifact.path, "minilm")
            found[kind] = compare(draft, static, peer, some, few, args.rounds)
            print(f"{kind}: {found[kind]}", flush=True)
        if args.neighbours:
            every, labels = labelled_news()
            draw = np.random.default_rng(0)
            picked = draw.permutation(len(every))[: args.neighbours]
            some, labels = [every[i] for i in picked], np.asarray(labels)[picked]
            held_out = np.arange(len(some) // 5)
            quality = {
                "texts": len(some),
                "draft": neighbour_accuracy(draft.encode(some), labels, held_out),
                "full": neighbour_accuracy(encoder.encode(some), labels, held_out),
            }
    report = {
        "kinds": found,
        "distill": artifact.facts,
        "ag_news_10_neighbours": quality,
        "threads": torch.get_num_threads(),
        "torch": torch.__version__,
        "python": platform.python_version(),
    }
    print(json.dumps(report))


if __name__ == "__main__":
    main()
