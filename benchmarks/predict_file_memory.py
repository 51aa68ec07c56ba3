"""Memory of predicting whole files of more and more rows: flat, or it grows (Linux).

Reviews of ../shared/data, each with its running number, are repeated to files of the asked lengths
and imported. Then a process of its own for each predicts it with a quick classifier on a tiny
random encoder, and tells the most memory it held (resident set) while it measured, predicted and
wrote. Short texts and a tiny encoder, because rows are what could make it grow.

    python benchmarks/predict_file_memory.py --rows 20000 120000 360000 1000000 --rounds 1

The last line printed is one JSON object.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

PREDICT = """
import json, sys, time
from engine.memory import few_arenas, few_kernels
few_arenas()
few_kernels()
from pathlib import Path
from engine.classify.files.spec import PredictFileSpec
from engine.store import Store
from engine.work import run

PAGE = 4096 / 2**20

class Watch:
    stop_requested = False
    def __init__(self):
        self.peaks, self.name, self.last = {}, "start", 0.0
    def look(self):
        if time.monotonic() - self.last > 0.05:
            self.last = time.monotonic()
            held = int(open("/proc/self/statm").read().split()[1]) * PAGE
            self.peaks[self.name] = max(self.peaks.get(self.name, 0.0), held)
    def stage(self, name, total=None, unit="rows"):
        self.name, self.last = name.split()[0].lower(), 0.0
        self.look()
    def advance(self, n=1): self.look()
    def at(self, done): self.look()
    def point(self, **values): ...
    def note(self, sentence): ...

watch = Watch()
store = Store(Path(sys.argv[1]))
began = time.perf_counter()
run(PredictFileSpec(model=sys.argv[2], source=sys.argv[3]), store=store, progress=watch)
# Not getrusage: a process begins with the peak of the one that started it.
peak = int(open("/proc/self/status").read().split("VmHWM:")[1].split()[0]) / 1024
print(json.dumps({"mib": peak, "seconds": time.perf_counter() - began, "stages": watch.peaks}))
"""


def reviews(rows: int) -> Iterator[tuple[int, str]]:
    """`rows` times a running number and the beginning of a review."""
    from benchmarks.texts import texts

    for number, text in enumerate(islice(cycle(texts("reviews")), rows)):
        yield number, f"{number} {text[:120]}"


def write_rows(path: Path, rows: int) -> Path:
    """A CSV file of so many reviews."""
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("number", "text")])
        csv.writer(file).writerows(reviews(rows))
    return path


def train(folder: Path) -> str:
    """Key of a quick classifier on a tiny random encoder, in the store of that folder."""
    from engine.classify.spec import TrainSpec
    from engine.data.spec_dataset import DatasetSpec
    from engine.data.spec_source import SourceSpec
    from engine.store import Store
    from engine.work import run
    from tests.tiny import make_tiny_encoder

    store = Store(folder / "cache")
    encoder = make_tiny_encoder(folder / "encoder")
    path = folder / "train.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("text", "label")])
        csv.writer(file).writerows((text, "odd" if n % 2 else "even") for n, text in reviews(600))
    source = run(SourceSpec(path=str(path)), store=store)
    dataset = run(DatasetSpec(source=source.key, near_duplicates="no"), store=store)
    return run(TrainSpec(dataset=dataset.key, encoder=str(encoder)), store=store).key


def imported(folder: Path, rows: int) -> str:
    """Key of a source of so many rows, imported in a process of its own."""
    path = write_rows(folder / f"{rows}.csv", rows)
    told = subprocess.run(
        [sys.executable, "-m", "engine", "data", "import", str(path)],
        cwd=ROOT, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        env={**os.environ, "LIMN_CACHE": str(folder / "cache")},
    ).stdout  # fmt: skip
    path.unlink()
    return str(json.loads(told.splitlines()[-1])["source"])


def turn(folder: Path, model: str, source: str) -> dict:
    """What one process told of predicting that source; its result is thrown away."""
    from engine.store import Store

    told = subprocess.run(
        [sys.executable, "-c", PREDICT, str(folder / "cache"), model, source],
        cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True,
    ).stdout  # fmt: skip
    store = Store(folder / "cache")
    for made in store.artifacts("predictions"):
        store.remove(made)
    return json.loads(told.splitlines()[-1])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--rows", type=int, nargs="+", default=[20_000, 120_000, 360_000, 1_000_000]
    )
    parser.add_argument("--rounds", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        model = train(folder)
        sources = {rows: imported(folder, rows) for rows in given.rows}
        turns: dict[int, list[dict]] = {rows: [] for rows in given.rows}
        for _ in range(given.rounds):
            for rows, source in sources.items():
                turns[rows].append(turn(folder, model, source))
                print(rows, {k: round(v) for k, v in turns[rows][-1]["stages"].items()},
                      round(turns[rows][-1]["seconds"]), flush=True)  # fmt: skip
    peaks = {rows: statistics.median(one["mib"] for one in found) for rows, found in turns.items()}
    for rows, peak in peaks.items():
        print(f"{rows:>12,} rows: {peak:,.0f} MiB")
    report = {
        "peak_mib": {rows: round(peak) for rows, peak in peaks.items()},
        "most_to_least": round(max(peaks.values()) / min(peaks.values()), 3),
        "seconds": {
            rows: round(statistics.median(one["seconds"] for one in found), 1)
            for rows, found in turns.items()
        },
        "rounds": given.rounds,
    }
    print(json.dumps(report))


if __name__ == "__main__":
    main()
