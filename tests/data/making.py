"""Columns in, datasets and audits out: what the stages make, in a folder of the test's own."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from engine.data import audit, dataset
from engine.data.spec_dataset import AuditSpec, DatasetSpec
from engine.progress import SILENT
from engine.work import Work


def source(folder: Path, columns: dict) -> Path:
    """The folder of a source with these columns; a list of values each."""
    folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(columns), folder / "rows.parquet")
    return folder


def work(folder: Path, **inputs: Path) -> Work:
    """A Work whose inputs are plain folders."""
    for name in ("out", "scratch"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    artifacts = {name: SimpleNamespace(path=path) for name, path in inputs.items()}
    store: Any = SimpleNamespace(lineage=lambda _: [])
    return Work(store, folder / "out", folder / "scratch", artifacts, {}, SILENT)


def make_dataset(folder: Path, columns: dict, **spec):
    """(facts, rows as dicts, folder) of the dataset made of `columns`."""
    job = work(folder / "dataset", source=source(folder / "source", columns))
    facts = dataset.build(DatasetSpec.parse({"source": "x", **spec}), job)
    return facts, pq.read_table(job.out / "rows.parquet").to_pylist(), job.out


def make_audit(folder: Path, dataset_folder: Path, **spec):
    """(facts, findings as dicts, folder) of the audit of a dataset."""
    job = work(folder / "audit", dataset=dataset_folder)
    facts = audit.build(AuditSpec.parse({"dataset": "x", **spec}), job)
    return facts, pq.read_table(job.out / "findings.parquet").to_pylist(), job.out
