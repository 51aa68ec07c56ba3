"""Whether explanations name the words that people name: mean average precision on tweets.

    python benchmarks/explain_plausibility.py data --rows 500

Tweets called positive or negative, and the words somebody picked as the reason
(tweet_rationales/tweets.csv; --file takes another of the same columns). The reviews starter, which
never saw a tweet, explains each; its words, by their scores, are ranked against the picked ones.
Two numbers are explained: the log-odds of the label that the person gave, and of the model's own.
A word is picked where all of it lies inside the picked text; marks between words do not count; rows
where every word is picked tell nothing apart and are left out. Random is the mean of five draws.
Brackets are 95 % intervals of paired differences, rows drawn again 2,000 times. The last line
printed is one JSON object.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np  # noqa: E402

DRAWS, AGAIN = 5, 2000
LABELS = ("positive", "negative")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", nargs="?", help="the folder with the public files")
    parser.add_argument("--rows", type=int, default=500)
    parser.add_argument("--file", type=Path, help="a CSV with text, selected_text and sentiment")
    parser.add_argument("--seed", type=int, default=0, help="which rows are drawn")
    given = parser.parse_args()
    if given.data:
        os.environ["LIMN_REAL_DATA"] = given.data
    from benchmarks.explain_speed import reviews_starter
    from benchmarks.texts import data_folder

    subject, _ = reviews_starter()
    path = given.file or data_folder() / "tweet_rationales" / "tweets.csv"
    rows, skipped = readable(subject, drawn(path, given.rows, given.seed))
    print(f"{len(rows)} rows, and {skipped} where every word is picked, or none that is there")
    found = {"file": path.name, "rows": len(rows), "skipped": skipped, **scored(subject, rows)}
    print(json.dumps(found))


def drawn(path, n, seed):
    """`n` rows of the two labels, in a random order."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["sentiment"] in LABELS]
    order = np.random.default_rng(seed).permutation(len(rows))[:n]
    return [rows[i] for i in order]


def readable(subject, rows):
    """(reading, its words that count, which of them are picked, label) of the rows that tell."""
    from engine.explain.reading import read

    found = []
    for row in rows:
        reading = read(subject, row["text"])
        (picked,) = subject.prepare([row["selected_text"].strip()])
        begin = reading.text.find(picked)
        counts = np.array([any(sign.isalnum() for sign in word) for word in reading.words])
        stop = begin + len(picked)
        inside = np.array([begin <= first and last <= stop for first, last in reading.spans])
        gold = inside[counts]
        if begin >= 0 and gold.any() and not gold.all():
            found.append((reading, counts, gold, row["sentiment"]))
    return found, len(rows) - len(found)


def scored(subject, rows):
    """Figures by which label is explained."""
    from engine.explain.target import Target

    readings = [row[0] for row in rows]
    answers = subject.answers([one.ids for one in readings]).argmax(axis=1)
    people = np.array([subject.names.index(row[3]) for row in rows])
    print(f"the model gives the person's label to {np.mean(answers == people):.1%}")
    found = {"model_agrees": round(float(np.mean(answers == people)), 4)}
    for name, labels in (("persons_label", people), ("models_label", answers)):
        targets = [Target(int(one)) for one in labels]
        precision = {
            method: precisions(rows, scores)
            for method, scores in explained(subject, readings, targets).items()
        }
        precision["random"] = np.mean([precisions(rows, guesses(rows, n)) for n in range(DRAWS)], 0)
        found[name] = figures(precision)
        told(name, found[name])
    return found


def explained(subject, readings, targets):
    """Name of a method to the scores of each text."""
    from engine.explain.methods.baseline import Baseline
    from engine.explain.methods.integrated import integrated_gradients
    from engine.explain.methods.slopes import gradient, input_x_gradient

    found = {
        "default": integrated_gradients(subject, readings, targets),
        "input x gradient": input_x_gradient(subject, readings, targets),
        "gradient": gradient(subject, readings, targets),
    }
    for kind in ("pad", "mask", "zero"):
        if kind != Baseline().kind:
            base = Baseline(kind)
            found[kind] = integrated_gradients(subject, readings, targets, baseline=base)
    return {name: [one.scores for one in ones] for name, ones in found.items()}


def guesses(rows, seed):
    rng = np.random.default_rng(seed)
    return [rng.standard_normal(reading.n_words) for reading, *_ in rows]


def precisions(rows, scores):
    """(rows,) average precision of scores against the picked words."""
    from sklearn.metrics import average_precision_score

    return np.array(
        [
            average_precision_score(gold, one[counts])
            for (_, counts, gold, _), one in zip(rows, scores, strict=True)
        ]
    )


def figures(precision):
    """Means, and by how much the default is above two others, with intervals."""
    ours = precision["default"]
    draws = np.random.default_rng(1).integers(len(ours), size=(AGAIN, len(ours)))
    above = {}
    for name in ("input x gradient", "random"):
        more = ours - precision[name]
        low, high = np.quantile(more[draws].mean(axis=1), [0.025, 0.975])
        above[name] = {
            "by": round(float(more.mean()), 4),
            "from_to": [round(float(low), 4), round(float(high), 4)],
        }
    means = {name: round(float(one.mean()), 4) for name, one in precision.items()}
    return {"mean_average_precision": means, "default_above": above}


def told(name, found):
    print(name.replace("s_", "'s "))
    for method, mean in found["mean_average_precision"].items():
        print(f"  {method:18s} {mean:.3f}")
    for other, more in found["default_above"].items():
        low, high = more["from_to"]
        print(f"  above {other} by {more['by']:.3f} [{low:.3f}, {high:.3f}]")


if __name__ == "__main__":
    main()
