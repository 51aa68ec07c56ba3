"""Topics and places in, those documents as a table with every column of their file out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from engine.topics.documents import source_places
from engine.topics.topics import NO_TOPIC, Topics

if TYPE_CHECKING:
    import pyarrow as pa


def table_of(
    topics: Topics, places: NDArray[np.int64], *, rows: Path, source: Path | None = None
) -> pa.Table:
    """topic, topic_name and confidence first, then the file's own columns.

    Args:
        topics: The topics.
        places: Which documents, in which order.
        rows: rows.parquet of the dataset.
        source: rows.parquet of the file it came from; without it the dataset's columns are taken.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    names = {NO_TOPIC: "", **{t.id: t.name for t in topics.found}}
    assigned = topics.assigned[places]
    first = {
        "topic": pa.array(assigned, pa.int32()),
        "topic_name": pa.array([names.get(int(number), "") for number in assigned], pa.string()),
        "confidence": pa.array(topics.strength[places].astype(np.float32)),
    }
    at = places if source is None else source_places(rows)[places]
    whole = pq.read_table(source or rows, memory_map=True)
    if source is None:
        whole = whole.drop_columns(["row", "group"])
    chosen = whole.take(pa.array(at))
    columns = dict(first)
    for name in chosen.column_names:
        free = name
        while free in columns:
            free += "_in_file"
        columns[free] = chosen[name]
    return pa.table(columns)


def flattened(table: pa.Table) -> pa.Table:
    """The table with lists and the like as JSON, for formats whose cells are numbers and texts."""
    import json

    import pyarrow as pa

    for n, name in enumerate(table.column_names):
        if pa.types.is_nested(table[name].type):
            said = [
                None if cell is None else json.dumps(cell, ensure_ascii=False, default=str)
                for cell in table[name].to_pylist()
            ]
            table = table.set_column(n, name, pa.array(said, pa.string()))
    return table


def csv_of(
    topics: Topics, places: NDArray[np.int64], *, rows: Path, source: Path | None = None
) -> bytes:
    """:func:`table_of` as CSV, lists and the like as JSON."""
    import io

    from pyarrow import csv

    out = io.BytesIO()
    out.write(b"\xef\xbb\xbf")  # so that Excel reads it as UTF-8
    csv.write_csv(flattened(table_of(topics, places, rows=rows, source=source)), out)
    return out.getvalue()
