"""A .zip of a model's folder in, its files in an empty folder out; none outside of it."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

from engine.errors import InputError

MOST_BYTES = 20_000_000_000
_MOST_FILES = 500


def unzip(archive: Path, folder: Path, *, most_bytes: int = MOST_BYTES) -> Path:
    """Unpack `archive` into `folder`; returns the folder with the model: it or the one inside.

    Raises:
        InputError: no .zip, damaged, too large once unpacked, or with files that lead outside.
    """
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with zipfile.ZipFile(archive) as packed:
            entries = [entry for entry in packed.infolist() if not entry.is_dir()]
            _check(entries, archive.name, folder, most_bytes)
            for entry in entries:
                target = folder / entry.filename
                target.parent.mkdir(parents=True, exist_ok=True)
                with packed.open(entry) as source, target.open("wb") as out:
                    shutil.copyfileobj(source, out, 1 << 20)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError) as error:
        raise InputError(
            f"{archive.name} cannot be unpacked ({error}): it may be cut off or locked with a "
            "password. Pack the folder again as .zip."
        ) from error
    inside = [path for path in folder.iterdir() if path.name != "__MACOSX"]
    while len(inside) == 1 and inside[0].is_dir():
        folder = inside[0]
        inside = list(folder.iterdir())
    return folder


def _check(entries: list[zipfile.ZipInfo], name: str, folder: Path, most: int) -> None:
    root = folder.resolve()
    for entry in entries:
        if not (root / entry.filename).resolve().is_relative_to(root):
            raise InputError(
                f"{name} holds a file that leads outside of it ({entry.filename[:80]})."
            )
    size = sum(entry.file_size for entry in entries)
    if size > most or len(entries) > _MOST_FILES:
        raise InputError(
            f"{name} holds {len(entries):,} files of {size / 1e9:.1f} GB: more than the folder of "
            "a model. Pack only the model's own folder."
        )
