"""Time left of predicting a whole file, as it was told on the way, against the real end.

A job predicts 100,000 reviews of ../shared/data, each with its running number, with a quick
classifier on the default encoder. What the page would show is read once a second: the share done,
the time left and the memory. "After 5 %" is the end told from a twentieth of the way on.

    python benchmarks/predict_file_progress.py --rows 100000 --log progress.jsonl

With --done it ends early, after that share of the rows. The last line printed is one JSON object.
"""

from __future__ import annotations

import argparse
import csv
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import psutil  # noqa: E402

_TRAINED = 2000
_SHARES = (0.05, 0.1, 0.25, 0.5, 0.75)


def reviews(rows: int) -> Iterator[tuple[str, int]]:
    """`rows` reviews, whole, each beginning with its number."""
    from benchmarks.texts import texts

    for number, text in enumerate(islice(cycle(texts("reviews")), rows)):
        yield f"{number} {text}", number


def train(folder: Path, store, max_length: int) -> str:
    """Key of a quick classifier on the default encoder; what it says does not matter here."""
    from benchmarks.texts import labelled_news
    from engine.classify.spec import TrainSpec
    from engine.data.spec_dataset import DatasetSpec
    from engine.data.spec_source import SourceSpec
    from engine.work import run

    path = folder / "train.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("text", "label")])
        rows = list(zip(*labelled_news(), strict=True))
        csv.writer(file).writerows(rows[:: len(rows) // _TRAINED])
    source = run(SourceSpec(path=str(path)), store=store)
    dataset = run(DatasetSpec(source=source.key, near_duplicates="no"), store=store)
    return run(TrainSpec(dataset=dataset.key, max_length=max_length), store=store).key


def watched(job_id: str, store, most: float, log) -> list[dict]:
    """One row a second of the stage that predicts, until the job ends or that share is done."""
    from engine.jobs import cancel
    from engine.jobs.record import read

    seen: list[dict] = []
    while (job := read(store, job_id)).active:
        time.sleep(1)
        if not job.status.stage.startswith("Predicting") or job.share_done is None:
            continue
        try:
            spent = psutil.Process(job.status.pid).cpu_times()
        except psutil.NoSuchProcess:
            continue
        row = {"time": job.status.updated, "share": job.share_done, "left": job.seconds_left,
               "mib": job.status.memory_mib, "cpu": spent.user + spent.system}  # fmt: skip
        if not seen or row["time"] > seen[-1]["time"]:
            seen.append(row)
            if log:
                log.write(json.dumps(row) + "\n")
                log.flush()
        if job.share_done >= most:
            cancel(job, store)
            break
    return seen


def report(seen: list[dict]) -> dict:
    """How far the ends told on the way were from the real one, and the memory on the way."""
    begin, end = seen[0], seen[-1]
    whole, spent = end["time"] - begin["time"], end["cpu"] - begin["cpu"]
    scale = end["share"] - begin["share"]

    def off(row: dict, clock: str, total: float) -> float:
        """Relative error of the end, had all gone on as from the beginning to `row`."""
        done = (row["share"] - begin["share"]) / scale
        return round((row[clock] - begin[clock]) / done / total - 1, 3)

    told = [
        (row["share"], row["time"] - begin["time"] + row["left"] * (end["share"] - row["share"])
         / (1 - row["share"]))
        for row in seen if row["left"] is not None and 0.05 <= row["share"] < end["share"]
    ]  # fmt: skip
    errors = [end_told / whole - 1 for _, end_told in told]
    at = {share: next(row for row in seen if row["share"] >= share) for share in _SHARES
          if share < end["share"]}  # fmt: skip
    return {
        "seconds": round(whole),
        "cpu_seconds": round(spent),
        "share": round(end["share"], 4),
        "told_after_5": round(errors[0], 3),
        "told_within_10_percent": round(statistics.mean(abs(e) <= 0.1 for e in errors), 3),
        "told_worst": round(max(errors, key=abs), 3),
        "by_the_mean_rate": {share: off(row, "time", whole) for share, row in at.items()},
        "by_processor_time": {share: off(row, "cpu", spent) for share, row in at.items()},
        "mib": {share: row["mib"] for share, row in at.items()} | {"end": end["mib"]},
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--done", type=float, default=1.0)
    parser.add_argument("--max-length", type=int, default=0, help="Tokens read of each review.")
    parser.add_argument("--log", type=Path, help="Where to keep one JSON line a second.")
    given = parser.parse_args()
    if given.done <= 0.1:
        parser.error("--done must be above 0.1: the ends told after 5 % are what is judged.")
    from engine import jobs
    from engine.classify.files.spec import PredictFileSpec
    from engine.data.spec_source import SourceSpec
    from engine.store import Store
    from engine.work import run

    with tempfile.TemporaryDirectory() as name:
        folder, store = Path(name), Store(Path(name) / "cache")
        model = train(folder, store, given.max_length)
        path = folder / "reviews.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([("text", "number")])
            csv.writer(file).writerows(reviews(given.rows))
        source = run(SourceSpec(path=str(path)), store=store)
        job = jobs.submit(PredictFileSpec(model=model, source=source.key), store=store)
        log = given.log.open("w", encoding="utf-8") if given.log else None
        seen = watched(job.id, store, given.done, log)
        told = report(seen)
    for share, error in told["by_the_mean_rate"].items():
        print(f"after {share:.0%}: end by the mean rate {error:+.1%}, {told['mib'][share]} MiB")
    print(json.dumps({"rows": given.rows, "max_length": given.max_length, **told}))


if __name__ == "__main__":
    main()
