"""Whether explanations of topics are true: what happens to a document without the words they name.

    python -m engine topics arxiv --name arxiv-topics
    python benchmarks/explain_topics.py arxiv-topics --documents 40

Documents drawn from topics in the store, each for its topic against the runner-up, in cosines.
Comprehensiveness and sufficiency (AOPC at 1, 5, 10, 20 and 50 % of the words) of Integrated
Gradients with each baseline, of Input x Gradient and of random orders (five a document); of topics
of a draft encoder, of exact shares. "moved" is the share of documents nearer to the runner-up once
20 words are out. With --whole N, N documents of each topic also give its driving words, whose
overlap with c-TF-IDF is told. The last line printed is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np  # noqa: E402

DRAWS, OUT = 5, 20


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("topics", help="name or key of topics in the store")
    parser.add_argument("--documents", type=int, default=40)
    parser.add_argument("--whole", type=int, default=0, help="documents of each topic; 0 is none")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    from engine.store import default_store

    store = default_store()
    topics = store.get(given.topics, "topics")
    found = documents(store, topics, given.documents, given.seed)
    for name, row in found["methods"].items():
        print(
            f"{name:28s} comprehensiveness {row['comprehensiveness']:+.4f}  "
            f"sufficiency {row['sufficiency']:+.4f}  moved {row['moved']:.0%}"
        )
    if given.whole:
        found["whole"] = whole(store, topics, given.whole)
    print(json.dumps(found))


def documents(store, topics, n, seed):
    from engine.explain.of_topics import explained_topics
    from engine.explain.reading import read
    from engine.explain.topics.document import contrast, text_of
    from engine.topics.topics import load_topics

    now, subject = load_topics(topics), explained_topics(store, topics)
    inside = np.flatnonzero(now.assigned >= 0)
    places = np.random.default_rng(seed).choice(inside, min(n, len(inside)), replace=False)
    readings = [read(subject, text_of(store, topics, int(place))) for place in places]
    cosines = subject.answers([one.ids for one in readings])
    targets = [
        contrast(now, cosine, int(now.assigned[place]))
        for cosine, place in zip(cosines, places, strict=True)
    ]
    began = time.perf_counter()
    scores = explained(subject, readings, targets)
    rows = {name: [] for name in (*scores, "random")}
    for at, (reading, target) in enumerate(zip(readings, targets, strict=True)):
        for name, row in of_one(subject, reading, target, scores, at, seed).items():
            rows[name].append(row)
    names = ("comprehensiveness", "sufficiency", "moved")
    return {
        "topics": topics.title,
        "documents": len(places),
        "words": float(np.mean([one.n_words for one in readings])),
        "value": float(np.mean(subject.scored([one.ids for one in readings], targets))),
        "methods": {
            name: dict(zip(names, mean(found), strict=True)) for name, found in rows.items()
        },
        "seconds": round(time.perf_counter() - began, 1),
    }


def mean(rows):
    return np.mean(rows, axis=0, dtype=float).round(4).tolist()


def explained(subject, readings, targets):
    """Name of a method to one attribution a document."""
    from engine.explain.methods.baseline import Baseline, baseline_kinds
    from engine.explain.methods.integrated import integrated_gradients
    from engine.explain.methods.slopes import input_x_gradient
    from engine.explain.topics.shares import exact_shares, has_shares

    if has_shares(subject):
        pairs = zip(readings, targets, strict=True)
        return {"exact shares": [exact_shares(subject, *pair) for pair in pairs]}
    found = {
        f"integrated gradients, {kind}": integrated_gradients(
            subject, readings, targets, baseline=Baseline(kind)
        )
        for kind in baseline_kinds(subject)
    }
    return {**found, "input x gradient": input_x_gradient(subject, readings, targets)}


def of_one(subject, reading, target, scores, at, seed):
    """Comprehensiveness, sufficiency, and whether it moved, of each method on one document."""
    from engine.explain.methods.presence import Presence
    from engine.explain.topics.ablation import marked
    from engine.explain.trust.erasing import erased

    rng = np.random.default_rng([seed, at])
    orders = [one[at].order for one in scores.values()]
    orders += [rng.permutation(reading.n_words) for _ in range(DRAWS)]
    curves = erased(Presence(subject, reading, target), np.stack(orders))
    most = min(OUT, reading.n_words // 2)
    left = [reading.without(marked(reading.n_words, order[:most])) for order in orders]
    moved = subject.scored(left, [target] * len(left)) < 0
    rows = np.stack([curves.comprehensiveness, curves.sufficiency, moved], axis=1)
    found = dict(zip(scores, rows, strict=False))
    return {**found, "random": rows[len(scores) :].mean(axis=0)}


def whole(store, topics, documents):
    from engine.explain.topics.driving import load_driving
    from engine.explain.topics.spec import ExplainTopicsSpec
    from engine.work import run

    spec = ExplainTopicsSpec(topics=topics.key, documents=documents)
    made = run(spec, store=store)
    for one in load_driving(made.path):
        print(f"{one.name}: only the encoder {', '.join(one.lists.only_driving[:6])}; "
              f"only counting {', '.join(one.lists.only_counted[:6])}")  # fmt: skip
    return dict(made.facts)


if __name__ == "__main__":
    main()
