"""A file a person named or sent in, a path that may be opened out."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import BinaryIO

import xxhash

from engine.errors import InputError, NotFoundError
from pages._ui.loaders import store

_BLOCK = 1 << 20
_MOST_LISTED = 500
_DATA = {".csv", ".tsv", ".txt", ".json", ".jsonl", ".ndjson", ".parquet", ".xlsx", ".xls", ".gz",
         ".xz", ".zst", ".zip"}  # fmt: skip


def keep_upload(file: BinaryIO, name: str) -> Path:
    """Stream an upload to ``uploads/<hash>/<name>`` of the store; the same file once.

    Raises:
        InputError: the file is empty.
        OSError: the disk is full; nothing half-written stays.
    """
    folder = store().folder("uploads")
    partial = folder / f".part-{secrets.token_hex(6)}"
    digest = xxhash.xxh3_128()
    try:
        with partial.open("wb") as out:
            while block := file.read(_BLOCK):
                digest.update(block)
                out.write(block)
        if not partial.stat().st_size:
            raise InputError(f"{name} is empty: choose a file with at least one row.")
        target = folder / digest.hexdigest() / _safe(name)
        target.parent.mkdir(exist_ok=True)
        os.replace(partial, target)
    finally:
        partial.unlink(missing_ok=True)
    os.utime(target.parent)
    return target


def allowed_file(asked: str, folders: Sequence[Path]) -> Path:
    """The real path of a file below one of `folders`; links are followed before it is judged.

    Raises:
        InputError: it lies elsewhere, wherever it pretends to be.
        NotFoundError: it is below a folder and not there.
    """
    roots = [folder.expanduser().resolve() for folder in folders]
    path = Path(asked.strip()).expanduser()
    candidates = [path] if path.is_absolute() else [root / path for root in roots]
    inside = [
        real for real in (c.resolve() for c in candidates)
        if any(real.is_relative_to(root) for root in roots)
    ]  # fmt: skip
    if not inside:
        named = " or ".join(str(folder) for folder in folders)
        raise InputError(
            f"Limn may only open files below {named}; move the file there, or upload it."
        )
    for real in inside:
        if real.is_file():
            return real
    raise NotFoundError(f"There is no file {asked.strip()}; check the path.")


def listed_files(folders: Sequence[Path]) -> list[str]:
    """Data files below `folders`, a few hundred at most, in the order of their paths."""
    return sorted(islice(_below(folders), _MOST_LISTED))


def _below(folders: Sequence[Path]) -> Iterator[str]:
    for folder in folders:
        # Never into links: allowed_file would refuse what lies behind them anyway.
        for where, _, names in os.walk(folder.expanduser(), followlinks=False):
            for name in names:
                if Path(name).suffix.lower() in _DATA:
                    yield str(Path(where) / name)


def _safe(name: str) -> str:
    last = name.replace("\\", "/").split("/")[-1]
    cleaned = re.sub(r"[^\w.()+ -]", "_", last).strip(" .")
    return cleaned[-120:] or "file"
