"""Rows and new columns in, the disk they take out; a sentence where there is less, before work."""

from __future__ import annotations

import shutil
from pathlib import Path

from engine.data.unpack import size
from engine.errors import InputError
from engine.store.files import folder_bytes

_LARGE = 200_000_000
_MOVE = "move the cache to a larger disk with LIMN_CACHE"
_NUMBER = 4
"""Bytes of a number in Parquet: such as probabilities hardly compress."""
_WRITTEN = 11
"""Bytes of one in CSV, with its comma."""


def result_bytes(rows: Path, numbers: int) -> tuple[int, int]:
    """Bytes the rows take in the cache with `numbers` new columns, and those of the new ones."""
    import pyarrow.parquet as pq

    new = int(pq.read_metadata(rows).num_rows) * (numbers * _NUMBER + 2)
    return rows.stat().st_size + new, new


def output_bytes(rows: Path, numbers: int, ending: str) -> int:
    """About the bytes of the rows written to a file with that ending."""
    import pyarrow.parquet as pq

    if ending == ".parquet":
        return result_bytes(rows, numbers)[0]
    metadata = pq.read_metadata(rows)
    read = sum(int(metadata.row_group(n).total_byte_size) for n in range(metadata.num_row_groups))
    return read + int(metadata.num_rows) * (numbers + 1) * _WRITTEN


def check_result(rows: Path, numbers: int, scratch: Path, *, doing: str) -> str:
    """What the result takes, as a sentence ("" where that is nothing to speak of).

    Besides the result the new columns lie in `scratch` while it is made; those of an earlier run
    are there already. `doing` begins the sentence of the error ("Predicting this file").

    Raises:
        InputError: there is not so much free where `scratch` is.
    """
    whole, new = result_bytes(rows, numbers)
    needed = whole + max(0, new - folder_bytes(scratch))
    _check(scratch, needed, doing, "for the cache", _MOVE)
    return f"The result will take about {size(whole)} on disk." if whole >= _LARGE else ""


def check_written(rows: Path, numbers: int, output: Path, cache: Path) -> None:
    """Raise InputError where there is no room for the rows with new columns, and then for `output`.

    A file is written whole in the cache before it goes to its folder, which another disk may hold.
    """
    whole, written = result_bytes(rows, numbers)[0], output_bytes(rows, numbers, output.suffix)
    _check(cache, whole + written, f"Making {output.name}", "for the cache", _MOVE)
    folder = output.parent
    if folder.stat().st_dev != cache.stat().st_dev:
        _check(folder, written, f"Writing {output.name}", f"in {folder}", "write it elsewhere")


def _check(folder: Path, needed: int, doing: str, where: str, way_out: str) -> None:
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise InputError(
            f"{doing} needs about {size(needed)} of disk and only {size(free)} is free "
            f"{where}: free some space, or {way_out}. Nothing was begun."
        )
