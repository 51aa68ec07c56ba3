"""A file's first bytes in, what kind of file it is out, whatever its name says."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

from engine.errors import InputError

HEAD = 1 << 20

PACKED = {
    b"\x1f\x8b": "gz",
    b"\xfd7zXZ\x00": "xz",
    b"\x28\xb5\x2f\xfd": "zst",
    b"PK\x03\x04": "zip",
}
_FOREIGN = {
    b"%PDF": ("a PDF document", "copy its text into a .txt or .csv file"),
    b"\x89PNG": ("a picture", "choose a file of texts"),
    b"\xff\xd8\xff": ("a picture", "choose a file of texts"),
    b"GIF8": ("a picture", "choose a file of texts"),
    b"BZh": ("a bzip2 archive", "unpack it, or pack it again as .gz or .zip"),
    b"7z\xbc\xaf'\x1c": ("a 7-Zip archive", "unpack it, or pack it again as .zip"),
    b"Rar!": ("a RAR archive", "unpack it, or pack it again as .zip"),
    b"SQLite format 3": ("an SQLite database", "export the table as CSV"),
    b"\x7fELF": ("a program", "choose a file of texts"),
    b"MZ\x90\x00": ("a program", "choose a file of texts"),
    b"\x80\x04\x95": ("a Python pickle", "save the table as Parquet or CSV"),
    b"ARROW1": ("an Arrow file", "save the table as Parquet"),
    b"Obj\x01": ("an Avro file", "save the table as Parquet"),
    b"PK\x05\x06": ("an empty zip archive", "pack the file again"),
}
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def packing(path: Path) -> str | None:
    """'gz', 'xz', 'zst' or 'zip' when the file is compressed, else None, as for Excel.

    Raises:
        InputError: the file is empty.
    """
    with path.open("rb") as file:
        head = file.read(8)
    if not head:
        raise InputError(f"{path.name} is empty: choose a file with at least one row.")
    found = next((kind for magic, kind in PACKED.items() if head.startswith(magic)), None)
    return None if found == "zip" and _is_office(path) else found


def layout(path: Path) -> str:
    """'parquet', 'excel', or 'characters' for anything written in letters.

    Raises:
        InputError: the file is something Limn cannot read, by name where it is known.
    """
    with path.open("rb") as file:
        head = file.read(HEAD)
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(_OLE) or (head.startswith(b"PK\x03\x04") and _is_office(path)):
        return "excel"
    if next((kind for magic, kind in PACKED.items() if head.startswith(magic)), None):
        raise InputError(f"{path.name} is packed twice: unpack it once and import what is inside.")
    for magic, (what, way_out) in _FOREIGN.items():
        if head.startswith(magic):
            raise InputError(f"{path.name} is {what}, not a table: {way_out}.")
    if head[257:262] == b"ustar":
        raise InputError(f"{path.name} holds a tar archive: unpack it and import the file inside.")
    if _is_binary(head):
        raise InputError(
            f"{path.name} does not hold text, whatever its name says: "
            "export it as CSV, JSON lines, Parquet or Excel and import that."
        )
    return "characters"


def shape(text: str, *, whole: bool, suffix: str = "") -> str:
    """'json', 'jsonl' or 'table' for a file's decoded beginning (all of it when `whole`).

    One object on one line may be either: the file's `suffix` says. 'table' covers delimited files
    and plain text: engine.data.sniff tells those apart.
    """
    start = text.lstrip("\ufeff \t\r\n\0")
    if start.startswith("["):
        after = start[1:].lstrip()
        looks = after[:1] in '{"[]' or after[:4] in ("null", "true") or not after
        # "[info] line" begins with a bracket too; only an array of objects or a whole one is JSON.
        return "json" if looks and (after[:1] == "{" or (whole and _parses(start))) else "table"
    if not start.startswith("{"):
        return "table"
    lines = [line for line in start.split("\n") if line.strip()]
    if not whole and len(lines) > 1:
        lines = lines[:-1]
    lines = lines[:200]
    objects = sum(_parses(line) for line in lines)
    if objects and (len(lines) > 1 or not whole) and objects * 2 >= len(lines):
        return "jsonl"
    if len(lines) == 1 and objects:
        return "jsonl" if suffix.lower() in (".jsonl", ".ndjson") else "json"
    second = start[1:].lstrip()[:1]
    return "json" if second in ('"', "}") else "table"


def _parses(text: str) -> bool:
    try:
        return isinstance(json.loads(text, strict=False), dict | list)
    except (ValueError, RecursionError):
        return False


def _is_office(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return False
    sheets = any(name.startswith("xl/") for name in names) and "[Content_Types].xml" in names
    return sheets or ("mimetype" in names and "content.xml" in names)


def _is_binary(head: bytes) -> bool:
    """Letters of any encoding, UTF-16 included, hold next to no control characters."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return False
    nul = head.count(0)
    if nul > len(head) * 0.2:  # UTF-16 without a mark: every other byte is nul, on one side only
        even = head[::2].count(0)
        return min(even, nul - even) > nul * 0.1
    control = nul + sum(head.count(code) for code in (*range(1, 9), *range(14, 27), 127))
    return control > max(2, len(head) * 0.02)
