"""Bytes in, the name of their encoding and a UTF-8 copy out."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from engine.data.unpack import CHUNK
from engine.errors import InputError
from engine.progress import SILENT, Progress

SAMPLE = 1 << 18
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CANDIDATES = [
    "gb18030", "big5", "shift_jis", "euc_jp", "euc_kr", "cp1251", "koi8_r",
    "cp1250", "cp1252", "cp1253", "cp1254", "cp1255", "cp1256",
]  # fmt: skip
# Accents in a Latin script stand alone between plain letters; other scripts come in runs. Telling
# one Western code page from another by statistics fails, and cp1252 is by far the most common.
_WESTERN_RUN = 1.7


def detect(path: Path) -> str:
    """The encoding of a text file, from its beginning, its middle and its end."""
    samples = _samples(path)
    head = samples[0]
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name
    if len(head) > 1 and head.count(0) > len(head) * 0.2:
        return "utf-16-le" if head[1::2].count(0) > head[::2].count(0) else "utf-16-be"
    bad = [sample for sample in samples if not _is_utf8(sample)]
    if not bad:
        return "utf-8"
    runs = [len(run) for sample in bad for run in re.findall(rb"[\x80-\xff]+", sample)]
    if _mostly_utf8(b"".join(bad)):
        return "utf-8"  # a few stray bytes, which the reader mends
    if sum(runs) < _WESTERN_RUN * len(runs):
        return "cp1252"
    return _guess(b"".join(bad))


def copy_as_utf8(
    path: Path, target: Path, encoding: str, *, name: str, progress: Progress = SILENT
) -> None:
    """Write `path` to `target` as UTF-8 without a mark, a chunk at a time.

    Raises:
        InputError: the encoding is unknown, or the bytes are not in it.
    """
    try:
        decoder = codecs.getincrementaldecoder(encoding)("strict")
    except LookupError as error:
        raise InputError(
            f"There is no encoding called {encoding!r}: choose auto, utf-8, utf-16 or cp1252."
        ) from error
    progress.stage("Convert to UTF-8", path.stat().st_size, "bytes")
    done = 0
    try:
        with path.open("rb") as source, target.open("wb") as out:
            first = True
            while True:
                chunk = source.read(CHUNK)
                text = decoder.decode(chunk, final=not chunk)
                if first and text:
                    text, first = text.removeprefix("\ufeff"), False
                out.write(text.encode("utf-8", "replace"))
                if not chunk:
                    return
                done += len(chunk)
                progress.at(done)
    except UnicodeError as error:
        found = detect(path)
        advice = f"choose {found}" if found != encoding else "choose auto"
        raise InputError(
            f"{name} is not written in {encoding} (something past byte {done:,} does not fit): "
            f"{advice} as its encoding."
        ) from error


def mending_decoder() -> str:
    """The name of an error handler that reads bytes which are not UTF-8 as cp1252."""

    def handler(error: UnicodeError) -> tuple[str, int]:
        if not isinstance(error, UnicodeDecodeError):
            raise error
        bad = error.object[error.start : error.end]
        text = "".join(_CP1252.get(byte, chr(byte)) for byte in bad)
        return text, error.end

    codecs.register_error("limn-mend", handler)
    return "limn-mend"


_CP1252 = {
    byte: bytes([byte]).decode("cp1252")
    for byte in range(128, 256)
    if byte not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)
}


def _samples(path: Path) -> list[bytes]:
    length = path.stat().st_size
    starts = [0] if length <= SAMPLE else sorted({0, length // 2, max(0, length - SAMPLE)})
    samples = []
    with path.open("rb") as file:
        for start in starts:
            file.seek(start)
            sample = file.read(SAMPLE)
            if start:  # begin at a line so that no character is cut in two
                cut = sample.find(b"\n")
                sample = sample[cut + 1 :] if cut >= 0 else sample[4:]
            samples.append(sample)
    return samples


def _is_utf8(sample: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample)
    except UnicodeDecodeError:
        return False
    return True


def _mostly_utf8(sample: bytes) -> bool:
    text = sample.decode("utf-8", "replace")
    wrong = text.count("\ufffd")
    return sum(ord(c) > 127 for c in text) > 4 * wrong


def _guess(sample: bytes) -> str:
    try:
        from charset_normalizer import from_bytes
    except ImportError:  # comes with requests; without it the commonest Western code page
        return "cp1252"
    best = from_bytes(sample[: SAMPLE // 4], cp_isolation=_CANDIDATES).best()
    return best.encoding if best else "cp1252"
