"""A model's folder in, a .zip of it out."""

from __future__ import annotations

import zipfile
from pathlib import Path

from engine.store.files import files_below


def pack(folder: Path, target: Path, *, inside: str) -> None:
    """Write `target` with every file of `folder`, below a folder called `inside`.

    Weights are stored as they are, for they hardly get smaller; equal folders give equal bytes.
    """
    with zipfile.ZipFile(target, "w") as archive:
        for path in files_below(folder):
            entry = zipfile.ZipInfo(f"{inside}/{path.relative_to(folder).as_posix()}")
            large = path.suffix in (".safetensors", ".onnx")
            entry.compress_type = zipfile.ZIP_STORED if large else zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            with archive.open(entry, "w", force_zip64=True) as out, path.open("rb") as source:
                while block := source.read(1 << 20):
                    out.write(block)
