"""A compressed file in, the one file inside out: as a stream, with every promise checked."""

from __future__ import annotations

import contextlib
import gzip
import io
import lzma
import shutil
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO

from engine.data.duck import raise_if_disk_full
from engine.errors import InputError
from engine.progress import SILENT, Progress

CHUNK = 1 << 20
# Text packs 3 to 20 times; a repeated log a hundred times. Past this, and
# past a size that could hurt, the file is a bomb or no text.
MAX_RATIO = 250
RATIO_COUNTS_FROM = 64 << 20
SHEET_LIMIT = 2 << 30


@dataclass(frozen=True)
class Unpacked:
    """The expanded file, the name it had inside, and what the person should know."""

    path: Path
    name: str
    notes: list[str] = field(default_factory=list)


def unpack(
    path: Path, kind: str, folder: Path, *, max_bytes: int, progress: Progress = SILENT
) -> Unpacked:
    """Expand `path` (kind: 'gz', 'xz', 'zst' or 'zip') into `folder`.

    Raises:
        InputError: a bomb, a cut-off or damaged archive, a password, a name that points outside, a
            link, or more than `max_bytes` bytes once expanded.
    """
    target = folder / "unpacked"
    packed = path.stat().st_size
    progress.stage("Unpack", packed, "bytes")
    with _plain_words(path.name):
        if kind == "zip":
            return _from_zip(path, target, max_bytes, progress)
        with path.open("rb") as raw, _open_stream(raw, kind) as stream:
            _pour(stream, target, path.name, packed, max_bytes, lambda: progress.at(raw.tell()))
    return Unpacked(target, _inner_name(path.name))


def check_sheet(path: Path) -> None:
    """Read through the parts of an Excel file without keeping them.

    Raises:
        InputError: it would expand beyond what a sheet can honestly hold, or it is damaged.
    """
    total = 0
    with _plain_words(path.name), zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            with archive.open(info) as part:
                while chunk := part.read(CHUNK):
                    total += len(chunk)
                    _check_size(total, path.stat().st_size, SHEET_LIMIT, path.name)


def check_space(folder: Path, needed: int) -> None:
    """Raise InputError when `folder` has less than `needed` bytes free."""
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise InputError(
            f"This import needs about {size(needed)} of disk and only {size(free)} is free: "
            "free some space, or move the cache to a larger disk with LIMN_CACHE."
        )


def size(n_bytes: float) -> str:
    """'1.2 GB': bytes as a person says them."""
    for unit in ("bytes", "kB", "MB"):
        if n_bytes < 1000:
            return f"{n_bytes:.0f} {unit}"
        n_bytes /= 1000
    return f"{n_bytes:.1f} GB"


def _open_stream(raw: IO[bytes], kind: str) -> io.BufferedIOBase:
    if kind == "gz":
        return gzip.GzipFile(fileobj=raw)
    if kind == "xz":
        return lzma.LZMAFile(raw)
    return io.BufferedReader(_Zstandard(raw), CHUNK)


class _Zstandard(io.RawIOBase):
    """Frames of Zstandard, end to end; unlike Arrow's stream it notices a file that was cut off."""

    def __init__(self, raw: IO[bytes]) -> None:
        import pyarrow as pa

        self._stream = pa.CompressedInputStream(pa.PythonFile(raw, mode="r"), "zstd")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        data = self._stream.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


def _from_zip(path: Path, target: Path, max_bytes: int, progress: Progress) -> Unpacked:
    with zipfile.ZipFile(path) as archive:
        files = []
        for info in archive.infolist():
            inner = PurePosixPath(info.filename.replace("\\", "/"))
            if inner.is_absolute() or ".." in inner.parts or ":" in (inner.parts or ("",))[0]:
                raise InputError(
                    f"{path.name} holds a file named {info.filename!r}, which points outside the "
                    "archive: it was not opened. Pack the data file again on its own."
                )
            if stat.S_ISLNK(info.external_attr >> 16):
                raise InputError(
                    f"{path.name} holds a link ({info.filename}) instead of a file: it was not "
                    "opened. Pack the data file itself."
                )
            hidden = inner.name.startswith(".") or "__MACOSX" in inner.parts
            if not info.is_dir() and not hidden and info.compress_size:
                files.append(info)
        if not files:
            raise InputError(
                f"{path.name} holds no file with data: pack the data file and try again."
            )
        chosen = max(files, key=lambda info: info.file_size)
        if chosen.flag_bits & 1:
            raise InputError(
                f"{path.name} is protected with a password: unpack it and import the file inside."
            )
        with archive.open(chosen) as stream:
            done = 0

            def tell() -> None:
                nonlocal done
                done += CHUNK
                progress.at(
                    min(chosen.compress_size, done * chosen.compress_size / chosen.file_size)
                )

            _pour(stream, target, path.name, chosen.compress_size, max_bytes, tell)
        notes = []
        if len(files) > 1:
            notes.append(
                f"{path.name} holds {len(files)} files; imported: the largest, {chosen.filename}."
            )
        return Unpacked(target, PurePosixPath(chosen.filename).name, notes)


def _pour(
    stream: IO[bytes] | io.BufferedIOBase,
    target: Path,
    name: str,
    packed: int,
    max_bytes: int,
    tell: Callable[[], None],
) -> None:
    """Copy `stream` to `target`, counting: what an archive says of its size is not trusted."""
    total = 0
    with target.open("wb") as out:
        while chunk := stream.read(CHUNK):
            total += len(chunk)
            _check_size(total, packed, max_bytes, name)
            if total % (256 * CHUNK) < CHUNK:
                check_space(target.parent, 64 * CHUNK)
            out.write(chunk)
            tell()
    if not total:
        raise InputError(f"{name} unpacks to nothing: pack the data file again.")


def _check_size(total: int, packed: int, max_bytes: int, name: str) -> None:
    if total > max_bytes:
        raise InputError(
            f"{name} unpacks to more than {size(max_bytes)}, the limit for one import: "
            "import a part of it, or raise the limit."
        )
    if total > RATIO_COUNTS_FROM and total > packed * MAX_RATIO:
        raise InputError(
            f"{name} unpacks to more than {MAX_RATIO} times its size, as a zip bomb does: it was "
            "not imported. If you trust it, unpack it yourself and import the file inside."
        )


def _inner_name(name: str) -> str:
    stem = Path(name)
    return stem.stem if stem.suffix.lower() in (".gz", ".xz", ".zst", ".zstd", ".gzip") else name


@contextlib.contextmanager
def _plain_words(name: str) -> Iterator[None]:
    """Each library's own errors as one sentence."""
    try:
        yield
    except EOFError as error:
        raise InputError(
            f"{name} is cut off: it ends too early. Download or copy it again."
        ) from error
    except NotImplementedError as error:
        raise InputError(
            f"{name} is packed in a way Limn cannot open: pack it again as .gz or plain .zip."
        ) from error
    except RuntimeError as error:
        if "password" not in str(error) and "encrypted" not in str(error):
            raise
        raise InputError(
            f"{name} is protected with a password: unpack it and import the file inside."
        ) from error
    except (OSError, lzma.LZMAError, zlib.error, zipfile.BadZipFile) as error:
        raise_if_disk_full(error)
        raise InputError(f"{name} is damaged: {error}. Download or copy it again.") from error
