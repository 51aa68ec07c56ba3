"""Two GPUs of one host against one of them, in the same run.

    LIMN_REAL_DATA=bundle/data torchrun --nproc-per-node 2 benchmarks/two_gpus.py \
        --encoder bundle/encoder

Embedding: tokens of abstracts ready, encode_together's own share of work in each process, files and
all. Fine-tuning: an encoder of BERT-base's size, news lengths, 256 texts a process and step.
First the first process alone while the others wait, then all together, by turns; medians. Also:
the vectors are compared, and MiniLM is fine-tuned by one process and by all, accuracy on held-out
texts beside each other. NVLink multicast is left off. Works over gloo on CPUs too (--small). The
last line the first process prints is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("NCCL_NVLS_ENABLE", "0")

import numpy as np  # noqa: E402
import torch  # noqa: E402

from benchmarks.finetune_gpu import HELD_OUT, Packed, base_sized, lesson_of  # noqa: E402
from benchmarks.texts import labelled_news, texts  # noqa: E402
from engine.encoder import shares  # noqa: E402
from engine.encoder.models import load_encoder  # noqa: E402
from engine.encoder.tokenizing.tokens import Tokens  # noqa: E402
from engine.progress import SILENT  # noqa: E402
from engine.together.group import ALONE, joined  # noqa: E402
from engine.tuning.look import Verdict
from engine.tuning.loop import tune  # noqa: E402
from engine.tuning.settings import Tuning  # noqa: E402


def synchronized():
    if torch.cuda.is_available():
        torch.cuda.synchronize()


def by_turns(group, run, rounds):
    """Median seconds of run(ALONE) in the first process, and of run(group) in all of them."""
    taken = {"one": [], "all": []}
    for turn in range(rounds + 1):
        for how in taken:
            group.told()  # everybody is here
            synchronized()
            began = time.perf_counter()
            if how == "all":
                run(group)
            elif group.leads:
                run(ALONE)
            synchronized()
            group.told()
            if turn:
                taken[how].append(time.perf_counter() - began)
    return {how: statistics.median(seconds) for how, seconds in taken.items()}


def times(tokens, n):
    """The same texts `n` times over."""
    lengths = np.tile(tokens.lengths, n)
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    return Tokens(np.tile(tokens.flat, n), offsets, np.tile(tokens.truncated, n))


def embedding(group, folder, some, copies, place, rounds):
    encoder = load_encoder(str(folder))
    tokens = times(encoder.tokenize(some), copies)
    chunk = min(shares.CHUNK, -(-len(tokens) // 16))
    todo = list(range(-(-len(tokens) // chunk)))

    def run(who):
        name = tempfile.mkdtemp(suffix=f"-{who.world}", dir=place) if who.leads else None
        if who.leads:
            np.save(Path(name) / "rows.npy", np.arange(len(tokens)))
        target = Path(who.told(name))
        shares._encode(encoder, tokens, target, who, SILENT, chunk, todo)
        who.told()

    taken = by_turns(group, run, rounds)
    found = {}
    if group.leads:
        found = {how: round(len(tokens) / seconds) for how, seconds in taken.items()}
        vectors = [
            np.concatenate(list(shares.gathered_vectors(folder_, np.arange(len(tokens)), chunk)))
            for folder_ in (
                max(place.glob("*-1"), key=os.path.getmtime),
                max(place.glob(f"*-{group.world}"), key=os.path.getmtime),
            )
        ]
        lengths = [np.linalg.norm(v, axis=1) for v in vectors]
        cosine = (vectors[0] * vectors[1]).sum(1) / lengths[0] / lengths[1]
        found |= {
            "texts": len(tokens),
            "tokens_mean": round(float(tokens.lengths.mean()), 1),
            "times": round(taken["one"] / taken["all"], 3),
            "cosine_min": float(cosine.min()),
            "kernel": encoder.kernel.name,
        }
    group.told()
    return found


def training(group, folder, tokens, targets, per_process, steps, rounds, compiled):
    order = np.random.default_rng(0).permutation(len(tokens)).astype(np.int64)
    # One object each for one process and for all: a step differs only in whom it asks.
    worker = Packed(folder, tokens, targets, Tuning(), order, order[:0], compiled)

    def run(who):
        worker.stepper.group = who
        size = per_process * who.world
        for number in range(steps):
            start = number * size % (len(order) - size)
            worker.step(order[start : start + size], number, 10_000)

    taken = by_turns(group, run, rounds)
    rate = {
        "one": per_process * steps / taken["one"],
        "all": per_process * group.world * steps / taken["all"],
    }
    return {
        **{how: round(value) for how, value in rate.items()},
        "times": round(rate["all"] / rate["one"], 3),
    }


def accuracy(group, folder, tokens, targets, place, held_out, seeds):
    """Share of held-out texts that are right, for each seed, trained by one process and by all."""
    found = {"one": [], "all": []}
    for seed in range(seeds):
        order = np.random.default_rng(seed).permutation(len(tokens)).astype(np.int64)
        look, train = order[:held_out], order[held_out:]
        settings = Tuning(epochs=1, batch_size=64, evaluations=1, look_rows=held_out, seed=seed)
        for how in found:
            who = group if how == "all" else ALONE
            if group.leads or how == "all":
                encoder = load_encoder(str(folder), training=True)
                lesson = lesson_of(tokens, targets, encoder.width, train, look)
                seen = []

                def judge(logits, wanted, seen=seen):
                    seen.append(float((logits.argmax(1) == wanted).mean()))
                    return Verdict(float(len(seen)), 0.0)

                scratch = place / f"{how}-{seed}"
                scratch.mkdir(exist_ok=True)
                tune(encoder, lesson, settings, scratch=scratch, judge=judge, group=who)
                if group.leads:
                    found[how].append(seen[-1])
            group.told()
    means = {f"{how}, mean": round(statistics.mean(s), 4) for how, s in found.items() if s}
    return {**found, **means}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--encoder", type=Path, required=True)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--steps", type=int, default=30)
    parser.add_argument("--batch", type=int, default=256, help="texts a process and step")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--compiled", action="store_true")
    parser.add_argument("--small", action="store_true", help="a few texts, to try it on CPUs")
    args = parser.parse_args()
    with joined() as group:
        # A folder that every process of this host can read.
        shared = Path(group.told(tempfile.mkdtemp() if group.leads else None))
        for name in ("embedding", "tuning"):
            (shared / name).mkdir(exist_ok=True)
        report = {
            "processes": group.world,
            "device": torch.cuda.get_device_name() if torch.cuda.is_available() else "CPU",
            "torch": torch.__version__,
        }
        some = texts("abstracts", 64 if args.small else None)
        report["embedding, abstracts, docs/s"] = embedding(
            group, args.encoder, some, 1 if args.small else 20, shared / "embedding", args.rounds
        )
        news, labels = labelled_news()
        if args.small:
            news, labels = news[:200], labels[:200]
        targets = np.asarray(labels, np.int64)
        tokens = load_encoder(str(args.encoder)).tokenize(news)
        base = args.encoder
        if not args.small:
            if group.leads:
                base_sized(shared / "base", args.encoder)
            group.told()
            base = shared / "base"
        for compiled in (False, True) if args.compiled else (False,):
            name = "fine-tuning, BERT-base, examples/s" + (", compiled" if compiled else "")
            report[name] = training(
                group, base, tokens, targets, args.batch, args.steps, args.rounds, compiled
            )
        report["accuracy, MiniLM"] = accuracy(
            group,
            args.encoder,
            tokens,
            targets,
            shared / "tuning",
            50 if args.small else HELD_OUT,
            args.seeds,
        )
        if group.leads:
            shutil.rmtree(shared)
            for name, found in report.items():
                print(name, found)
            print(json.dumps(report), flush=True)


if __name__ == "__main__":
    main()
