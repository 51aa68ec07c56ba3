"""One published result: a folder with its payload and a manifest that says how it came to be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict


class FileEntry(BaseModel):
    """Size and XXH3-128 checksum of one payload file."""

    model_config = ConfigDict(frozen=True)
    bytes: int
    xxh3: str


class Manifest(BaseModel):
    """What the artifact is made of and where it came from; written once, never changed."""

    model_config = ConfigDict(frozen=True)
    kind: str
    key: str
    stage: str
    version: int
    spec: dict[str, Any]
    inputs: dict[str, str]
    """Field of the spec -> "kind/key" of the artifact, or "file/checksum" of a file, it named."""
    facts: dict[str, Any]
    command: str
    created: datetime
    seconds: float
    machine: dict[str, str]
    files: dict[str, FileEntry]


@dataclass(frozen=True)
class Artifact:
    """A published artifact. `path` is its folder: read it, never write to it."""

    path: Path
    manifest: Manifest
    name: str = ""

    @property
    def kind(self) -> str:
        """What it is: source, dataset, vectors, model, ..."""
        return self.manifest.kind

    @property
    def key(self) -> str:
        """Its content key, 20 hex digits."""
        return self.manifest.key

    @property
    def facts(self) -> dict[str, Any]:
        """The headline figures its stage returned."""
        return self.manifest.facts

    @property
    def title(self) -> str:
        """The name a person gave it, or the beginning of its key."""
        return self.name or self.key[:8]

    @property
    def bytes(self) -> int:
        """Size of the payload on disk."""
        return sum(entry.bytes for entry in self.manifest.files.values())
