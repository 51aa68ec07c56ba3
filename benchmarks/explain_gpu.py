"""Explanations on a GPU: flash kernels against eager, and a whole corpus against Captum a text.

    python benchmarks/explain_gpu.py MODEL_FOLDER --texts 64 --corpus 4000 --peer 40

MODEL_FOLDER holds a classifier as Limn keeps it; reviews are read as texts.py says. Attributions of
every kernel and number type are compared with eager attention in float32 at the same points, and so
are those of eager attention in the same type: what the type costs, and what the kernel. The last
line printed is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
import types
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np  # noqa: E402
import torch  # noqa: E402

from benchmarks.texts import texts  # noqa: E402

POINTS = 32


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("--texts", type=int, default=64)
    parser.add_argument("--corpus", type=int, default=4000, help="0 leaves it out")
    parser.add_argument("--peer", type=int, default=40)
    parser.add_argument("--device", default="cuda")
    given = parser.parse_args()
    said = {"agreement": agreement(given), "corpus": corpus(given) if given.corpus else None}
    print(json.dumps(said))


def subject_of(given, attention, dtype):
    from engine.explain.of_classifier import explained_classifier

    return explained_classifier(given.model, device=given.device, attention=attention, dtype=dtype)


def readings_of(subject, n):
    from engine.errors import InputError
    from engine.explain.reading import read

    found = []
    for text in texts("reviews", 2 * n):
        try:
            found.append(read(subject, text))
        except InputError:
            continue
    return found[:n]


def agreement(given):
    from engine.errors import InputError
    from engine.explain.kernels import observed
    from engine.explain.methods.integrated import integrated_gradients
    from engine.explain.ranks import rank_correlation
    from engine.explain.target import Target

    exact = subject_of(given, "eager", "float32")
    readings = readings_of(exact, given.texts)
    targets = [Target(int(n)) for n in exact.answers([one.ids for one in readings]).argmax(axis=1)]

    def scores(subject):
        return integrated_gradients(subject, readings, targets, steps=POINTS, most=POINTS)

    truth = scores(exact)
    rows = []
    for dtype in ("float32", "float16", "bfloat16"):
        for kernel in ("flash_attn", "torch_varlen", "sdpa_flash", "sdpa_math", "eager"):
            try:
                subject = subject_of(given, kernel, dtype)
            except InputError as error:
                rows.append({"dtype": dtype, "kernel": kernel, "refused": str(error)})
                continue
            found = scores(subject)
            both = zip(found, truth, strict=True)
            ranks = [rank_correlation(mine.scores, true.scores) for mine, true in both]
            row = {
                "dtype": dtype,
                "kernel": kernel,
                "median rank": statistics.median(ranks),
                "tenth lowest share": float(np.quantile(ranks, 0.1)),
                "least rank": min(ranks),
                "median delta": statistics.median(one.relative_delta for one in found),
                "ran": observed(subject, readings[0], targets[0]),
            }
            rows.append(row)
            print({k: v for k, v in row.items() if k != "ran"}, flush=True)
            print("   ", [op[:90] for op in row["ran"]], flush=True)
            del subject
    return rows


def corpus(given):
    from engine.explain.methods.integrated import integrated_gradients
    from engine.explain.target import Target

    said = {}
    for kernel, dtype in (("auto", "bfloat16"), ("auto", "float16"), ("eager", "float32")):
        subject = subject_of(given, kernel, dtype)
        readings = readings_of(subject, given.corpus)
        rows = [one.ids for one in readings]
        targets = [Target(int(n)) for n in subject.answers(rows).argmax(axis=1)]
        integrated_gradients(subject, readings[:200], targets[:200])
        if given.device == "cuda":
            torch.cuda.reset_peak_memory_stats()
        began = time.perf_counter()
        found = integrated_gradients(subject, readings, targets)
        seconds = time.perf_counter() - began
        peak = torch.cuda.max_memory_allocated() / 2**20 if given.device == "cuda" else 0
        row = {
            "kernel": subject.kernel, "texts": len(found), "seconds": seconds,
            "texts a second": len(found) / seconds,
            "tokens": sum(map(len, rows)), "mean steps": statistics.mean(a.steps for a in found),
            "beyond the bound": sum(a.relative_delta > 0.02 for a in found),
            "peak MiB": peak,
        }  # fmt: skip
        said[f"{kernel} {dtype}"] = row
        print(kernel, dtype, row, flush=True)
    said["captum"] = peer(given)
    return said


def peer(given):
    """Captum a text at a time, with its 50 points, in float32 as it is used."""
    try:
        import matplotlib  # noqa: F401
    except ImportError:  # Captum imports it for pictures, of which none is drawn here
        from unittest.mock import MagicMock

        for name in ("matplotlib", "matplotlib.pyplot", "matplotlib.axes", "matplotlib.collections",
                     "matplotlib.colors", "matplotlib.figure", "matplotlib.image"):  # fmt: skip
            sys.modules[name] = MagicMock(spec=types.ModuleType(name), __path__=[])
    from benchmarks.captum_peer import CaptumPeer

    exact = subject_of(given, "eager", "float32")
    other = CaptumPeer(given.model).to(given.device)
    readings = readings_of(exact, given.peer + 3)
    pad = exact.special_tokens["pad"]
    for one in readings[:3]:
        other.explain(one, 0, pad)
    began = time.perf_counter()
    for one in readings[3:]:
        other.explain(one, 0, pad)
    seconds = time.perf_counter() - began
    row = {"texts": given.peer, "texts a second": given.peer / seconds}
    print("captum", row, flush=True)
    return row


if __name__ == "__main__":
    main()
