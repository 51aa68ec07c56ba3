"""A spec in, its artifact out: found in the cache or computed once, its origin recorded."""

from __future__ import annotations

import contextlib
import logging
import math
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from engine import flags
from engine.errors import Cancelled, InputError
from engine.machine import machine
from engine.progress import SILENT, Progress
from engine.resolve import Resolved, existing_file, resolve
from engine.spec import Spec
from engine.store import Artifact, Manifest, Store
from engine.store.budget import GIB, prune, using
from engine.store.names import name_from

__all__ = ["Work", "existing_file", "run"]

log = logging.getLogger(__name__)


@dataclass
class Work:
    """What a stage's ``build(spec, work)`` is given.

    Attributes:
        out: Folder for the payload; published whole when ``build`` returns, gone when it raises.
        scratch: Folder that survives a kill; the same spec finds it again.
        inputs: The artifacts the spec's references name, by field.
        files: The files the spec's references name, by field.
        progress: Where to report to.
        holds: What stays in the cache until this work has ended.
    """

    store: Store
    out: Path
    scratch: Path
    inputs: Mapping[str, Artifact]
    files: Mapping[str, Path]
    progress: Progress
    holds: ExitStack = field(default_factory=ExitStack)
    made: dict[str, str] = field(default_factory=dict)
    stopped: int | None = None

    def file(self, name: str) -> Path:
        """The file that the spec's field `name` points at."""
        return self.files[name]

    def make(self, spec: Spec) -> Artifact:
        """Another stage's artifact, found or computed now, and recorded as an input of this one.

        Raises:
            Cancelled: the person stopped it half way, which leaves nothing to go on with.
        """
        resolved = resolve(spec, self.store, self.progress)
        artifact = _artifact(resolved, self.store, self.progress, self.holds)
        if "stopped_at" in artifact.facts:
            raise Cancelled
        return self._made(artifact)

    def found(self, spec: Spec) -> Artifact | None:
        """Another stage's artifact where it is there already, recorded as an input; else None."""
        resolved = resolve(spec, self.store, self.progress)
        self._hold(resolved)
        artifact = self.store.find(resolved.stage.makes, resolved.key())
        return self._made(artifact) if artifact else None

    def reads(self, name: str, artifact: Artifact) -> None:
        """Record `artifact` as the input `name` of this work's result, beside those of its spec."""
        self.holds.enter_context(using(self.store, [artifact]))
        self.made[name] = f"{artifact.kind}/{artifact.key}"

    def publish(self, spec: Spec, folder: Path, facts: Mapping[str, Any]) -> Artifact:
        """Publish what this stage made along the way as the artifact of another stage's `spec`.

        So a by-product is computed once: whoever asks for `spec` finds it. It is recorded as an
        input of this work's result. Where somebody published the same meanwhile, theirs stays.

        Args:
            spec: What ``work.make(spec)`` would have computed with the same content.
            folder: Its payload, in this work's `scratch`; gone afterwards.
            facts: What that stage's build would have returned; ``seconds`` becomes the time taken.
        """
        resolved = resolve(spec, self.store, self.progress)
        self._hold(resolved)
        seconds = float(facts.get("seconds", 0.0))
        artifact = self.store.publish(folder, _manifest(resolved, facts, seconds))
        shutil.rmtree(folder, ignore_errors=True)
        return self._made(artifact)

    def _hold(self, resolved: Resolved) -> None:
        self.holds.enter_context(using(self.store, resolved.artifacts.values(), resolved.key()))

    def _made(self, artifact: Artifact) -> Artifact:
        self.made[f"{artifact.kind}:{len(self.made)}"] = f"{artifact.kind}/{artifact.key}"
        return artifact

    def stopped_at(self, step: int) -> None:
        """Say that the person stopped the work after `step`; `out` holds the best so far.

        It is published under a key of its own, and the checkpoint stays: the whole work can still
        be resumed under its own key.
        """
        self.stopped = step


