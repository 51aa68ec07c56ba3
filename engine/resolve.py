"""A spec in; the artifacts and files it names, and the key of its result, out."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from engine.errors import InputError, NotFoundError
from engine.progress import Progress
from engine.spec import ArtifactRef, FileRef, Spec
from engine.stages import SHIPPED, Stage, load_shipped, stage_of
from engine.store import Artifact, Store
from engine.store.files import checksum


@dataclass(frozen=True)
class Resolved:
    """What a spec stands for right now.

    Attributes:
        spec: The spec.
        stage: Its stage.
        artifacts: The artifacts its references name, by field.
        files: The files its references name, by field.
        inputs: What the manifest records: field -> "kind/key" of an artifact or "file/checksum"
            of a file.
        content: What the key is made of: the same, but where a reference reads only a part of its
            artifact, the identity of that part; and what the spec names outside the store.
        stamps: Size in bytes and time of change in ns of each file, before it was read.
    """

    spec: Spec
    stage: Stage
    artifacts: Mapping[str, Artifact]
    files: Mapping[str, Path]
    inputs: Mapping[str, str]
    content: Mapping[str, str]
    stamps: Mapping[Path, tuple[int, int]]

    def key(self, stopped_at: int | None = None) -> str:
        """The key of the whole result, or of the one that was stopped after that step."""
        settings = self.spec.settings()
        if stopped_at is not None:
            settings["stopped_at"] = stopped_at
        return Store.key(self.stage.verb, self.stage.version, settings, self.content)

    def gives(self, artifact: Artifact) -> bool:
        """Whether `artifact` is the result, whole or stopped."""
        return artifact.key == self.key(artifact.facts.get("stopped_at"))

    def check_files(self) -> None:
        """Raise InputError where a file was changed since it was resolved."""
        for path, stamp in self.stamps.items():
            if _stamp(path) != stamp:
                raise InputError(f"{path.name} changed while it was read; try again.")


def resolve(spec: Spec, store: Store, progress: Progress) -> Resolved:
    """Find what `spec` names and read its files once for their checksums.

    Raises:
        NotFoundError: an artifact or a file is not there.
        InputError: a file cannot be used.
    """
    artifacts: dict[str, Artifact] = {}
    files: dict[str, Path] = {}
    parts: dict[str, str] = {}
    for name, reference in spec.references():
        value = getattr(spec, name)
        match reference:
            case ArtifactRef(kind=kind, reads=fact) if value:
                artifacts[name] = addressed(store, value, kind)
                if part := artifacts[name].facts.get(fact):
                    parts[name] = f"{fact}/{part}"
            case FileRef() if value:
                files[name] = existing_file(value)
    inputs = {name: f"{found.kind}/{found.key}" for name, found in artifacts.items()}
    stamps = {path: _stamp(path) for path in files.values()}
    for name, path in files.items():
        progress.stage("Reading the file", total=stamps[path][0], unit="bytes")
        inputs[name] = f"file/{checksum(path, progress.advance)}"
    content = {**inputs, **parts, **spec.outside()}
    return Resolved(spec, stage_of(spec), artifacts, files, inputs, content, stamps)


def addressed(store: Store, reference: str, kind: str) -> Artifact:
    """As ``store.get``, and a model that comes with Limn is made where it is not there yet.

    Raises:
        NotFoundError: nothing, or more than one thing, answers to it.
    """
    name = reference.strip()
    if kind == "model" and name in SHIPPED and store.named(name) is None:
        made: Artifact = load_shipped(name)(name, store)
        return made
    return store.get(reference, kind)


def existing_file(path: str) -> Path:
    """The path of a readable file.

    Raises:
        NotFoundError: there is none.
        InputError: it is a folder.
    """
    # os.path, for it answers False where Path raises: names too long, homes of nobody.
    file = os.path.expanduser(path)
    shown = file if len(file) < 200 else f"{file[:200]}..."
    if shown != shown.encode("utf-8", errors="replace").decode("utf-8"):
        raise InputError("The file's name is not valid Unicode; rename it and try again.")
    if os.path.isdir(file):
        raise InputError(f"{shown} is a folder; name a file in it.")
    if not os.path.isfile(file):
        raise NotFoundError(f"There is no file {shown}; check the path.")
    return Path(file).resolve()


def _stamp(path: Path) -> tuple[int, int]:
    try:
        stat = path.stat()
    except FileNotFoundError:
        return -1, -1
    return stat.st_size, stat.st_mtime_ns
