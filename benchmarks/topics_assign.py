"""New documents assigned to topics: how often they go where they belong, against simpler ways.

    python -m engine topics papers --name papers-topics
    LIMN_CACHE=cache python benchmarks/topics_assign.py papers-topics news-topics --seeds 0 1

Takes topics artifacts. For each:

left out    documents in a topic that go back to it when taken out with their copies and assigned
            again: by Limn (with and without the rule that what is unlike everything gets no topic),
            by 15 nearest neighbours, the nearest one, and the nearest topic centre (itself left out
            of it); and Limn's expected calibration error.
a fifth     the same where a fifth of all documents is taken out at once.
joint fit   topics found in four fifths, matched one to one with those of all documents by the
            documents they share; the other fifth assigned to them agrees with the joint fit this
            often. Beside it, how often the four fifths' own documents do, which no way of assigning
            can change.
foreign     documents of the other artifacts' corpora, by the same encoder, called unlike.

The last line printed is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from engine.store import default_store  # noqa: E402
from engine.topics.assign.assigner import Assigner  # noqa: E402
from engine.topics.assign.build import made_from  # noqa: E402
from engine.topics.assign.card import load_card  # noqa: E402
from engine.topics.assign.judge import learn_judge  # noqa: E402
from engine.topics.assign.nearest import nearest  # noqa: E402
from engine.topics.assign.neighbourhood import learn, load_neighbourhood, mean_away  # noqa: E402
from engine.topics.assign.spec import AssignerSpec  # noqa: E402
from engine.topics.centres import unit  # noqa: E402
from engine.topics.cluster.cluster import cluster  # noqa: E402
from engine.topics.reduce.reduced import reduce  # noqa: E402
from engine.topics.topics import Topic, Topics, load_topics  # noqa: E402
from engine.work import run  # noqa: E402

_FIFTH, _FOREIGN = 0.2, 1000


class Corpus:
    """What a topics artifact was made of."""

    def __init__(self, name: str) -> None:
        store = default_store()
        self.name = name
        artifact = store.get(name, "topics")
        self.topics = load_topics(artifact)
        made = made_from(store, artifact, "vectors")
        self.encoder = made.manifest.spec["encoder"]
        self.vectors = np.load(made.path / "vectors.npy")
        ready = run(AssignerSpec(topics=artifact.key), store=store)
        self.near, self.k = load_neighbourhood(ready.path), load_card(ready).neighbors
        rows = made_from(store, artifact, "dataset").path / "rows.parquet"
        import pyarrow.parquet as pq

        self.groups = pq.read_table(rows, columns=["group"])["group"].to_numpy()
        self.judge = learn_judge(self.near, self.topics)


def left_out(corpus: Corpus) -> dict[str, float]:
    """Shares of the documents in a topic that go back to it."""
    truth = np.asarray(corpus.topics.assigned)
    sample = corpus.near.sample
    inside = truth[sample] >= 0
    near = np.asarray(corpus.near.near)[:, :15]
    voted = np.array([_most(truth[row]) for row in near])
    said = corpus.judge.agreement
    return {
        "documents": said.documents,
        "limn": said.share,
        "limn_without_unlike": said.alone,
        "calibration_error": said.error,
        "15_nearest": _share(voted == truth[sample], inside),
        "nearest": _share(truth[near[:, 0]] == truth[sample], inside),
        "centre": _share(_by_centre(corpus)[sample] == truth[sample], inside),
    }


def _by_centre(corpus: Corpus) -> np.ndarray:
    rows, truth, ids = unit(corpus.vectors), corpus.topics.assigned, corpus.topics.ids
    sums = np.stack([rows[truth == i].sum(axis=0) for i in ids])
    alike = rows @ unit(sums).T
    for n, i in enumerate(ids):
        mine = np.flatnonzero(truth == i)
        alike[mine, n] = (rows[mine] * unit(sums[n] - rows[mine])).sum(axis=1)
    return ids[alike.argmax(axis=1)]


def _most(topics: np.ndarray) -> int:
    names, counts = np.unique(topics[topics >= 0], return_counts=True)
    return int(names[counts.argmax()]) if len(names) else -1


def _share(same: np.ndarray, inside: np.ndarray) -> float:
    return round(float(same[inside].mean()), 4)


def _halves(corpus: Corpus, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Places of four fifths and of the other: copies stay together."""
    names = np.unique(corpus.groups)
    out = np.random.default_rng(seed).permutation(names)[: int(_FIFTH * len(names))]
    mine = np.isin(corpus.groups, out)
    return np.flatnonzero(~mine), np.flatnonzero(mine)


