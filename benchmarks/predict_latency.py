"""One headline, warm: a whole prediction against sentence-transformers' encode, interleaved.

Ours is the engine's prediction as the Predict page asks for it: cleaning, tokens, encoder, head,
probabilities. The peer only makes the vector.

    python benchmarks/predict_latency.py --rounds 200

The last line printed is one JSON object; milliseconds are medians.
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
import torch  # noqa: E402

from engine.classify.classifier import Card, Classifier  # noqa: E402
from engine.classify.head import LinearHead  # noqa: E402
from engine.encoder.models import load_encoder  # noqa: E402

HEADLINE = "Oil prices fall as OPEC signals it will keep pumping through the winter"


def news_classifier(encoder):
    """Four categories, cleaned as news are; the head's numbers do not change the time."""
    head = np.random.default_rng(0).normal(size=(4, encoder.width)).astype(np.float32)
    card = Card(
        labels=("World", "Sports", "Business", "Sci/Tech"),
        route="quick",
        encoder=encoder.name,
        fingerprint=encoder.fingerprint,
        max_length=0,
        temperature=1.0,
        clean=("mojibake", "html_entities", "html_tags", "backslash_breaks", "control_chars",
               "whitespace"),
        text_columns=("text",),
        join="sentence",
    )  # fmt: skip
    return Classifier(card, encoder, LinearHead(head, np.zeros(4, np.float32)))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--encoder", default="minilm")
    parser.add_argument("--text", default=HEADLINE)
    parser.add_argument("--rounds", type=int, default=200)
    args = parser.parse_args()
    from sentence_transformers import SentenceTransformer

    encoder = load_encoder(args.encoder, device="cpu")
    classifier = news_classifier(encoder)
    peer = SentenceTransformer(str(encoder.folder), device="cpu")
    routes = {"ours": classifier.probabilities, "sentence_transformers": peer.encode}
    taken = {name: [] for name in routes}
    for turn in range(args.rounds + 10):
        for name, encode in routes.items():
            began = time.perf_counter()
            encode([args.text])
            if turn >= 10:  # the first turns are warm-up
                taken[name].append(1000 * (time.perf_counter() - began))
    medians = {name: statistics.median(times) for name, times in taken.items()}
    for name, times in taken.items():
        low, high = np.percentile(times, [5, 95])
        print(f"{name:>22}: median {medians[name]:.2f} ms (5% {low:.2f}, 95% {high:.2f})")
    print(
        json.dumps(
            {
                "ours_ms": round(medians["ours"], 3),
                "sentence_transformers_ms": round(medians["sentence_transformers"], 3),
                "times_peer": round(medians["sentence_transformers"] / medians["ours"], 3),
                "kernel": encoder.kernel.name,
                "rounds": args.rounds,
                "threads": torch.get_num_threads(),
                "torch": torch.__version__,
            }
        )
    )


if __name__ == "__main__":
    main()
