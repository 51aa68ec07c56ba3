"""A topics artifact made without clustering: what a page can be tried on."""

from __future__ import annotations

import datetime
import hashlib

import numpy as np

from engine.store.artifact import Manifest
from engine.topics.topics import Topic, Topics, save_topics
from engine.topics.words.spec import WordsSpec
from engine.work import run


def topics_artifact(store, dataset, *, topics=3, outliers=4, mapped=True, described=False):
    """Document n is of topic n % `topics`, the first `outliers` of none; a round map of them.

    `described`: with the words of its texts and vectors about each topic's centre.
    """
    n = int(dataset.facts["rows"])
    rng = np.random.default_rng(0)
    assigned = np.arange(n, dtype=np.int32) % topics
    assigned[:outliers] = -1
    turns = np.linspace(0, 6, topics)
    middles = np.stack([np.cos(turns), np.sin(turns)], axis=1)
    points = middles[np.arange(n) % topics] + rng.normal(0, 0.05, (n, 2))
    sizes = [int((assigned == t).sum()) for t in range(topics)]
    found = tuple(
        Topic(t, sizes[t], ((f"word{t}", 1.0), ("other", 0.5)), f"Name {t}")
        for t in np.argsort(np.negative(sizes), kind="stable").tolist()
    )
    kept = Topics(assigned, np.full(n, 0.75, np.float32), found, np.eye(topics, 8, dtype="f4"))
    inputs = {"dataset": f"dataset/{dataset.key}"}
    if mapped:
        flat = _publish(store, "projection", dataset.key, {}, {"dims": 2},
                        lambda to: np.save(to / "points.npy", points.astype("f4")))  # fmt: skip
        inputs["projection"] = f"projection/{flat.key}"
    if described:
        vectors = np.eye(topics, 8)[np.arange(n) % topics] + rng.normal(0, 0.05, (n, 8))
        made = _publish(store, "vectors", dataset.key, {}, {},
                        lambda to: np.save(to / "vectors.npy", vectors.astype("f4")))  # fmt: skip
        words = run(WordsSpec(dataset=dataset.key), store=store)
        inputs |= {"vectors": f"vectors/{made.key}", "words": f"words/{words.key}"}
    facts = {"documents": n, "n_topics": topics, "outlier_share": outliers / n}
    return _publish(store, "topics", dataset.key, inputs, facts, lambda to: save_topics(to, kept))


def _publish(store, kind, seed, inputs, facts, fill):
    with store.temporary() as folder:
        fill(folder)
        key = hashlib.sha256(f"{kind}{seed}{sorted(inputs)}".encode()).hexdigest()[:20]
        manifest = Manifest(
            kind=kind, key=key, stage=f"made {kind}", version=1, spec={}, inputs=inputs,
            facts=facts, command="", created=datetime.datetime.now(datetime.UTC), seconds=1,
            machine={}, files={},
        )  # fmt: skip
        return store.publish(folder, manifest)
