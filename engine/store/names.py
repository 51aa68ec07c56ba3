"""Names that people give artifacts: one small file a name, given under a lock, unique."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

from filelock import FileLock

from engine.errors import InputError
from engine.store.files import read_json, write_json

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


class Names:
    """The names below one folder. A reference is "kind/key"."""

    def __init__(self, folder: Path, lock: Path) -> None:
        self._folder = folder
        self._lock = lock

    def owner(self, name: str) -> str | None:
        """The reference `name` stands for, if any."""
        mark: Any = read_json(self._folder / name) if _NAME.fullmatch(name) else None
        try:
            return f"{mark['kind']}/{mark['key']}"
        except (TypeError, KeyError):
            return None

    def by_reference(self) -> dict[str, str]:
        """The name of every reference that has one."""
        # A file being written beside them begins with a dot, so it is not taken for a name.
        found = sorted(p.name for p in self._folder.iterdir() if _NAME.fullmatch(p.name))
        return {owner: name for name in found if (owner := self.owner(name))}

    def give(self, reference: str, name: str, exists: Callable[[str], bool], numbered: bool) -> str:
        """Let `reference` be called `name` and nothing else; an empty name only drops the old one.

        Args:
            reference: What is named.
            name: A valid name.
            exists: Whether a reference still stands for something; else its name is free.
            numbered: Take the first free one of name, name-2, name-3, ... instead of refusing.

        Raises:
            InputError: the name is not valid, or names something else.
        """
        check_name(name)
        with FileLock(self._lock):
            free = (n for n in numbers(name) if not self._taken(n, reference, exists))
            chosen = next(free) if numbered and name else name
            if chosen and self._taken(chosen, reference, exists):
                kind = str(self.owner(chosen)).split("/")[0]
                raise InputError(f"'{chosen}' already names another {kind}; choose another name.")
            if chosen:
                kind, key = reference.split("/")
                write_json(self._folder / chosen, {"kind": kind, "key": key})
            for path in self._folder.iterdir():
                if path.name != chosen and self.owner(path.name) == reference:
                    path.unlink(missing_ok=True)
        return chosen

    def _taken(self, name: str, reference: str, exists: Callable[[str], bool]) -> bool:
        owner = self.owner(name)
        return owner is not None and owner != reference and exists(owner)


def check_name(name: str) -> None:
    """Raise InputError unless `name` is empty or a valid name."""
    if name and not _NAME.fullmatch(name):
        raise InputError(
            f"'{name[:80]}' cannot be a name: use up to 64 lower-case letters, digits, dots and "
            "dashes, beginning with a letter or digit."
        )


def name_from(wish: str) -> str:
    """`wish` as a valid name: "AG News.csv" gives "ag-news.csv"."""
    return re.sub(r"[^a-z0-9.]+", "-", wish.lower()).strip("-.")[:56].strip("-.") or "untitled"


def numbers(name: str) -> Iterator[str]:
    """The name, then name-2, name-3, ..., never past the longest a name may be."""
    yield name
    for n in count(2):
        yield f"{name[: 63 - len(str(n))]}-{n}"
