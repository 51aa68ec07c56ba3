"""A Parquet file in, a few thousand of its rows from all over the file out."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

Sample = dict[str, list[object]]

_GROUPS, _BATCHES, _BATCH_ROWS = 5, 2, 4096
_BUFFER = 1 << 20
"""Bytes read of a column at a time; without it whole row groups of all would be in memory."""


def table_sample(rows: Path, *, n: int = 2000) -> Sample:
    """Up to about `n` rows, evenly spaced over a few places of the file, column by column."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    with pq.ParquetFile(rows, pre_buffer=False, buffer_size=_BUFFER) as file:
        count = file.metadata.num_row_groups
        if file.metadata.num_rows == 0:
            return {name: [] for name in file.schema_arrow.names}
        places = sorted({round(i * (count - 1) / max(_GROUPS - 1, 1)) for i in range(_GROUPS)})
        tables = [
            pa.Table.from_batches([batch])
            for place in places
            for batch in islice(
                file.iter_batches(_BATCH_ROWS, row_groups=[place], use_threads=False), _BATCHES
            )
        ]
        whole = pa.concat_tables(_evenly(table, n // len(tables)) for table in tables)
        return {name: whole.column(name).to_pylist() for name in whole.column_names}


def _evenly(table: pa.Table, n: int) -> pa.Table:
    if table.num_rows <= n:
        return table
    return table.take([i * table.num_rows // n for i in range(n)])
