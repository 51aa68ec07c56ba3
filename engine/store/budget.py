"""Keeps the cache below its size: the least recently used goes first, what is needed never goes."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import psutil

from engine.store.artifact import Artifact
from engine.store.files import folder_bytes, read_json, write_json
from engine.store.store import Store

GIB = 1 << 30


@contextmanager
def using(store: Store, artifacts: Iterable[Artifact]) -> Iterator[None]:
    """While inside, `artifacts` and all they came from are in use by this process."""
    me = psutil.Process()
    keys = {a.key for artifact in artifacts for a in store.lineage(artifact)}
    mark = store.folder("use") / f"{me.pid}-{secrets.token_hex(4)}.json"
    write_json(mark, {"pid": me.pid, "started": me.create_time(), "keys": sorted(keys)})
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
    artifact that another one remaining was made from. May end above the budget; returns what went.
    """
    artifacts = {a.key: a for a in store.artifacts()}
    sizes = {key: folder_bytes(a.path) for key, a in artifacts.items()}
    roots = {key for key, a in artifacts.items() if store.is_kept(a)} | in_use(store) | set(spare)
    safe = {a.key for key in roots if key in artifacts for a in store.lineage(artifacts[key])}
    total = sum(sizes.values())
    removed = []
    while total > budget_bytes:
        needed = {
            ref.split("/")[-1] for a in artifacts.values() for ref in a.manifest.inputs.values()
        }
        leaves = [a for key, a in artifacts.items() if key not in safe and key not in needed]
        if not leaves:
            break
        oldest = min(leaves, key=store.last_used)
        store.discard(oldest)
        removed.append(artifacts.pop(oldest.key))
        total -= sizes[oldest.key]
    return removed


def alive(pid: int, started: float) -> bool:
    """Whether the very process that wrote `pid` and its start time still runs."""
    try:
        process = psutil.Process(pid)
        return abs(process.create_time() - started) < 1 and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False