def _assigned(corpus: Corpus, rest: np.ndarray, labels: np.ndarray, new: np.ndarray) -> np.ndarray:
    """The labels that `new` documents get where only the `rest` is known."""
    ids, sizes = np.unique(labels[labels >= 0], return_counts=True)
    found = tuple(Topic(int(i), int(n), (), "") for i, n in zip(ids, sizes, strict=True))
    topics = Topics(labels.astype(np.int32), np.ones(len(rest)), found, np.zeros((len(ids), 1)))
    near = learn(corpus.vectors[rest], corpus.groups[rest], corpus.k)
    hashes = np.arange(1, len(rest) + 1, dtype=np.uint64)
    assigner = Assigner(topics, corpus.vectors[rest], hashes, near, corpus.k)
    return assigner.assign(corpus.vectors[new], [f"new text {n}" for n in new]).topic


def a_fifth(corpus: Corpus, seed: int) -> float:
    """Agreement of a fifth of the documents where the others are known with their topics."""
    rest, new = _halves(corpus, seed)
    truth = np.asarray(corpus.topics.assigned)
    return _share(_assigned(corpus, rest, truth[rest], new) == truth[new], truth[new] >= 0)


def joint_fit(corpus: Corpus, seed: int, topics: int) -> dict[str, float]:
    """Topics of four fifths against those of all, see the head of this file."""
    from scipy.optimize import linear_sum_assignment

    rest, new = _halves(corpus, seed)
    truth = np.asarray(corpus.topics.assigned)
    rows = corpus.vectors[rest]
    points = reduce(rows, dims=5, neighbors=corpus.k, seed=0).points
    labels = cluster(points, rows, topics=topics, every_level=not topics).labels
    ids = corpus.topics.ids
    shared = np.array(
        [[((truth[rest] == i) & (labels == j)).sum() for j in range(labels.max() + 1)] for i in ids]
    )
    left, right = linear_sum_assignment(-shared)
    name = np.full(labels.max() + 2, -2)
    name[right] = ids[left]
    said = name[_assigned(corpus, rest, labels, new)]
    both = (truth[rest] >= 0) & (labels >= 0)
    return {
        "topics": int(labels.max() + 1),
        "assigned": _share(said == truth[new], truth[new] >= 0),
        "own_documents": _share(name[labels] == truth[rest], both),
    }


def foreign(corpus: Corpus, other: Corpus) -> float:
    """Share of another corpus's documents that are called unlike."""
    _, alike = nearest(corpus.vectors, other.vectors[:_FOREIGN], corpus.k)
    return round(float((mean_away(1 - alike, corpus.k) > corpus.judge.limit).mean()), 4)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("topics", nargs="+")
    parser.add_argument("--seeds", nargs="+", type=int, default=[0])
    given = parser.parse_args()
    every = [Corpus(name) for name in given.topics]
    results = {}
    for one in every:
        k = len(one.topics.found)
        others = [o for o in every if o is not one and o.encoder == one.encoder]
        results[one.name] = {
            "documents": len(one.vectors),
            "topics": k,
            "encoder": one.encoder,
            "left_out": left_out(one),
            "a_fifth": [a_fifth(one, seed) for seed in given.seeds],
            "joint_fit": [joint_fit(one, seed, 0) for seed in given.seeds],
            "joint_fit_as_many": [joint_fit(one, seed, k) for seed in given.seeds],
            "foreign": {other.name: foreign(one, other) for other in others},
        }
        sys.stdout.write(f"{one.name}: {json.dumps(results[one.name])}\n")
    sys.stdout.write(json.dumps(results) + "\n")


if __name__ == "__main__":
    main()
