"""Importing large files against pandas reading in chunks: seconds, peak memory and equal contents.

    python benchmarks/import_speed.py DATA_FOLDER     (or LIMN_REAL_DATA; needs 4 GB of disk)

Builds 1 GB of arXiv-format JSON lines and 300 MB of reviews CSV by repeating real files with new
ids, then reads each by turns with Limn and with pandas, every run in a process of its own. Both
write Parquet with Snappy. The last line printed is one JSON object.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CHUNK_ROWS = {"json": 20_000, "csv": 50_000}
CHECK = {"json": ("id", "abstract"), "csv": ("Id", "Text")}


def main() -> None:
    """Parent: build, run by turns, compare, report."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", nargs="?", default=os.environ.get("LIMN_REAL_DATA", ""))
    parser.add_argument("--json-bytes", type=int, default=1_000_000_000)
    parser.add_argument("--csv-bytes", type=int, default=300_000_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--one", nargs=4, metavar=("READER", "KIND", "FILE", "OUT"))
    given = parser.parse_args()
    if given.one:
        one(*given.one)
        return
    result: dict[str, object] = {}
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        build_json(Path(given.data), work / "big.json", given.json_bytes)
        build_csv(Path(given.data), work / "big.csv", given.csv_bytes)
        print(f"{'file':6}{'reader':8}{'median s':>10}{'peak MiB':>10}{'rows':>10}")
        for kind in ("json", "csv"):
            result |= compare(kind, work, given.runs)
    print(json.dumps(result))


def compare(kind: str, work: Path, runs: int) -> dict[str, object]:
    """A B A B ...: the figures of both readers on one file."""
    seconds: dict[str, list[float]] = {"limn": [], "pandas": []}
    peaks: dict[str, float] = {"limn": 0.0, "pandas": 0.0}
    cpu: dict[str, list[float]] = {"limn": [], "pandas": []}
    contents = {}
    for _ in range(runs):
        for reader in seconds:
            out = work / f"{reader}.out"
            out.mkdir(exist_ok=True)
            command = [sys.executable, __file__, "--one", reader, kind, work / f"big.{kind}", out]
            lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            figures = json.loads(lines.splitlines()[-1])
            seconds[reader].append(figures["seconds"])
            cpu[reader].append(figures["cpu"])
            peaks[reader] = max(peaks[reader], figures["peak_mib"])
            contents[reader] = checksum(out / "rows.parquet", *CHECK[kind])
    if contents["limn"] != contents["pandas"]:
        raise SystemExit(f"The two readers disagree on {kind}: {contents}")
    medians = {reader: statistics.median(times) for reader, times in seconds.items()}
    for reader, median in medians.items():
        rows = contents[reader][0]
        print(f"{kind:6}{reader:8}{median:10.2f}{peaks[reader]:10.0f}{rows:10,}")
    ratio = medians["pandas"] / medians["limn"]
    print(f"{kind:6}limn is {ratio:.1f} times as fast")
    return {
        f"{kind}_ratio": round(ratio, 2),
        f"{kind}_ratios": [
            round(b / a, 2) for a, b in zip(seconds["limn"], seconds["pandas"], strict=True)
        ],
        f"{kind}_seconds": round(medians["limn"], 2),
        f"{kind}_pandas_seconds": round(medians["pandas"], 2),
        f"{kind}_cpu_seconds": round(statistics.median(cpu["limn"]), 2),
        f"{kind}_pandas_cpu_seconds": round(statistics.median(cpu["pandas"]), 2),
        f"{kind}_peak_mib": round(peaks["limn"]),
        f"{kind}_pandas_peak_mib": round(peaks["pandas"]),
        f"{kind}_rows": contents["limn"][0],
    }


def one(reader: str, kind: str, file: str, out: str) -> None:
    """Child: one reading, timed from before the reader's own imports."""
    began = time.perf_counter()
    if reader == "limn":
        sys.path.insert(0, str(ROOT))
        from engine.data.read import import_file

        import_file(Path(file), Path(out))
    else:
        with_pandas(kind, Path(file), Path(out) / "rows.parquet")
    seconds = time.perf_counter() - began
    print(json.dumps({"seconds": seconds, "cpu": time.process_time(), "peak_mib": peak_mib()}))


def with_pandas(kind: str, file: Path, target: Path) -> None:
    """The usual way: chunks into a pyarrow ParquetWriter."""
    import pandas as pd
    import pyarrow as pa
    import pyarrow.parquet as pq

    if kind == "json":
        chunks = pd.read_json(file, lines=True, chunksize=CHUNK_ROWS[kind], dtype=False)
    else:
        chunks = pd.read_csv(file, chunksize=CHUNK_ROWS[kind])
    writer = None
    for chunk in chunks:
        table = pa.Table.from_pandas(
            chunk, schema=writer.schema if writer else None, preserve_index=False
        )
        if writer is None:
            fields = [
                field.with_type(pa.string()) if pa.types.is_null(field.type) else field
                for field in table.schema
            ]
            table = table.cast(pa.schema(fields))
            writer = pq.ParquetWriter(target, table.schema)
        writer.write_table(table)
    writer.close()


def peak_mib() -> float:
    """Peak resident memory of this process."""
    import resource

    status = Path("/proc/self/status")
    if status.exists():  # getrusage there also counts the parent's memory from before the start
        return int(re.search(r"VmHWM:\s*(\d+)", status.read_text())[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20)


def checksum(path: Path, key: str, text: str) -> tuple[int, int, int]:
    """Rows, a hash of all keys, and of all texts with their keys."""
    import duckdb

    sql = (
        f'SELECT count(*), bit_xor(hash("{key}"::VARCHAR)), '
        f'bit_xor(hash("{key}"::VARCHAR || "{text}")) FROM read_parquet(?)'
    )
    return duckdb.execute(sql, [str(path)]).fetchone()


def build_json(data: Path, target: Path, size: int) -> None:
    """Repeat the arXiv snapshot with new ids until `size` bytes."""
    source = data / "arxiv" / "arxiv-metadata-oai-snapshot.json.gz"
    with gzip.open(source) as file:
        lines = file.read().splitlines(keepends=True)
    identifier = re.compile(rb'"id":\s*"[^"]*"')
    done = number = 0
    with target.open("wb") as out:
        while done < size:
            line = identifier.sub(b'"id": "n%d"' % number, lines[number % len(lines)], count=1)
            done += out.write(line)
            number += 1


def build_csv(data: Path, target: Path, size: int) -> None:
    """Repeat the food reviews with new ids until `size` bytes."""
    with (data / "amazon_fine_food" / "Reviews.csv").open(newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    number = 0
    with target.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out)
        writer.writerow(header)
        while out.tell() < size:
            for row in rows:
                writer.writerow([number, *row[1:]])
                number += 1


if __name__ == "__main__":
    main()
