"""The cache folder: finds, publishes, names, checks and removes artifacts."""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

from filelock import FileLock
from pydantic import ValidationError

from engine.errors import InputError, NotFoundError
from engine.store.artifact import Artifact, FileEntry, Manifest
from engine.store.files import (
    checksum,
    files_below,
    flush_folder,
    read_json,
    remove_folder,
    write_json,
)

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_KEY = re.compile(r"[0-9a-f]{20}")
_PRIVATE = {"jobs", "locks", "names", "partial", "tmp", "uploads", "use", "kept", "used"}


class Store:
    """Artifacts below one folder, at ``<kind>/<key>/``, beside small folders of bookkeeping.

    Safe for several processes at once: publishing is a rename, names and marks are single files.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def folder(self, name: str) -> Path:
        """A bookkeeping folder of the store (``jobs``, ``uploads``, ...), made when missing."""
        path = self.root / name
        path.mkdir(parents=True, exist_ok=True)
        return path

    @staticmethod
    def key(
        stage: str, version: int, settings: Mapping[str, Any], inputs: Mapping[str, str]
    ) -> str:
        """The content key: equal stage, version, settings and inputs give equal 20 hex digits."""
        content = json.dumps([stage, version, settings, inputs], sort_keys=True, ensure_ascii=True)
        return hashlib.sha256(content.encode()).hexdigest()[:20]

    def find(self, kind: str, key: str) -> Artifact | None:
        """The artifact, or None; being found counts as being used."""
        artifact = self._read(self.root / kind / key)
        if artifact:
            self.touch(artifact)
        return artifact

    def get(self, reference: str, kind: str | None = None) -> Artifact:
        """The artifact that `reference` addresses: a name, a key or a unique prefix of a key.

        Raises:
            NotFoundError: nothing, or more than one thing, answers to it.
        """
        wanted = reference.strip()
        named = read_json(self.folder("names") / wanted) if _NAME.fullmatch(wanted) else None
        if named and kind in (None, named["kind"]) and (hit := self.find(**named)):
            return hit
        hits = [a for a in self.artifacts(kind) if wanted and a.key.startswith(wanted)]
        if len(hits) == 1:
            self.touch(hits[0])
            return hits[0]
        what = kind or "artifact"
        if hits:
            raise NotFoundError(f"{len(hits)} {what}s begin with '{wanted}'; give more of the key.")
        known = ", ".join(a.title for a in self.artifacts(kind)[:5])
        hint = f" There is: {known}." if known else f" There is no {what} yet."
        raise NotFoundError(f"No {what} is called '{wanted}'.{hint}")

    def artifacts(self, kind: str | None = None) -> list[Artifact]:
        """Every whole artifact (of one kind), newest first."""
        names = self._names()
        found = []
        for folder in self._kinds() if kind is None else [self.root / kind]:
            for path in folder.iterdir() if folder.is_dir() else []:
                if _KEY.fullmatch(path.name) and (artifact := self._read(path, names)):
                    found.append(artifact)
        return sorted(found, key=lambda a: a.manifest.created, reverse=True)

    def inputs(self, artifact: Artifact) -> list[Artifact]:
        """The artifacts it was made from that still exist."""
        paths = (self.root / ref for ref in artifact.manifest.inputs.values())
        return [hit for path in paths if (hit := self._read(path))]

    def lineage(self, artifact: Artifact) -> list[Artifact]:
        """It and everything it came from, nearest first, each once."""
        seen: dict[str, Artifact] = {}
        queue = [artifact]
        while queue:
            current = queue.pop(0)
            if current.key not in seen:
                seen[current.key] = current
                queue.extend(self.inputs(current))
        return list(seen.values())

    def dependants(self, artifact: Artifact) -> list[Artifact]:
        """The artifacts made directly from it."""
        reference = f"{artifact.kind}/{artifact.key}"
        return [a for a in self.artifacts() if reference in a.manifest.inputs.values()]

    def verify(self, artifact: Artifact) -> list[str]:
        """One sentence for each payload file that is missing, changed or not in the manifest."""
        problems = []
        for name, entry in artifact.manifest.files.items():
            path = artifact.path / name
            if not path.is_file():
                problems.append(f"{name} is missing.")
            elif path.stat().st_size != entry.bytes or checksum(path) != entry.xxh3:
                problems.append(f"{name} was changed after it was published.")
        for path in files_below(artifact.path):
            name = path.relative_to(artifact.path).as_posix()
            if name != "manifest.json" and name not in artifact.manifest.files:
                problems.append(f"{name} was added after it was published.")
        return problems

    @contextmanager
    def temporary(self) -> Iterator[Path]:
        """A fresh folder inside the store, gone afterwards unless it was published."""
        path = self.folder("tmp") / f"{os.getpid()}-{secrets.token_hex(6)}"
        path.mkdir()
        try:
            yield path
        finally:
            shutil.rmtree(path, ignore_errors=True)

    def publish(self, folder: Path, manifest: Manifest) -> Artifact:
        """Turn a finished folder into the artifact: checksums, flush, one rename.

        Whoever publishes the same key first wins; the content is the same.
        """
        entries = {
            path.relative_to(folder).as_posix(): FileEntry(
                bytes=path.stat().st_size, xxh3=checksum(path)
            )
            for path in files_below(folder)
        }
        whole = manifest.model_copy(update={"files": entries})
        write_json(folder / "manifest.json", whole.model_dump(mode="json"))
        flush_folder(folder)
        target = self.root / manifest.kind / manifest.key
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.rename(folder, target)
        except OSError:
            if self._read(target) is None:
                raise
        published = self.find(manifest.kind, manifest.key)
        if published is None:
            raise RuntimeError(f"{manifest.kind}/{manifest.key} vanished while it was published")
        return published

    def lock(self, kind: str, key: str) -> FileLock:
        """Held while the artifact is computed, so that two sessions compute it once."""
        return FileLock(self.folder("locks") / f"{kind}-{key}.lock")

    def scratch(self, kind: str, key: str) -> Path:
        """The folder for checkpoints of this artifact; it survives a kill and is found again."""
        return self.folder("partial") / f"{kind}-{key}"

    def rename(self, artifact: Artifact, name: str) -> Artifact:
        """Give the artifact `name`; an earlier name is dropped, an empty one only drops it.

        Raises:
            InputError: the name is not lower-case letters, digits, dots and dashes, or is taken.
        """
        self.check_name(name)
        owner = read_json(self.folder("names") / name) if name else None
        mine = {"kind": artifact.kind, "key": artifact.key}
        if owner and owner != mine and self._read(self.root / owner["kind"] / owner["key"]):
            raise InputError(
                f"'{name}' already names another {owner['kind']}; choose another name."
            )
        for path in self.folder("names").iterdir():
            if path.name != name and read_json(path) == mine:
                path.unlink(missing_ok=True)
        if name:
            write_json(self.folder("names") / name, mine)
        return Artifact(artifact.path, artifact.manifest, name)

    @staticmethod
    def check_name(name: str) -> None:
        """Raise InputError unless `name` is empty or a valid name."""
        if name and not _NAME.fullmatch(name):
            raise InputError(
                f"'{name}' cannot be a name: use up to 64 lower-case letters, digits, dots and "
                "dashes, beginning with a letter or digit."
            )

    def free_name(self, wish: str) -> str:
        """`wish` as a valid name that nothing else has: "AG News" gives "ag-news" or so."""
        base = re.sub(r"[^a-z0-9]+", "-", wish.lower()).strip("-")[:56] or "untitled"
        taken = {f"{name}" for name in self._names().values()}
        numbered = (base if n == 1 else f"{base}-{n}" for n in range(1, 10_000))
        return next(name for name in numbered if name not in taken)

    def keep(self, artifact: Artifact, kept: bool = True) -> None:
        """Mark it as kept: pruning never takes it nor anything it came from."""
        mark = self.folder("kept") / artifact.key
        mark.touch() if kept else mark.unlink(missing_ok=True)

    def is_kept(self, artifact: Artifact) -> bool:
        """Whether a person asked to keep it."""
        return (self.root / "kept" / artifact.key).exists()

    def touch(self, artifact: Artifact) -> None:
        """Note that it, and so everything it came from, was used now."""
        mark = self.folder("used") / artifact.key
        if time.time() - _mtime(mark) > 60:
            mark.touch()

    def last_used(self, artifact: Artifact) -> float:
        """When it was last used, in seconds since the epoch."""
        return _mtime(self.root / "used" / artifact.key) or artifact.manifest.created.timestamp()

    def remove(self, artifact: Artifact) -> None:
        """Remove it for good.

        Raises:
            InputError: something else was made from it, or work in progress reads it.
        """
        from engine.store.budget import in_use

        if dependants := self.dependants(artifact):
            made = ", ".join(f"{a.kind} {a.title}" for a in dependants[:3])
            raise InputError(f"{artifact.title} is still needed by {made}; remove that first.")
        if artifact.key in in_use(self):
            raise InputError(f"{artifact.title} is being read by a running job; wait or stop it.")
        self.discard(artifact)

    def discard(self, artifact: Artifact) -> None:
        """Remove it and its marks without asking; for :meth:`remove` and pruning."""
        self.rename(artifact, "")
        remove_folder(artifact.path)
        for mark in ("kept", "used"):
            (self.root / mark / artifact.key).unlink(missing_ok=True)

    def _kinds(self) -> list[Path]:
        if not self.root.is_dir():
            return []
        return [p for p in self.root.iterdir() if p.is_dir() and p.name not in _PRIVATE]

    def _names(self) -> dict[str, str]:
        pairs = ((path.name, read_json(path)) for path in self.folder("names").iterdir())
        return {f"{mark['kind']}/{mark['key']}": name for name, mark in pairs if mark}

    def _read(self, path: Path, names: Mapping[str, str] | None = None) -> Artifact | None:
        content = read_json(path / "manifest.json")
        if content is None:
            return None
        try:
            manifest = Manifest.model_validate(content)
        except ValidationError:
            return None
        known = self._names() if names is None else names
        return Artifact(path, manifest, known.get(f"{manifest.kind}/{manifest.key}", ""))


@lru_cache(maxsize=1)
def default_store() -> Store:
    """The store of this process's settings."""
    from engine.settings import settings

    return Store(settings().cache)


def _mtime(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0.0
