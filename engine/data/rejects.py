"""Lines that fit no row in, rejects.parquet (line, reason, content) out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow.parquet as pq

_BATCH = 2_000


class Rejects:
    """Collects lines in small batches; the file exists only once there is one."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.count = 0
        self._rows: list[tuple[int, str, str]] = []
        self._writer: pq.ParquetWriter | None = None

    def add(self, line: int, reason: str, content: str) -> None:
        """Keep `content`, which began on `line` (from 1), with a short `reason`."""
        self.count += 1
        self._rows.append((line, reason, content))
        if len(self._rows) >= _BATCH or len(content) > 1 << 20:
            self._flush()

    def close(self) -> None:
        """Write what is left."""
        self._flush()
        if self._writer:
            self._writer.close()

    def _flush(self) -> None:
        if not self._rows:
            return
        import pyarrow as pa
        import pyarrow.parquet as pq

        columns = zip(*self._rows, strict=True)
        schema = pa.schema(
            [("line", pa.int64()), ("reason", pa.string()), ("content", pa.string())]
        )
        arrays = [
            pa.array(column, kind) for column, kind in zip(columns, schema.types, strict=True)
        ]
        if self._writer is None:
            self._writer = pq.ParquetWriter(self.path, schema)
        self._writer.write_table(pa.table(arrays, schema=schema))
        self._rows.clear()
