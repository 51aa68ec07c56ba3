"""How long an edit of topics takes to be seen: the edit itself, then words, sizes and centres anew,
and how long it takes to say before what it would do.

    LIMN_CACHE=... python benchmarks/topic_edit_speed.py TOPICS --documents 100000 --rounds 5

TOPICS is an artifact; its documents are taken as often as it needs for that many. Prints medians of
seconds, of an edit after the ones before it; the last line printed is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from engine.store import default_store  # noqa: E402
from engine.topics.cluster.tree import Tree  # noqa: E402
from engine.topics.edit.context import Context  # noqa: E402
from engine.topics.edit.edits import (  # noqa: E402
    Delete,
    Gather,
    Level,
    Merge,
    Move,
    Rename,
    Rescue,
    Split,
)
from engine.topics.edit.preview import preview  # noqa: E402
from engine.topics.edit.replay import replay  # noqa: E402
from engine.topics.edit.stand import stand  # noqa: E402
from engine.topics.topics import Topics  # noqa: E402
from engine.topics.words.counts import Words  # noqa: E402


def repeated(context: Context, n: int) -> Context:
    """The same topics over `n` documents: those of `context`, again and again."""
    from scipy.sparse import vstack

    fit, times = context.fit, -(-n // len(context.fit.assigned))
    rng = np.random.default_rng(0)
    more = Context(context.artifact, context.store)
    points = np.tile(np.asarray(context.points), (times, 1))[:n]
    counts = vstack([context.words.counts] * times, format="csr")[:n]
    assigned = np.tile(fit.assigned, times)[:n]
    found = tuple(replace(t, size=int((assigned == t.id).sum())) for t in fit.found)
    more.__dict__["fit"] = Topics(assigned, np.tile(fit.strength, times)[:n], found, fit.centroids)
    more.__dict__["vectors"] = np.tile(np.asarray(context.vectors), (times, 1))[:n]
    more.__dict__["points"] = (points + rng.normal(0, 0.01, points.shape)).astype(np.float32)
    more.__dict__["words"] = Words(counts, context.words.vocabulary)
    more.__dict__["tree"] = Tree(np.tile(context.tree.grain, times)[:n], context.tree.merges)
    return more


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("topics")
    parser.add_argument("--documents", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    store = default_store()
    whole = Context(store.get(args.topics, "topics"), store)
    context = repeated(whole, args.documents)
    ids = [topic.id for topic in whole.fit.found]
    small = tuple(range(0, args.documents, 50))
    edits = [
        Rename(topic=ids[0], name="First"),
        Merge(into=(ids[1], ids[2])),
        Gather(places=small),
        Move(places=small, to=-1),
        Rescue(least=0.1),
        Delete(gone=(ids[-1],)),
        Split(topic=ids[0], parts=3),
        Level(count=2 * len(ids)),
    ]
    looks = [Merge(into=(ids[1], ids[2])), Split(topic=ids[0], parts=3), Level(count=2 * len(ids))]
    strays = [Move(places=tuple(range(0, args.documents, 10)), to=-1)]
    seconds: dict[str, list[float]] = {}
    for _ in range(args.rounds):
        context.replayed.clear()
        done = []
        for edit in edits:
            done.append(edit)
            began = time.perf_counter()
            state, _, skipped = replay(done, context)
            topics = stand(state, context)
            seconds.setdefault(edit.kind, []).append(time.perf_counter() - began)
            assert not skipped
            assert sum(t.size for t in topics.found) == (topics.assigned >= 0).sum()
        context.replayed.clear()
        for look in looks:
            began = time.perf_counter()
            preview([], look, context.fit, context)
            seconds.setdefault(f"preview of {look.kind}", []).append(time.perf_counter() - began)
        standing = stand(replay(strays, context)[0], context)
        for by in ("vectors", "words", "both"):
            began = time.perf_counter()
            preview(strays, Rescue(by=by, least=0.1), standing, context)
            seconds.setdefault(f"preview of rescue by {by}", []).append(time.perf_counter() - began)
    medians = {kind: round(statistics.median(took), 3) for kind, took in seconds.items()}
    sizes = {t.id: int((context.fit.assigned == t.id).sum()) for t in whole.fit.found}
    print(f"{args.documents:,} documents, {len(ids)} topics, the split one {sizes[ids[0]]:,}")
    print(json.dumps({"documents": args.documents, "median_seconds": medians}))


if __name__ == "__main__":
    main()
