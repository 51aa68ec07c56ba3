"""Texts a second of weighing the words of many, against calling Captum for each.

    python benchmarks/explain_corpus.py --texts 48 --rounds 3
    python benchmarks/explain_corpus.py --texts 0 --whole 2000

Reviews of mixed length through the reviews starter, log-odds of the answer against PAD. The peer
is captum.attr.LayerIntegratedGradients on transformers' own model, one text at a time, with its
defaults (50 Gauss-Legendre points). Ours packs texts and points: once with those very points, where
the numbers must be equal, and once as `explain corpus` does it by itself (fewer points, laid where
they count, more where the sum asks for it). All three take turns, block by block, in one process.
--whole runs the stage end to end in a process of its own and tells its peak memory. The last line
printed is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np  # noqa: E402

from benchmarks.texts import texts  # noqa: E402

POINTS = 50


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=48, help="texts of a round; 0 leaves it out")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--whole", type=int, default=0, help="texts of the stage end to end")
    given = parser.parse_args()
    said = {}
    if given.texts:
        said |= against_captum(given.texts, given.rounds)
    if given.whole:
        said |= whole(given.whole)
    print(json.dumps(said))


def against_captum(n, rounds):
    from benchmarks.captum_peer import CaptumPeer
    from benchmarks.explain_speed import reviews_starter
    from engine.explain.corpus.chunk import readable
    from engine.explain.methods.baseline import Baseline
    from engine.explain.methods.integrated import integrated_gradients
    from engine.explain.ranks import rank_correlation
    from engine.explain.target import Target

    subject, folder = reviews_starter()
    peer, pad = CaptumPeer(folder), subject.special_tokens["pad"]
    chosen = texts("reviews", n * rounds)
    turns, differences, own_differences, ranks, lengths = [], [], [], [], []
    for at in range(rounds):
        some = chosen[at * n : (at + 1) * n]
        readings = [one for one in (readable(subject, text) for text in some) if one]
        of = [Target(int(k)) for k in subject.answers([r.ids for r in readings]).argmax(axis=1)]
        lengths += [len(one.ids) for one in readings]

        def captum(readings=readings, of=of):
            return [
                peer.explain(r, t.of, pad, POINTS)[0] for r, t in zip(readings, of, strict=True)
            ]

        def equal(readings=readings, of=of):
            return integrated_gradients(
                subject, readings, of, baseline=Baseline("pad"), plain=True, steps=POINTS,
                bound=np.inf,
            )  # fmt: skip

        def ours(readings=readings, of=of):
            return integrated_gradients(subject, readings, of, baseline=Baseline("pad"))

        turn, found = {}, {}
        runs = [("captum", captum), ("equal points", equal), ("ours", ours)]
        for name, run in runs[at % 3 :] + runs[: at % 3]:
            began = time.perf_counter(), time.process_time()
            found[name] = run()
            turn[name] = time.perf_counter() - began[0], time.process_time() - began[1]
        turns.append((len(readings), turn))
        three = (found[name] for name in ("captum", "equal points", "ours"))
        for theirs, mine, own in zip(*three, strict=True):
            differences.append(float(np.abs(mine.scores - theirs).max()))
            own_differences.append(float(np.abs(own.scores - theirs).max()))
            ranks.append(rank_correlation(own.scores, theirs))
        told(at, turn, len(readings))
    return summary(turns, differences, own_differences, ranks, lengths)


def told(at, turn, n):
    seconds = ", ".join(f"{name} {n / wall:.2f} texts/s" for name, (wall, _) in turn.items())
    print(f"round {at + 1}: {seconds}", flush=True)


def summary(turns, differences, own_differences, ranks, lengths):
    total = {
        name: np.sum([turn[name] for _, turn in turns], axis=0).tolist() for name in turns[0][1]
    }
    n = sum(count for count, _ in turns)
    said = {
        "texts": n,
        "tokens a text": {"mean": float(np.mean(lengths)), "most": int(np.max(lengths))},
        "texts a second": {name: n / wall for name, (wall, _) in total.items()},
        "ratio at equal points": total["captum"][0] / total["equal points"][0],
        "ratio at equal points by processor": total["captum"][1] / total["equal points"][1],
        "ratio as it runs": total["captum"][0] / total["ours"][0],
        "ratio as it runs by processor": total["captum"][1] / total["ours"][1],
        "largest difference at equal points": max(differences),
        "largest difference as it runs": {
            "median": float(np.median(own_differences)),
            "most": max(own_differences),
        },
        "rank with captum, as it runs": {"median": float(np.median(ranks)), "least": min(ranks)},
        "peak MiB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    for name, value in said.items():
        print(f"{name}: {value}")
    return said


def whole(n):
    """The stage on `n` reviews, in a process and a cache of its own."""
    with tempfile.TemporaryDirectory() as folder:
        code = f"from benchmarks.explain_corpus import stage; stage({n}, {str(folder)!r})"
        out = subprocess.run(
            [sys.executable, "-c", code], cwd=Path(__file__).parents[1], check=True,
            stdout=subprocess.PIPE, text=True,
        ).stdout  # fmt: skip
    said = json.loads(out.splitlines()[-1])
    print(said)
    return {"end to end": said}


def stage(n, folder):
    """Run by :func:`whole`: prints what it took."""
    import csv

    from engine.data.spec_dataset import DatasetSpec
    from engine.data.spec_source import SourceSpec
    from engine.explain.corpus.spec import ExplainCorpusSpec
    from engine.resolve import addressed
    from engine.store import Store
    from engine.work import run

    path = Path(folder) / "reviews.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["text"])
        writer.writerows([text] for text in texts("reviews", n))
    store = Store(Path(folder) / "cache")
    source = run(SourceSpec(path=str(path)), store=store)
    dataset = run(DatasetSpec(source=source.key, text=["text"], label=""), store=store)
    model = addressed(store, "reviews-starter", "model")
    began = time.perf_counter(), time.process_time()
    found = run(ExplainCorpusSpec(model=model.key, dataset=dataset.key, limit=n), store=store)
    print(
        json.dumps(
            {
                "texts": found.facts["rows"],
                "words": found.facts["words"],
                "seconds": time.perf_counter() - began[0],
                "processor seconds": time.process_time() - began[1],
                "texts a second, weighing": found.facts["texts_per_second"],
                "beyond the bound": found.facts["beyond"],
                "peak MiB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
                "MiB on disk": found.bytes / 2**20,
            }
        )
    )


if __name__ == "__main__":
    main()
