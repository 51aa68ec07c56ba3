"""The cache folder: finds, publishes, names, checks and removes artifacts."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import secrets
import shutil
import time
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from filelock import FileLock
from pydantic import ValidationError

from engine.errors import InputError, NotFoundError
from engine.store.artifact import Artifact, Manifest
from engine.store.check import MANIFEST, entries, problems
from engine.store.files import flush_folder, read_json, remove_folder, write_json
from engine.store.names import Names, check_name, name_from, numbers
from engine.store.process import identity

_KEY = re.compile(r"[0-9a-f]{20}")
_PRIVATE = {"edits", "jobs", "locks", "names", "partial", "tmp", "uploads", "use", "kept", "used"}


class Store:
    """Artifacts below one folder, at ``<kind>/<key>/``, beside small folders of bookkeeping.

    Safe for several processes at once: publishing is a rename, names and marks are single files.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    @property
    def names(self) -> Names:
        """The names given so far."""
        return Names(self.folder("names"), self.folder("locks") / "names.lock")

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
        artifact = self._read(self.root / kind / key) if _KEY.fullmatch(key) else None
        if artifact:
            self.touch(artifact)
        return artifact

    def get(self, reference: str, kind: str | None = None) -> Artifact:
        """The artifact that `reference` addresses: a name, a key or a unique prefix of a key.

        Raises:
            NotFoundError: nothing, or more than one thing, answers to it.
        """
        wanted = reference.strip()
        if (named := self.named(wanted)) and kind in (None, named.kind):
            self.touch(named)
            return named
        hits = [a for a in self.artifacts(kind) if wanted and a.key.startswith(wanted)]
        if len(hits) == 1:
            self.touch(hits[0])
            return hits[0]
        what = kind or "artifact"
        shown = wanted if len(wanted) < 80 else f"{wanted[:80]}..."
        if hits:
            raise NotFoundError(f"{len(hits)} keys begin with '{shown}'; give more of the key.")
        known = ", ".join(a.title for a in self.artifacts(kind)[:5])
        hint = f" There is: {known}." if known else f" There is no {what} yet."
        raise NotFoundError(f"No {what} is called '{shown}'.{hint}")

    def named(self, name: str) -> Artifact | None:
        """The artifact that has this very name, if any."""
        owner = self.names.owner(name)
        return self._read(self.root / owner) if owner else None

    def artifacts(self, kind: str | None = None) -> list[Artifact]:
        """Every whole artifact (of one kind), newest first."""
        names = self.names.by_reference()
        found = []
        for folder in self._kinds() if kind is None else [self.root / kind]:
            for path in folder.iterdir() if folder.is_dir() else []:
                if _KEY.fullmatch(path.name) and (artifact := self._read(path, names)):
                    found.append(artifact)
        return sorted(found, key=lambda a: a.manifest.created, reverse=True)

    def inputs(self, artifact: Artifact) -> list[Artifact]:
        """The artifacts it was made from that still exist."""
        return self._inputs(artifact, self.names.by_reference())

    def lineage(self, artifact: Artifact) -> list[Artifact]:
        """It and everything it came from, nearest first, each once."""
        names = self.names.by_reference()
        seen: dict[str, Artifact] = {}
        queue = [artifact]
        while queue:
            current = queue.pop(0)
            if current.key not in seen:
                seen[current.key] = current
                queue.extend(self._inputs(current, names))
        return list(seen.values())

    def dependants(self, artifact: Artifact) -> list[Artifact]:
        """The artifacts made directly from it."""
        reference = f"{artifact.kind}/{artifact.key}"
        return [a for a in self.artifacts() if reference in a.manifest.inputs.values()]

    def verify(self, artifact: Artifact) -> list[str]:
        """One sentence for each payload file that is missing, changed or not in the manifest."""
        return problems(artifact.path, artifact.manifest.files)

    @contextlib.contextmanager
    def temporary(self) -> Iterator[Path]:
        """A fresh folder inside the store, gone afterwards unless it was published."""
        pid, started = identity()
        path = self.folder("tmp") / f"{pid}-{started}-{secrets.token_hex(6)}"
        path.mkdir()
        try:
            yield path
        finally:
            shutil.rmtree(path, ignore_errors=True)

    def publish(self, folder: Path, manifest: Manifest) -> Artifact:
        """Turn a finished folder into the artifact: checksums, flush, one rename.

        Whoever publishes the same key first wins; the content is the same.
        """
        whole = manifest.model_copy(update={"files": entries(folder)})
        write_json(folder / MANIFEST, whole.model_dump(mode="json"))
        flush_folder(folder)
        target = self.root / manifest.kind / manifest.key
        target.parent.mkdir(parents=True, exist_ok=True)
        if self._read(target) is None:
            # Only a folder that something outside Limn has damaged can stand there.
            remove_folder(target)
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

    def marking(self) -> FileLock:
        """Held for the moment in which something is marked as in use, or is removed."""
        return FileLock(self.folder("locks") / "marking.lock")

    def scratch(self, kind: str, key: str) -> Path:
        """The folder for checkpoints of this artifact; it survives a kill and is found again."""
        return self.folder("partial") / f"{kind}-{key}"

    def rename(self, artifact: Artifact, name: str, *, numbered: bool = False) -> Artifact:
        """Give the artifact `name`; an earlier name is dropped, an empty one only drops it.

        Where something else has the name, `numbered` takes the first free of name-2, name-3, ...

        Raises:
            InputError: the name is not lower-case letters, digits, dots and dashes, or is taken.
        """
        reference = f"{artifact.kind}/{artifact.key}"
        given = self.names.give(reference, name, self._exists, numbered)
        return Artifact(artifact.path, artifact.manifest, given)

    @staticmethod
    def check_name(name: str) -> None:
        """Raise InputError unless `name` is empty or a valid name."""
        check_name(name)

    def free_name(self, wish: str) -> str:
        """`wish` as a valid name that nothing else has now: "AG News" gives "ag-news" or so."""
        return next(name for name in numbers(name_from(wish)) if self.named(name) is None)

    def keep(self, artifact: Artifact, kept: bool = True) -> None:
        """Mark it as kept: pruning never takes it nor anything it came from."""
        mark = self.folder("kept") / artifact.key
        mark.touch() if kept else mark.unlink(missing_ok=True)

    def is_kept(self, artifact: Artifact) -> bool:
        """Whether a person asked to keep it."""
        return (self.root / "kept" / artifact.key).exists()

    def touch(self, artifact: Artifact) -> None:
        """Note that it, and so everything it came from, was used now."""
        # A cache that cannot be written to, or is full, can still be read from.
        with contextlib.suppress(OSError):
            mark = self.folder("used") / artifact.key
            if abs(time.time() - _mtime(mark)) > 60:
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

        with self.marking():
            if dependants := self.dependants(artifact):
                made = ", ".join(f"{a.kind} {a.title}" for a in dependants[:3])
                raise InputError(f"{artifact.title} is still needed by {made}; remove that first.")
            if artifact.key in in_use(self):
                raise InputError(
                    f"{artifact.title} is being read by a running job; wait for it or stop it."
                )
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

    def _exists(self, reference: str) -> bool:
        return read_json(self.root / reference / MANIFEST) is not None

    def _inputs(self, artifact: Artifact, names: Mapping[str, str]) -> list[Artifact]:
        paths = (self.root / ref for ref in artifact.manifest.inputs.values())
        return [hit for path in paths if (hit := self._read(path, names))]

    def _read(self, path: Path, names: Mapping[str, str] | None = None) -> Artifact | None:
        content = read_json(path / MANIFEST)
        if content is None:
            return None
        try:
            manifest = Manifest.model_validate(content)
        except ValidationError:
            return None
        known = self.names.by_reference() if names is None else names
        return Artifact(path, manifest, known.get(f"{manifest.kind}/{manifest.key}", ""))


@lru_cache(maxsize=1)
def default_store() -> Store:
    """The store of this process's settings."""
    from engine.settings import settings

    root = settings().cache
    if root.exists() and not root.is_dir():
        raise InputError(f"The cache must be a folder, and {root} is a file; change LIMN_CACHE.")
    return Store(root)


def _mtime(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0.0
