"""Whether explanations of reviews are true: what happens without their words, or with them alone.

    python benchmarks/explain_faithfulness.py data --texts 300

Amazon Fine Food reviews through the reviews starter: log-odds of its answer, comprehensiveness and
sufficiency (AOPC at 1, 5, 10, 20 and 50 % of the words), as shares of its probability. Random is
the same code on random scores, five draws a review. Other baselines and methods stand beside the
default; with --choose N they are measured on N other reviews first, so that what is chosen by those
is reported on reviews that did not choose. Brackets are 95 % intervals, reviews drawn again 2,000
times. The last line printed is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np  # noqa: E402

DRAWS, AGAIN, TOGETHER = 5, 2000, 50
BASELINES = ("pad", "mask", "zero")
WANTED = {"comprehensiveness_times_random": 3.0, "sufficiency_share_of_random": 0.5}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", nargs="?", help="the folder with the public files")
    parser.add_argument("--texts", type=int, default=300, help="reviews to report on")
    parser.add_argument("--choose", type=int, default=0, help="others to choose by, printed first")
    parser.add_argument(
        "--quick", action="store_true", help="the default, its rival and random only"
    )
    given = parser.parse_args()
    if given.data:
        os.environ["LIMN_REAL_DATA"] = given.data
    from benchmarks.explain_speed import reviews_starter
    from benchmarks.texts import texts

    subject, _ = reviews_starter()
    reviews = texts("reviews", given.texts + given.choose)
    order = np.random.default_rng(0).permutation(len(reviews))
    parts = {"choose": order[: given.choose], "report": order[given.choose :]}
    found = {}
    for part, places in parts.items():
        if len(places):
            began = time.perf_counter()
            found[part] = figures(measured(subject, [reviews[i] for i in places], given.quick))
            found[part]["reviews"] = len(places)
            found[part]["seconds"] = round(time.perf_counter() - began, 1)
            told(part, found[part])
    print(json.dumps({**found, "wanted": WANTED}))


def measured(subject, reviews, quick):
    """Name of a method to (reviews, 2) comprehensiveness and sufficiency."""
    every = {}
    for start in range(0, len(reviews), TOGETHER):
        for name, rows in some(subject, reviews[start : start + TOGETHER], quick).items():
            every.setdefault(name, []).extend(rows)
        print(f"{min(start + TOGETHER, len(reviews))} of {len(reviews)} reviews", file=sys.stderr)
    return {name: np.array(rows) for name, rows in every.items()}


def some(subject, reviews, quick):
    from engine.explain.methods.occlusion import random_scores
    from engine.explain.methods.presence import Presence
    from engine.explain.reading import read
    from engine.explain.target import Target
    from engine.explain.trust.erasing import erased

    readings = [read(subject, text) for text in reviews]
    answers = subject.answers([one.ids for one in readings])
    targets = [Target(int(answer.argmax())) for answer in answers]
    scores = explained(subject, readings, targets, quick)
    found = {name: [] for name in (*scores, "random")}
    for place, (reading, target) in enumerate(zip(readings, targets, strict=True)):
        draws = [random_scores(subject, reading, target, seed=n).order for n in range(DRAWS)]
        orders = [one[place].order for one in scores.values()] + draws
        curves = erased(Presence(subject, reading, target), np.stack(orders))
        pairs = np.stack([curves.comprehensiveness, curves.sufficiency], axis=1)
        for name, pair in zip(scores, pairs, strict=False):
            found[name].append(pair)
        found["random"].append(pairs[len(scores) :].mean(axis=0))
    return found


def explained(subject, readings, targets, quick):
    """Name of a method to its attributions; "default" is what the app does if nothing is chosen."""
    from engine.explain.methods.baseline import Baseline
    from engine.explain.methods.integrated import integrated_gradients
    from engine.explain.methods.slopes import gradient, input_x_gradient

    own = Baseline().kind
    found = {"default": integrated_gradients(subject, readings, targets)}
    found["input x gradient"] = input_x_gradient(subject, readings, targets)
    if not quick:
        for kind in (kind for kind in BASELINES if kind != own):
            base = Baseline(kind)
            found[kind] = integrated_gradients(subject, readings, targets, baseline=base)
        found["gradient"] = gradient(subject, readings, targets)
    return found


def figures(every):
    """Means, and the default's ratios to random with their intervals."""
    means = {
        name: {
            "comprehensiveness": round(float(rows[:, 0].mean()), 4),
            "sufficiency": round(float(rows[:, 1].mean()), 4),
        }
        for name, rows in every.items()
    }
    ours, chance = every["default"], every["random"]
    rng = np.random.default_rng(1)
    draws = rng.integers(len(ours), size=(AGAIN, len(ours)))
    spread = ours[draws].mean(axis=1) / chance[draws].mean(axis=1)
    names = ("comprehensiveness_times_random", "sufficiency_share_of_random")
    ratios = {
        name: {
            "is": round(float(ours[:, i].mean() / chance[:, i].mean()), 3),
            "from_to": [round(float(x), 3) for x in np.quantile(spread[:, i], [0.025, 0.975])],
        }
        for i, name in enumerate(names)
    }
    return {"means": means, **ratios}


def told(part, found):
    print(f"{part}: {found['reviews']} reviews, {found['seconds']} s")
    for name, one in found["means"].items():
        comprehensiveness, sufficiency = one["comprehensiveness"], one["sufficiency"]
        print(f"  {name:18s} {comprehensiveness:7.3f} taken out, {sufficiency:7.3f} left in")
    for name in WANTED:
        low, high = found[name]["from_to"]
        print(f"  {name}: {found[name]['is']} [{low}, {high}], wanted {WANTED[name]}")


if __name__ == "__main__":
    main()
