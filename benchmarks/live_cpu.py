"""Live answers through ONNX Runtime against sentence-transformers, on the CPU, by turns.

Ours is what the Predict page does: cleaning, tokens, graph, head, probabilities, of one text. The
peer's is ``SentenceTransformer.encode`` of the same text, which only makes the vector. A process is
timed from its start to its end after one answer, with its peak memory, by turns (Linux). Parity is
against the torch classifier on texts kept aside.

    python benchmarks/live_cpu.py --rounds 200 --starts 5

A head is fitted on AG News of ../shared/data (see texts.py) and 2,000 other texts
are asked. The last line printed is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np  # noqa: E402

from benchmarks.texts import ROOT, labelled_news  # noqa: E402

OURS = """
import sys, time
from pathlib import Path
from engine.classify.live.classifier import load_live
said = load_live(Path(sys.argv[1])).answer(sys.argv[2])
"""
PEER = """
import sys
from sentence_transformers import SentenceTransformer
said = SentenceTransformer(sys.argv[1], device="cpu").encode([sys.argv[2]])
"""
PEAK = """
assert said is not None
# Not getrusage: a process begins with the peak of the one that started it.
status = open("/proc/self/status").read()
sys.stdout.write(status.split("VmHWM:")[1].split()[0])
"""


def quick_model(folder, train):
    """A quick classifier of AG News, as a model's folder."""
    from engine.classify.classifier import save_classifier
    from engine.classify.head import fit_head
    from engine.encoder.models import load_encoder

    texts, targets = labelled_news()
    order = np.random.default_rng(0).permutation(len(texts))[:train]
    encoder = load_encoder("minilm", device="cpu")
    vectors = encoder.encode([texts[i] for i in order])
    labels = np.asarray(targets)[order]
    cut = train * 9 // 10
    head = fit_head(
        vectors[:cut], labels[:cut], n_labels=4, validation=(vectors[cut:], labels[cut:])
    )
    save_classifier(
        folder, encoder=encoder, head=head, brings_encoder=False,
        labels=("World", "Sports", "Business", "Sci/Tech"), route="quick", max_length=0,
        clean=("mojibake", "html_entities", "html_tags", "control_chars", "whitespace"),
        text_columns=("text",), join="sentence",
    )  # fmt: skip


def test_texts(train, count):
    texts, _ = labelled_news()
    order = np.random.default_rng(0).permutation(len(texts))[train : train + count]
    return [texts[i] for i in order]


def parity(folder, texts):
    """Share of equal labels, largest difference of a logit."""
    from engine.classify.classifier import load_classifier
    from engine.classify.live.classifier import load_live

    live, whole = load_live(folder), load_classifier(folder, device="cpu")
    ours, theirs = live.logits(texts), whole.head.logits(whole.vectors(texts))
    agree = float((ours.argmax(axis=1) == theirs.argmax(axis=1)).mean())
    return {"texts": len(texts), "agreement": agree,
            "max_logit_difference": float(np.abs(ours - theirs).max())}  # fmt: skip


def latency(folder, encoder, texts, rounds):
    """Milliseconds of one text, by turns; the first tenth of the rounds warms up."""
    from sentence_transformers import SentenceTransformer

    from engine.classify.live.classifier import load_live

    live, peer = load_live(folder), SentenceTransformer(str(encoder), device="cpu")
    routes = {"ours": live.answer, "peer": lambda text: peer.encode([text])}
    taken = {name: [] for name in routes}
    for turn in range(rounds + rounds // 10):
        text = texts[turn % len(texts)]
        for name, ask in routes.items():
            began = time.perf_counter()
            ask(text)
            if turn >= rounds // 10:
                taken[name].append(1000 * (time.perf_counter() - began))
    return taken


def starts(folder, encoder, text, times):
    """Seconds from a process's start to its end after one answer, and its peak memory in MB."""
    routes = {"ours": (OURS, folder), "peer": (PEER, encoder)}
    seconds, memory = {name: [] for name in routes}, {name: [] for name in routes}
    for _ in range(times):
        for name, (code, path) in routes.items():
            began = time.perf_counter()
            out = subprocess.run(
                [sys.executable, "-c", code + PEAK, str(path), text], cwd=ROOT,
                capture_output=True, text=True, check=True,
            ).stdout  # fmt: skip
            seconds[name].append(time.perf_counter() - began)
            memory[name].append(int(out.split()[-1]) / 1000)
    return seconds, memory


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", help="Folder of a model on the default encoder.")
    parser.add_argument("--train", type=int, default=2000)
    parser.add_argument("--parity", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--starts", type=int, default=5)
    args = parser.parse_args()
    from engine.encoder.hub.find import find_folder

    encoder = find_folder("minilm")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(args.model) if args.model else Path(name)
        if not args.model:
            quick_model(folder, args.train)
        texts = test_texts(args.train, args.parity)
        seconds, memory = starts(folder, encoder, texts[0], args.starts)
        taken = latency(folder, encoder, texts[:50], args.rounds)
        same = parity(folder, texts)
    p50 = {name: statistics.median(times) for name, times in taken.items()}
    start = {name: statistics.median(times) for name, times in seconds.items()}
    peak = {name: statistics.median(sizes) for name, sizes in memory.items()}
    for name, times in taken.items():
        print(f"{name}: p50 {p50[name]:.2f} ms, p95 {np.percentile(times, 95):.2f} ms; "
              f"new process {start[name]:.2f} s, {peak[name]:.0f} MB")  # fmt: skip
    report = {
        "p50_ms": {name: round(value, 2) for name, value in p50.items()},
        "p95_ms": {n: round(float(np.percentile(t, 95)), 2) for n, t in taken.items()},
        "times_peer": round(p50["peer"] / p50["ours"], 2),
        "start_s": {name: round(value, 2) for name, value in start.items()},
        "start_times_peer": round(start["peer"] / start["ours"], 2),
        "peak_mb": {name: round(value) for name, value in peak.items()},
        "memory_share": round(peak["ours"] / peak["peer"], 3),
        "parity": same,
        "rounds": args.rounds,
    }
    print(json.dumps(report))


if __name__ == "__main__":
    main()
