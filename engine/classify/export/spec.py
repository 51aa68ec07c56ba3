"""What can be asked of taking a classifier away, and of bringing one in."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from engine.errors import InputError
from engine.spec import ArtifactRef, Spec


class ExportSpec(Spec):
    """Make a folder of a classifier that loads without Limn, with a card and a parity report."""

    model: Annotated[str, ArtifactRef("model")] = Field(description="Classifier: its name or key.")
    onnx: bool = Field(
        True, description="Also make an ONNX graph, which predicts without PyTorch, and compare it."
    )


class ImportModelSpec(Spec):
    """Bring in a classifier's folder: a Limn export, sentence-transformers or transformers."""

    folder: str = Field(
        description="The folder, or a .zip of it, with safetensors weights; nothing in it is run."
    )

    def outside(self) -> dict[str, str]:
        """The folder by its content."""
        return {"folder": _digest(Path(self.folder).expanduser())}

    def settings(self) -> dict[str, Any]:
        """Without the path: the content says what it is."""
        return {}


def _digest(path: Path) -> str:
    """sha256 (hex) of a file, or of all files below a folder with their names."""
    if path.is_file():
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    if not path.is_dir():
        raise InputError(f"There is no folder or .zip file {path}: check the path.")
    whole = hashlib.sha256()
    for one in sorted(path.rglob("*")):
        if one.is_file():
            with one.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            whole.update(f"{one.relative_to(path).as_posix()} {digest}\n".encode())
    return whole.hexdigest()
