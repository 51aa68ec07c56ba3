"""The fewest words whose removal flips an answer: how often, how few, how sure, how long.

    python benchmarks/explain_flips.py --texts 30

Reviews of 60 to 120 words through the reviews starter, words ordered by Integrated Gradients, as
the page does it at a click (16,000 tokens read). Against it the two things a person could do with a
list of words alone: take them out in that order, and at random, until the answer flips. The last
line printed is one JSON object; seconds are the search's own, without the attribution.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np  # noqa: E402

from benchmarks.texts import texts  # noqa: E402

CLICK = 16_000


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=30)
    parser.add_argument("--tokens", type=int, default=CLICK)
    given = parser.parse_args()
    print(json.dumps(flips(given.texts, given.tokens)))


def flips(n, tokens):
    from benchmarks.explain_speed import reviews_starter
    from engine.explain.methods.integrated import integrated_gradients
    from engine.explain.reading import read
    from engine.explain.target import Target
    from engine.explain.what_if.flip import fewest_to_flip

    subject, _ = reviews_starter()
    rng = np.random.default_rng(0)
    chosen = [text for text in texts("reviews", 40 * n) if 60 <= len(text.split()) <= 120][:n]
    sizes, by_order, by_chance, seconds, processor, smallest, irreducible = ([] for _ in range(7))
    for text in chosen:
        reading = read(subject, text)
        goal = Target(int(subject.answers([reading.ids])[0].argmax()))
        scores = integrated_gradients(subject, [reading], [goal])[0].scores
        began, worked = time.perf_counter(), time.process_time()
        found = fewest_to_flip(subject, reading, scores, tokens=tokens).found
        seconds.append(time.perf_counter() - began)
        processor.append(time.process_time() - worked)
        sizes.append(len(found.gone) if found else None)
        smallest.append(bool(found and found.smallest))
        irreducible.append(bool(found and found.irreducible))
        by_order.append(until_it_flips(subject, reading, np.argsort(-scores, kind="stable")))
        by_chance.append(until_it_flips(subject, reading, rng.permutation(reading.n_words)))
        print(sizes[-1], by_order[-1], by_chance[-1], round(processor[-1], 1), file=sys.stderr)
    # Sizes are compared on the texts that all three flip.
    all_three = [trio for trio in zip(sizes, by_order, by_chance, strict=True) if None not in trio]
    means = np.mean(all_three, axis=0).round(2).tolist() if all_three else [None] * 3
    flipped = [size for size in sizes if size is not None]
    return {
        "texts": len(chosen),
        "tokens": tokens,
        "flipped": share(sizes),
        "flipped_in_order": share(by_order),
        "flipped_at_random": share(by_chance),
        "compared": len(all_three),
        "words": means[0],
        "words_in_order": means[1],
        "words_at_random": means[2],
        "median_words": float(np.median(flipped)) if flipped else None,
        "proven_smallest": round(sum(smallest) / max(len(flipped), 1), 3),
        "none_can_be_spared": round(sum(irreducible) / max(len(flipped), 1), 3),
        "median_seconds": round(float(np.median(seconds)), 2),
        "most_seconds": round(max(seconds), 2),
        "median_processor_seconds": round(float(np.median(processor)), 2),
        "most_processor_seconds": round(max(processor), 2),
    }


def share(sizes):
    return round(sum(size is not None for size in sizes) / len(sizes), 3)


def until_it_flips(subject, reading, order):
    """Words that go, one after the other in `order`, until the answer is another; or None."""
    gone = np.zeros(reading.n_words, dtype=bool)
    rows = [reading.ids]
    for place in order[:-1].tolist():
        gone[place] = True
        rows.append(reading.without(gone))
    said = subject.answers(rows).argmax(axis=1)
    flipped = np.flatnonzero(said != said[0])
    return int(flipped[0]) if len(flipped) else None


if __name__ == "__main__":
    main()
