"""Integrated Gradients with steps that are raised by themselves, against Captum's with its 50.

    python benchmarks/explain_speed.py --texts 24 --tokens 125

Reviews of about that length through the reviews starter, log-odds of the answer against PAD, one
text at a time as the Explain page does it, by turns with captum.attr.LayerIntegratedGradients on
transformers' own model. Truth is 300 plain Gauss-Legendre points. The last line printed is one
JSON object.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np  # noqa: E402

from benchmarks.captum_peer import CaptumPeer  # noqa: E402
from benchmarks.texts import texts  # noqa: E402


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=24)
    parser.add_argument("--tokens", type=int, default=125)
    parser.add_argument("--truth", type=int, default=300, help="points of the truth; 0 is none")
    given = parser.parse_args()
    subject, folder = reviews_starter()
    readings = of_length(subject, given.tokens, given.texts)
    peer = CaptumPeer(folder)
    rows = [compare(subject, peer, one, given.truth) for one in readings]
    report(rows, np.mean([len(one.ids) for one in readings]))


def reviews_starter():
    from engine.explain.of_classifier import explained_classifier
    from engine.resolve import addressed
    from engine.store import default_store

    model = addressed(default_store(), "reviews-starter", "model")
    return explained_classifier(model.path, device="cpu"), model.path


def of_length(subject, tokens, n):
    from engine.explain.reading import read

    near = sorted(texts("reviews", 3000), key=lambda text: abs(len(text) / 4.3 - tokens))
    return [read(subject, text) for text in near[:n]]


def compare(subject, peer, reading, truth_points):
    from engine.explain.methods.baseline import Baseline
    from engine.explain.methods.integrated import integrated_gradients
    from engine.explain.methods.slopes import input_x_gradient
    from engine.explain.ranks import rank_correlation
    from engine.explain.target import Target

    target = Target(int(subject.answers([reading.ids])[0].argmax()))
    padding, pad = Baseline("pad"), subject.special_tokens["pad"]

    def timed(run):
        began = time.perf_counter(), time.process_time()
        found = run()
        return found, time.perf_counter() - began[0], time.process_time() - began[1]

    ours, seconds, busy = timed(
        lambda: integrated_gradients(subject, [reading], [target], baseline=padding)[0]
    )
    (theirs, delta), peer_seconds, peer_busy = timed(lambda: peer.explain(reading, target.of, pad))
    plain, plain_seconds, plain_busy = timed(
        lambda: integrated_gradients(
            subject, [reading], [target], baseline=padding, plain=True, steps=50, bound=9
        )[0]
    )
    quick = input_x_gradient(subject, [reading], [target])[0]
    row = {
        "ratio": peer_seconds / seconds,
        "ratio by processor": peer_busy / busy,
        "seconds": seconds,
        "captum seconds": peer_seconds,
        "ratio at 50 plain points": peer_busy / plain_busy,
        "steps": ours.steps,
        "delta": ours.relative_delta,
        "captum delta": abs(delta) / abs(ours.value - ours.base),
        "rank with captum": rank_correlation(ours.scores, theirs),
        "rank at 50 plain points": rank_correlation(plain.scores, theirs),
        "largest difference at 50 plain points": float(np.abs(plain.scores - theirs).max()),
        "rank of input x gradient": rank_correlation(quick.scores, theirs),
    }
    if truth_points:
        truth = integrated_gradients(
            subject, [reading], [target], baseline=padding, plain=True, steps=truth_points, bound=9
        )[0]
        row |= {
            "rank with truth": rank_correlation(ours.scores, truth.scores),
            "captum's rank with truth": rank_correlation(theirs, truth.scores),
            "largest error": float(np.abs(ours.scores - truth.scores).max()),
            "captum's largest error": float(np.abs(theirs - truth.scores).max()),
        }
    return row


def report(rows, tokens):
    print(f"{len(rows)} reviews of {tokens:.0f} tokens")
    said = {}
    for name in rows[0]:
        values = [row[name] for row in rows]
        said[name] = {
            "median": statistics.median(values), "least": min(values), "most": max(values)
        }  # fmt: skip
        print(f"{name:40} median {said[name]['median']:.5g}"
              f"  least {min(values):.5g}  most {max(values):.5g}")  # fmt: skip
    print(json.dumps({"texts": len(rows), "tokens": tokens, **said}))


if __name__ == "__main__":
    main()
