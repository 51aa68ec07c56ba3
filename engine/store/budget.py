"""Keeps the cache below its size: the least recently used goes first, what is needed never goes."""

from __future__ import annotations

import contextlib
import re
import secrets
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from engine.errors import NotFoundError
from engine.store.artifact import Artifact
from engine.store.check import MANIFEST
from engine.store.files import folder_bytes, newest_change, read_json, remove_folder, write_json
from engine.store.process import alive, identity
from engine.store.store import Store

GIB = 1 << 30


@contextlib.contextmanager
def using(store: Store, artifacts: Iterable[Artifact], *keys: str) -> Iterator[None]:
    """While inside, `artifacts`, all they came from, and `keys` are in use by this process.

    Raises:
        NotFoundError: one of the artifacts was removed before it could be marked.
    """
    artifacts = list(artifacts)
    pid, started = identity()
    mark = store.folder("use") / f"{pid}-{secrets.token_hex(4)}.json"
    with store.marking():
        for artifact in artifacts:
            if not (artifact.path / MANIFEST).exists():
                raise NotFoundError(
                    f"The {artifact.kind} {artifact.title} was just removed; make it again with: "
                    f"{artifact.manifest.command}"
                )
        used = {a.key for artifact in artifacts for a in store.lineage(artifact)}
        write_json(mark, {"pid": pid, "started": started, "keys": sorted({*used, *keys})})
    try:
        yield
    finally:
        mark.unlink(missing_ok=True)


def in_use(store: Store) -> set[str]:
    """Keys that a living process reads now; marks of dead processes are swept on the way."""
    keys: set[str] = set()
    for path in store.folder("use").glob("*.json"):
        mark = read_json(path)
        if mark and alive(mark["pid"], mark["started"]):
            keys.update(mark["keys"])
        else:
            path.unlink(missing_ok=True)
    return keys


def prune(store: Store, budget_bytes: float, spare: Iterable[str] = ()) -> list[Artifact]:
    """Remove the least recently used artifacts until the cache fits `budget_bytes`.

    Never removed: what is kept, in use or in `spare` (keys), everything those came from, and any
    artifact that another one remaining was made from. Checkpoints that nobody works on go in their
    turn. May end above the budget; returns the artifacts that went.
    """
    sweep(store)
    with store.marking():
        artifacts = {a.key: a for a in store.artifacts()}
        sizes = {key: folder_bytes(a.path) for key, a in artifacts.items()}
        roots = {key for key, a in artifacts.items() if store.is_kept(a)}
        safe = _ancestors({*roots, *in_use(store), *spare}, artifacts)
        idle = _checkpoints(store)
        total = sum(sizes.values()) + sum(c.bytes for c in idle)
        used = {key: store.last_used(a) for key, a in artifacts.items()}
        removed = []
        while total > budget_bytes:
            needed = {key for a in artifacts.values() for key in _input_keys(a)}
            leaves = [key for key in artifacts if key not in safe and key not in needed]
            oldest = min(leaves, key=used.__getitem__, default=None)
            if idle and (oldest is None or idle[0].used <= used[oldest]):
                checkpoint = idle.pop(0)
                total -= checkpoint.bytes if checkpoint.discard() else 0
            elif oldest is not None:
                try:
                    store.discard(artifacts[oldest])
                except PermissionError:  # Windows, and somebody has it open
                    safe.add(oldest)
                    continue
                removed.append(artifacts.pop(oldest))
                total -= sizes[oldest]
            else:
                break
    return removed


def sweep(store: Store) -> None:
    """Remove what dead processes left half-made or half-removed."""
    for folder in store.folder("tmp").iterdir():
        mark = re.fullmatch(r"(\d+)-([\d.]+)-.*", folder.name)
        if not (mark and alive(int(mark[1]), float(mark[2]))):
            shutil.rmtree(folder, ignore_errors=True)
    for folder in store.root.glob("*/.gone-*"):
        shutil.rmtree(folder, ignore_errors=True)


@dataclass(frozen=True)
class _Checkpoint:
    """The checkpoint of unfinished work; `used` is when it last grew, in seconds since 1970."""

    path: Path
    lock: FileLock
    bytes: int
    used: float

    def discard(self) -> bool:
        """Remove it unless somebody works on it; whether it went."""
        try:
            with self.lock.acquire(timeout=0):
                remove_folder(self.path)
        except Timeout:
            return False
        return True


def _checkpoints(store: Store) -> list[_Checkpoint]:
    """Every checkpoint, oldest first."""
    found = [
        _Checkpoint(
            path,
            store.lock(*path.name.split("-", 1)),
            folder_bytes(path),
            newest_change(path),
        )
        for path in store.folder("partial").iterdir()
        if not path.name.startswith(".")
    ]
    return sorted(found, key=lambda checkpoint: checkpoint.used)


def _ancestors(keys: Iterable[str], artifacts: Mapping[str, Artifact]) -> set[str]:
    """Those of `keys` that exist, and everything they came from."""
    found: set[str] = set()
    queue = list(keys)
    while queue:
        key = queue.pop()
        if key in artifacts and key not in found:
            found.add(key)
            queue.extend(_input_keys(artifacts[key]))
    return found


def _input_keys(artifact: Artifact) -> list[str]:
    return [reference.split("/")[-1] for reference in artifact.manifest.inputs.values()]
