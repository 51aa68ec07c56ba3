"""Accuracy of the quick route on AG News: both files, deduplicated, own stratified 80/20 split.

python benchmarks/quick_accuracy.py DATA_FOLDER     (DATA_FOLDER/ag_news/*.csv)

The figure is what `python -m engine train` reports for seed 0: train 70%, validation 10% to choose
strength and temperature on, after which the head learns from both; test 20%, never looked at. The
spread is the same head on four more splits of the same vectors.
"""

from __future__ import annotations

import csv
import json
import os
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

os.environ.setdefault("HF_HUB_OFFLINE", "1")
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from engine.classify.examples import read_examples  # noqa: E402
from engine.classify.head import fit_head  # noqa: E402
from engine.classify.spec import TrainSpec  # noqa: E402
from engine.data.duplicates import text_hash  # noqa: E402
from engine.data.spec_dataset import DatasetSpec  # noqa: E402
from engine.data.spec_source import SourceSpec  # noqa: E402
from engine.data.split import stratified  # noqa: E402
from engine.store import Store  # noqa: E402
from engine.terminal import TerminalProgress  # noqa: E402
from engine.work import run  # noqa: E402

SHARES = (0.7, 0.1, 0.2)


def main(folder: Path, cache: Path) -> None:
    store, progress = Store(cache), TerminalProgress()
    began = time.monotonic()
    merged = cache / "ag.csv"
    with merged.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["text", "label"])
        for name in ("train.csv", "train_merged_text.csv"):
            source = run(SourceSpec(path=str(folder / "ag_news" / name)), store=store)
            rows = run(DatasetSpec(source=source.key, near_duplicates="no"), store=store)
            table = pq.read_table(rows.path / "rows.parquet", columns=["text", "label"])
            writer.writerows(zip(*table.to_pydict().values(), strict=True))
    source = run(SourceSpec(path=str(merged)), store=store)
    dataset = run(
        DatasetSpec(
            source=source.key,
            keep_duplicates=False,
            train=SHARES[0],
            validation=SHARES[1],
            test=SHARES[2],
        ),
        store=store,
    )
    model = run(TrainSpec(dataset=dataset.key), store=store, progress=progress)
    seconds = time.monotonic() - began
    spread = [model.facts["accuracy"], *(_again(store, dataset, seed) for seed in range(1, 5))]
    progress.close()
    figures = {
        "rows": dataset.facts["rows"],
        "splits": dataset.facts["splits"],
        "accuracy": model.facts["accuracy"],
        "macro_f1": model.facts["macro_f1"],
        "ece": model.facts["ece"],
        "accuracy_of_5_splits": [round(a, 4) for a in spread],
        "median_of_5_splits": round(float(np.median(spread)), 4),
        "seconds_from_csv_to_scores": round(seconds, 1),
    }
    for name, value in figures.items():
        print(f"{name:<28}{value}")
    print(json.dumps(figures))


def _again(store: Store, dataset, seed: int) -> float:
    """Accuracy on another split of the same texts and vectors; duplicate groups stay together."""
    examples = read_examples(dataset)
    vectors = np.load(store.artifacts("vectors")[0].path / "vectors.npy")[examples.places]
    groups = pq.read_table(dataset.path / "rows.parquet", columns=["group"])["group"].to_numpy()
    keys = np.asarray([text_hash(text) for text in examples.texts], dtype=np.uint64)
    part = stratified(examples.targets, groups[examples.places], keys, SHARES, seed=seed)
    train, validation, test = (np.flatnonzero(part == i) for i in range(3))
    head = fit_head(
        vectors[train],
        examples.targets[train],
        n_labels=len(examples.labels),
        validation=(vectors[validation], examples.targets[validation]),
        refit=True,
    )
    return float((head.logits(vectors[test]).argmax(axis=1) == examples.targets[test]).mean())


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    with tempfile.TemporaryDirectory() as temporary:
        main(Path(sys.argv[1]), Path(temporary))