def run(
    spec: Spec, *, store: Store, progress: Progress = SILENT, name: str = "", wish: str = ""
) -> Artifact:
    """The artifact of `spec`: from the cache, or computed here, once, whoever else asks.

    Args:
        spec: What is wanted.
        store: Where it is looked for and published.
        progress: Who hears of it.
        name: Name that a person gave it.
        wish: What to call it while it has no name, put as a name; numbered where it is taken.

    Raises:
        InputError: an input is missing or cannot be used, or the name is taken; nothing is made.
        Cancelled: the person cancelled; nothing is published, checkpoints stay.
    """
    store.check_name(name)
    resolved = resolve(spec, store, progress)
    owner = store.named(name)
    if owner and not resolved.gives(owner):
        # Said before hours of work rather than after.
        raise InputError(f"'{name}' already names another {owner.kind}; choose another name.")
    with ExitStack() as holds:
        artifact = _artifact(resolved, store, progress, holds)
    if owner and owner.key != artifact.key:
        store.rename(owner, "")  # what was stopped gives its name to what came of going on
    if name and artifact.name != name:
        return store.rename(artifact, name, numbered=True)
    if wish and not artifact.name:
        return store.rename(artifact, name_from(wish), numbered=True)
    return artifact


def _artifact(resolved: Resolved, store: Store, progress: Progress, holds: ExitStack) -> Artifact:
    """Find or compute it; it and all it came from stay in the cache until `holds` is closed."""
    kind, key = resolved.stage.makes, resolved.key()
    holds.enter_context(using(store, resolved.artifacts.values(), key))
    if found := store.find(kind, key):
        return found
    with _acquired(store.lock(kind, key), progress):
        if found := store.find(kind, key):
            return found
        artifact = _computed(resolved, store, progress, holds)
    _keep_to_budget(store)
    return artifact


def _computed(resolved: Resolved, store: Store, progress: Progress, holds: ExitStack) -> Artifact:
    spec, stage = resolved.spec, resolved.stage
    began = time.monotonic()
    scratch = store.scratch(stage.makes, resolved.key())
    scratch.mkdir(parents=True, exist_ok=True)
    with store.temporary() as out:
        work = Work(store, out, scratch, resolved.artifacts, resolved.files, progress, holds)
        try:
            facts = stage.load_build()(spec, work)
        finally:
            with contextlib.suppress(OSError):
                scratch.rmdir()  # goes when it holds nothing to go on from
        resolved.check_files()
        if work.stopped is not None:
            facts = {**facts, "stopped_at": work.stopped}
            holds.enter_context(using(store, (), resolved.key(work.stopped)))
        seconds = time.monotonic() - began
        manifest = _manifest(resolved, facts, seconds, stopped=work.stopped, made=work.made)
        artifact = store.publish(out, manifest)
    if work.stopped is None:
        shutil.rmtree(scratch, ignore_errors=True)
    return artifact


def _manifest(
    resolved: Resolved,
    facts: Mapping[str, Any],
    seconds: float,
    *,
    stopped: int | None = None,
    made: Mapping[str, str] | None = None,
) -> Manifest:
    spec, stage = resolved.spec, resolved.stage
    return Manifest(
        kind=stage.makes,
        key=resolved.key(stopped),
        stage=stage.verb,
        version=stage.version,
        spec=spec.model_dump(mode="json"),
        inputs={**resolved.inputs, **(made or {})},
        facts=_plain(facts),
        command=flags.command(stage, spec),
        created=datetime.now(UTC),
        seconds=round(seconds, 3),
        machine=machine(),
        files={},
    )


def _keep_to_budget(store: Store) -> None:
    from engine.settings import settings

    try:
        prune(store, settings().budget_gib * GIB)
    except OSError:
        # The result stands; tidying up is tried again after the next one.
        log.warning("The cache could not be brought below its budget", exc_info=True)


def _plain(value: Any) -> Any:
    """`value` as JSON knows it: numpy's numbers as Python's, no NaN and no infinity."""
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(one) for one in value]
    if hasattr(value, "tolist"):
        return _plain(value.tolist())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value if isinstance(value, (str, int, float, bool, type(None))) else str(value)


@contextlib.contextmanager
def _acquired(lock: FileLock, progress: Progress) -> Iterator[None]:
    """Hold the lock; while waiting for it, never be deaf to a cancel."""
    waiting = False
    while True:
        try:
            lock.acquire(timeout=0.5)
            break
        except Timeout:
            if not waiting:
                progress.stage("Waiting: another window computes the same")
                waiting = True
            progress.at(0)
    try:
        yield
    finally:
        lock.release()
