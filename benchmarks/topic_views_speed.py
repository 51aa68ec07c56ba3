"""How long the views of topics take to be computed, each from the topics as they stand.

    LIMN_CACHE=... python benchmarks/topic_views_speed.py TOPICS --documents 100000 --rounds 5

TOPICS is an artifact; its documents are taken as often as it needs for that many, and dates and 200
categories are drawn at random. Prints medians of seconds; the last line printed is one JSON object.
What a page keeps from run to run (word weights, dates) is timed by itself.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.topic_edit_speed import repeated  # noqa: E402
from engine.store import default_store  # noqa: E402
from engine.topics.edit.context import Context  # noqa: E402
from engine.topics.topics import Topics  # noqa: E402
from engine.topics.views.crossed import Categories, crossed  # noqa: E402
from engine.topics.views.hierarchy import hierarchy, joint_words, topic_counts  # noqa: E402
from engine.topics.views.likeness import closest, likeness  # noqa: E402
from engine.topics.views.periods import periods  # noqa: E402
from engine.topics.views.reasons import reasons, words_used  # noqa: E402
from engine.topics.views.trends import slopes, trends  # noqa: E402
from engine.topics.views.two_runs import became, flows, shared_documents  # noqa: E402
from engine.topics.words.describe import weights_of  # noqa: E402


def views(context: Context, folder: Path) -> dict[str, Callable[[], Any]]:
    """Each view by name."""
    topics, words, n = context.fit, context.words, len(context.fit.assigned)
    ids, k = topics.ids, len(topics.found)
    rng = np.random.default_rng(0)
    days = rng.integers(0, 20 * 365, n).astype("timedelta64[D]")
    dates = (np.datetime64("2000-01-01", "us") + days).astype("datetime64[us]")
    when = periods(dates)
    categories = Categories(rng.integers(0, 200, n).astype(np.int32), tuple(map(str, range(200))))
    weights, counts = weights_of(words, topics.assigned, ids), topic_counts(
        words, topics.assigned, ids
    )  # fmt: skip
    tree = hierarchy(topics.centroids)
    moved = topics.assigned.copy()
    moved[rng.permutation(n)[: n // 5]] = rng.choice(ids, n // 5)
    other = Topics(moved, topics.strength, topics.found, topics.centroids)
    first, second = _files(folder, n, rng)
    shared = shared_documents(first, second)
    order = np.argsort(shared[0])

    def crossing() -> None:
        found = crossed(topics.assigned, ids, categories)
        assert found.beyond_chance.shape == found.in_topic.shape == (k, 200)

    def compared() -> None:
        became(flows(topics, other, (shared[0][order], shared[0][order])))

    return {
        "periods": lambda: periods(dates),
        "trends": lambda: slopes(trends(topics.assigned, ids, when), when.middles),
        "categories": crossing,
        "tree": lambda: hierarchy(topics.centroids),
        "cut": lambda: joint_words(counts, words.vocabulary, tree.branches(max(1, k // 2))),
        "pairs": lambda: closest(likeness(topics.centroids)),
        "document": lambda: (
            reasons(n // 2, topics, context.vectors, words, weights),
            words_used(n // 2, 0, words, weights),
        ),
        "same texts": lambda: shared_documents(first, second),
        "compare": compared,
        "word weights": lambda: weights_of(words, topics.assigned, ids),
        "word counts": lambda: topic_counts(words, topics.assigned, ids),
    }


def _files(folder: Path, n: int, rng: np.random.Generator) -> tuple[Path, Path]:
    """Two datasets' rows with the same texts of an abstract's length in another order."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    names = [f"{number} " + "of an abstract's length " * 40 for number in range(n)]
    paths = folder / "one.parquet", folder / "two.parquet"
    pq.write_table(pa.table({"text": names}), paths[0])
    pq.write_table(pa.table({"text": [names[i] for i in rng.permutation(n)]}), paths[1])
    return paths


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("topics")
    parser.add_argument("--documents", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    store = default_store()
    context = repeated(Context(store.get(args.topics, "topics"), store), args.documents)
    seconds: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, view in views(context, Path(folder)).items():
            took = []
            for _ in range(args.rounds):
                began = time.perf_counter()
                view()
                took.append(time.perf_counter() - began)
            seconds[name] = round(statistics.median(took), 3)
    k, v = len(context.fit.found), len(context.words.vocabulary)
    print(f"{args.documents:,} documents, {k} topics, {v:,} words")
    print(json.dumps({"documents": args.documents, "topics": k, "median_seconds": seconds}))


if __name__ == "__main__":
    main()
