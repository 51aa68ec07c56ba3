"""A folder in, size and checksum of each file out; and whether they still are what they were."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from engine.store.artifact import FileEntry
from engine.store.files import checksum, files_below

MANIFEST = "manifest.json"


def entries(folder: Path) -> dict[str, FileEntry]:
    """Every file below `folder` but its manifest, by its path with forward slashes."""
    return {
        name: FileEntry(bytes=path.stat().st_size, xxh3=checksum(path))
        for name, path in _payload(folder)
    }


def problems(folder: Path, expected: Mapping[str, FileEntry]) -> list[str]:
    """One sentence for each file below `folder` that is missing, changed or not expected."""
    found = []
    for name, entry in expected.items():
        path = folder / name
        if not path.is_file():
            found.append(f"{name} is missing.")
        elif path.stat().st_size != entry.bytes or checksum(path) != entry.xxh3:
            found.append(f"{name} was changed after it was published.")
    added = [name for name, _ in _payload(folder) if name not in expected]
    return [*found, *(f"{name} was added after it was published." for name in added)]


def _payload(folder: Path) -> Iterator[tuple[str, Path]]:
    for path in files_below(folder):
        if (name := path.relative_to(folder).as_posix()) != MANIFEST:
            yield name, path
