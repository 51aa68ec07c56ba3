"""A spec in, its artifact out: found in the cache or computed once, its origin recorded."""

from __future__ import annotations

import platform
import shutil
import sys
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

from filelock import FileLock, Timeout

from engine import flags
from engine.errors import InputError, NotFoundError
from engine.progress import SILENT, Progress
from engine.spec import ArtifactRef, FileRef, Spec
from engine.stages import Stage, stage_of
from engine.store import Artifact, Manifest, Store
from engine.store.budget import GIB, prune, using
from engine.store.files import checksum

_VERSIONED = ("torch", "transformers", "streamlit", "duckdb", "scikit-learn", "numpy", "flash-attn")


@dataclass
class Work:
    """What a stage's ``build(spec, work)`` is given.

    Attributes:
        out: Folder for the payload; published whole when ``build`` returns, gone when it raises.
        scratch: Folder that survives a kill; the same spec finds it again.
        inputs: The artifacts the spec's references name, by field.
        files: The files the spec's references name, by field.
        progress: Where to report to.
    """

    store: Store
    out: Path
    scratch: Path
    inputs: Mapping[str, Artifact]
    files: Mapping[str, Path]
    progress: Progress
    made: dict[str, str] = field(default_factory=dict)
    stopped: int | None = None

    def file(self, name: str) -> Path:
        """The file that the spec's field `name` points at."""
        return self.files[name]

    def make(self, spec: Spec) -> Artifact:
        """Another stage's artifact, found or computed now, and recorded as an input of this one."""
        artifact = run(spec, store=self.store, progress=self.progress)
        self.made[f"{artifact.kind}:{len(self.made)}"] = f"{artifact.kind}/{artifact.key}"
        return artifact

    def stopped_at(self, step: int) -> None:
        """Say that the person stopped the work after `step`; `out` holds the best so far.

        It is published under a key of its own, and the checkpoint stays: the whole work can still
        be resumed under its own key.
        """
        self.stopped = step


def run(spec: Spec, *, store: Store, progress: Progress = SILENT, name: str = "") -> Artifact:
    """The artifact of `spec`: from the cache, or computed here, once, whoever else asks.

    Raises:
        InputError: an input is missing or cannot be used; nothing is published.
        Cancelled: the person cancelled; nothing is published, checkpoints stay.
    """
    stage = stage_of(spec)
    artifacts, files = _resolve(spec, store)
    inputs = {field: f"{a.kind}/{a.key}" for field, a in artifacts.items()}
    for field_name, path in files.items():
        progress.stage("Reading the file", total=path.stat().st_size, unit="bytes")
        inputs[field_name] = f"file/{checksum(path, progress.advance)}"
    key = store.key(stage.verb, stage.version, spec.settings(), inputs)
    with ExitStack() as stack:
        if (artifact := store.find(stage.makes, key)) is None:
            _acquire(store.lock(stage.makes, key), stack, progress)
            artifact = store.find(stage.makes, key)
        if artifact is None:
            stack.enter_context(using(store, artifacts.values()))
            artifact = _compute(spec, stage, key, inputs, artifacts, files, store, progress)
    return store.rename(artifact, name) if name and not artifact.name else artifact


def _compute(
    spec: Spec,
    stage: Stage,
    key: str,
    inputs: dict[str, str],
    artifacts: Mapping[str, Artifact],
    files: Mapping[str, Path],
    store: Store,
    progress: Progress,
) -> Artifact:
    began = time.monotonic()
    scratch = store.scratch(stage.makes, key)
    scratch.mkdir(parents=True, exist_ok=True)
    with store.temporary() as out:
        work = Work(store, out, scratch, artifacts, files, progress)
        facts = stage.load_build()(spec, work)
        if work.stopped is not None:
            settings = {**spec.settings(), "stopped_at": work.stopped}
            key = store.key(stage.verb, stage.version, settings, inputs)
            facts = {**facts, "stopped_at": work.stopped}
        manifest = Manifest(
            kind=stage.makes,
            key=key,
            stage=stage.verb,
            version=stage.version,
            spec=spec.model_dump(mode="json"),
            inputs={**inputs, **work.made},
            facts=facts,
            command=flags.command(stage, spec),
            created=datetime.now(UTC),
            seconds=round(time.monotonic() - began, 3),
            machine=machine(),
            files={},
        )
        artifact = store.publish(out, manifest)
    if work.stopped is None:
        shutil.rmtree(scratch, ignore_errors=True)
    from engine.settings import settings as read_settings

    prune(store, read_settings().budget_gib * GIB, spare=[artifact.key])
    return artifact


def machine() -> dict[str, str]:
    """Where it was computed: system, processor, Python and the versions of the libraries in use."""
    import os

    found = {
        "system": f"{platform.system()} {platform.machine()}",
        "cores": str(os.cpu_count()),
        "python": platform.python_version(),
    }
    for package in _VERSIONED:
        # Only what this process has loaded had a part in the result.
        if package.replace("-", "_").replace("scikit_learn", "sklearn") in sys.modules:
            found[package] = metadata.version(package)
    return found


def _resolve(spec: Spec, store: Store) -> tuple[dict[str, Artifact], dict[str, Path]]:
    artifacts: dict[str, Artifact] = {}
    files: dict[str, Path] = {}
    for name, reference in spec.references():
        value = str(getattr(spec, name))
        match reference:
            case ArtifactRef(kind=kind):
                artifacts[name] = store.get(value, kind)
            case FileRef():
                files[name] = existing_file(value)
    return artifacts, files


def existing_file(path: str) -> Path:
    """The path of a readable file.

    Raises:
        NotFoundError: there is none.
        InputError: it is a folder.
    """
    file = Path(path).expanduser()
    if file.is_dir():
        raise InputError(f"{file} is a folder; name a file in it.")
    if not file.is_file():
        raise NotFoundError(f"There is no file {file}; check the path.")
    return file.resolve()


def _acquire(lock: FileLock, stack: ExitStack, progress: Progress) -> None:
    """Take the lock without ever being deaf to a cancel."""
    waiting = False
    while True:
        try:
            lock.acquire(timeout=0.5)
        except Timeout:
            if not waiting:
                progress.stage("Waiting: another window computes the same")
                waiting = True
            progress.at(0)
            continue
        stack.callback(lock.release)
        return
