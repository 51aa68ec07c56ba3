"""Bytes to disk and back without half-written files: atomic JSON, checksums, folder sizes."""

from __future__ import annotations

import json
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

_BLOCK = 1 << 22


def write_json(path: Path, value: object) -> None:
    """Write `value` so that a reader sees the old file or the new one, never half of it."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        temporary.write_text(json.dumps(value, ensure_ascii=False, indent=1), encoding="utf-8")
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def read_json(path: Path) -> Any:
    """The JSON value in `path`; None where the file is missing or not JSON."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError, json.JSONDecodeError, UnicodeDecodeError):
        return None


def checksum(path: Path, on_bytes: Callable[[int], None] | None = None) -> str:
    """XXH3-128 of a file as 32 hex digits; `on_bytes` hears the size of each read."""
    import xxhash

    digest = xxhash.xxh3_128()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
            if on_bytes:
                on_bytes(len(block))
    return digest.hexdigest()


def files_below(folder: Path) -> Iterator[Path]:
    """Every file below `folder`, in a stable order."""
    return (path for path in sorted(folder.rglob("*")) if path.is_file())


def folder_bytes(folder: Path) -> int:
    """Bytes on disk below `folder`; files that vanish meanwhile count as nothing."""
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_size if path.is_file() else 0
        except FileNotFoundError:
            continue
    return total


def flush_folder(folder: Path) -> None:
    """Force every file below `folder` to the disk, so that a rename never outruns its content."""
    for path in files_below(folder):
        with path.open("rb+") as file:
            os.fsync(file.fileno())


def remove_folder(folder: Path) -> None:
    """Remove `folder` in two steps, so that nobody ever opens a half-removed artifact."""
    if not folder.exists():
        return
    doomed = folder.with_name(f".gone-{folder.name}-{secrets.token_hex(4)}")
    os.replace(folder, doomed)
    shutil.rmtree(doomed, ignore_errors=True)
