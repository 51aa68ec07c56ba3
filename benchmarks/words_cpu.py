"""How long counting the words of a corpus takes, and how much memory.

    python benchmarks/words_cpu.py DATASET --documents 20000 500000

DATASET is a dataset of the cache. Where more documents are wanted than it has they are taken again,
with an eighth of their words replaced by others of the corpus and now and then a word that nobody
has said before, so that the vocabulary grows as it does in life. Each size runs in a process of its
own. The last line printed is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

BATCH = 20_000


def perturbed(texts: list[str], n: int) -> Iterator[str]:
    """`n` texts: those given, then variations of them."""
    rng = np.random.default_rng(0)
    pool = np.array([word for text in texts[::50] for word in text.split()], dtype=object)
    for i in range(n):
        words = texts[i % len(texts)].split()
        if i >= len(texts) and words:
            many = max(1, len(words) // 8)
            for at, word in zip(
                rng.integers(0, len(words), many), rng.choice(pool, many), strict=True
            ):
                words[at] = word
            if rng.random() < 0.3:
                words.append(f"x{rng.integers(1 << 32):x}")
        yield " ".join(words)


def write(texts: Iterator[str], path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema([("text", pa.string())])
    with pq.ParquetWriter(path, schema) as writer:
        batch: list[str] = []
        for text in texts:
            batch.append(text)
            if len(batch) == BATCH:
                writer.write_table(pa.table({"text": batch}))
                batch = []
        if batch:
            writer.write_table(pa.table({"text": batch}))


def count(folder: Path, n: int) -> dict[str, float]:
    """The words stage on folder/rows.parquet, in this process."""
    from engine.progress import SILENT
    from engine.topics.words.build import build
    from engine.topics.words.spec import WordsSpec

    for name in ("out", "scratch"):
        (folder / name).mkdir()
    dataset = SimpleNamespace(path=folder, facts={"rows": n})
    work = SimpleNamespace(
        inputs={"dataset": dataset},
        progress=SILENT,
        out=folder / "out",
        scratch=folder / "scratch",
    )
    began, used = time.perf_counter(), time.process_time()
    facts = build(WordsSpec(dataset="benchmark"), work)
    return {
        "documents": n,
        "words": facts["words"],
        "seconds": round(time.perf_counter() - began, 2),
        "cpu_seconds": round(time.process_time() - used, 2),
        "peak_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("dataset")
    parser.add_argument("--documents", type=int, nargs="+", default=[20_000, 500_000])
    parser.add_argument("--in", dest="folder", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.folder:
        print(json.dumps(count(args.folder, args.documents[0])))
        return
    import pyarrow.parquet as pq

    from engine.store import default_store

    rows = default_store().get(args.dataset, "dataset").path / "rows.parquet"
    texts = pq.read_table(rows, columns=["text"])["text"].to_pylist()
    found = []
    for n in args.documents:
        with tempfile.TemporaryDirectory() as folder:
            write(perturbed(texts, n), Path(folder) / "rows.parquet")
            command = [sys.executable, __file__, args.dataset, "--documents", str(n)]
            said = subprocess.run(
                [*command, "--in", folder], check=True, capture_output=True, text=True
            )
        found.append(json.loads(said.stdout.splitlines()[-1]))
        print(f"{n:,} documents: {found[-1]}")
    print(json.dumps({"sizes": found}))


if __name__ == "__main__":
    main()
