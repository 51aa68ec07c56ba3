"""New columns of a file in and out, window by window: a small Parquet file each, to resume from."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from engine.store.files import read_json, write_json


class Chunks:
    """New columns of a file, window by window, in a folder that survives a kill.

    A chunk is a table with a row for each of its window; all have the same columns.

    Args:
        folder: Where they are kept.
        rows: The Parquet file they are of.
        size: Rows of a window, unless there are chunks of another size already.
    """

    def __init__(self, folder: Path, rows: Path, size: int) -> None:
        self._folder = folder / "chunks"
        with pq.ParquetFile(rows) as file:
            self.total = int(file.metadata.num_rows)
        self.size = self._agreed_size(folder / "chunks.json", size)

    def read(self, number: int) -> pa.Table:
        """The chunk of window `number`."""
        with pq.ParquetFile(self._path(number)) as file:
            return file.read(use_threads=False)

    def write(self, number: int, chunk: pa.Table) -> None:
        """Keep the chunk of window `number`: whole, or not at all."""
        half = self._folder / f".{number}.parquet"
        pq.write_table(chunk, half, compression="zstd")
        os.replace(half, self._path(number))

    def _path(self, number: int) -> Path:
        return self._folder / f"{number:08d}.parquet"

    def _agreed_size(self, index: Path, wanted: int) -> int:
        kept = read_json(index) or {}
        if kept.get("total") == self.total and isinstance(kept.get("size"), int):
            return int(kept["size"])
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir(parents=True)
        write_json(index, {"total": self.total, "size": wanted})
        return wanted

    @property
    def done(self) -> int:
        """How many windows, from the first on, are done already."""
        number = 0
        while (path := self._path(number)).is_file():
            expected = min(self.size, self.total - number * self.size)
            try:
                if pq.read_metadata(path).num_rows != expected:
                    break
            except (pa.ArrowInvalid, OSError):  # the power went before the disk had it
                break
            number += 1
        return number
