"""A source's rows and a dataset spec in, the first rows as the dataset would have them out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from engine.data.clean import StepReport, before_after
from engine.data.mapped import EMPTY, SHORT, source_batches
from engine.data.plan import Plan, resolve
from engine.data.rows import Reader
from engine.data.sample import table_sample
from engine.data.spec_dataset import DatasetSpec


@dataclass(frozen=True)
class PreviewRow:
    """One row before and after. `problem` says why it would be left out, else ""."""

    row: int
    raw: str
    text: str
    title: str | None
    label: str | None
    date: datetime | None
    problem: str


@dataclass(frozen=True)
class Preview:
    """The plan, the first rows by it, and what each cleaning step does to them."""

    plan: Plan
    rows: list[PreviewRow]
    steps: list[StepReport]


def preview(source_rows: Path, spec: DatasetSpec, *, n: int = 50) -> Preview:
    """The first `n` rows of the Parquet file `source_rows`, read as `spec` says.

    Raises:
        InputError: a column is not there, or no column holds text.
    """
    import pyarrow.parquet as pq

    plan = resolve(spec, table_sample(source_rows))
    reader = Reader(plan)
    shown: list[PreviewRow] = []
    with pq.ParquetFile(source_rows) as file:
        for rows, batch in source_batches(file, plan.columns, batch_size=max(1, n)):
            columns = (reader.raw, reader.texts, reader.titles, reader.labels, reader.dates)
            for row, raw, text, title, label, date in zip(
                rows, *(read(batch) for read in columns), strict=True
            ):
                problem = EMPTY if not text else ""
                if not problem and len(text.split()) < spec.min_words:
                    problem = SHORT
                shown.append(PreviewRow(int(row), raw, text, title, label, date, problem))
            if len(shown) >= n:
                break
    shown = shown[:n]
    return Preview(plan, shown, before_after([row.raw for row in shown], plan.steps))
