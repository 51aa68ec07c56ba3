"""Bytes to disk and back without half-written files: atomic JSON, checksums, folder sizes."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

_BLOCK = 1 << 22
_Result = TypeVar("_Result")


def write_json(path: Path, value: object) -> None:
    """Write `value` so that a reader sees the old file or the new one, never half of it."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    text = json.dumps(value, ensure_ascii=False, indent=1)
    try:
        temporary.write_text(text, encoding="utf-8")
        _patiently(lambda: os.replace(temporary, path))
    finally:
        temporary.unlink(missing_ok=True)


def read_json(path: Path) -> Any:
    """The JSON value in `path`; None where the file is missing or not JSON."""
    try:
        return json.loads(_patiently(lambda: path.read_text(encoding="utf-8")))
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


def newest_change(folder: Path) -> float:
    """When anything below `folder` was last written, in seconds since the epoch; 0 if gone."""
    newest = 0.0
    for path in (folder, *folder.rglob("*")):
        try:
            newest = max(newest, path.stat().st_mtime)
        except FileNotFoundError:
            continue
    return newest


def flush_folder(folder: Path) -> None:
    """Force everything below `folder` to the disk, so that a rename never outruns its content."""
    for path in files_below(folder):
        with path.open("rb+") as file:
            os.fsync(file.fileno())
    if os.name == "posix":
        for below in (folder, *(path for path in folder.rglob("*") if path.is_dir())):
            handle = os.open(below, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)


def remove_folder(folder: Path) -> None:
    """Remove `folder` in two steps, so that nobody ever opens a half-removed artifact."""
    if not folder.exists():
        return
    doomed = folder.with_name(f".gone-{folder.name}-{secrets.token_hex(4)}")
    os.replace(folder, doomed)
    shutil.rmtree(doomed, ignore_errors=True)


def _patiently(action: Callable[[], _Result]) -> _Result:
    """`action`, tried again where Windows refuses because another process has the file open."""
    for _ in range(40 if os.name == "nt" else 0):
        try:
            return action()
        except PermissionError:
            time.sleep(0.025)
    return action()
