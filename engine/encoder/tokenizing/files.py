"""Tokens in, memory-mapped files out, and back: written block by block, opened without reading.

flat.npy holds the ids of all texts end to end (uint16 where the vocabulary fits, else int32),
offsets.npy (n + 1,) int64 where each text begins, truncated.npy (n,) bool whether its end is cut.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.encoder.tokenizing.tokens import Tokens

if TYPE_CHECKING:
    from engine.work import Work

_COPY = 16 << 20
_CHUNK = 1 << 20


def open_tokens(folder: Path) -> Tokens:
    """The tokens kept in `folder`, as memory maps: costs nothing until texts are looked at."""
    return Tokens(*(_mapped(folder / f"{name}.npy") for name in ("flat", "offsets", "truncated")))


def dataset_tokens(work: Work, dataset: str, encoder: str, max_length: int = 0) -> Tokens:
    """A dataset's tokens for an encoder, memory-mapped; made now where nobody has made them yet.

    The artifact is recorded as an input of `work` and stays in the cache as long as that lasts.

    Args:
        work: The stage that wants them.
        dataset: Its key.
        encoder: Name of an encoder; one with the same tokenizer shares its tokens.
        max_length: Tokens of a text, 0 for the encoder's own limit.

    Raises:
        InputError: the dataset is empty, or the encoder cannot be used or reads less.
    """
    from engine.encoder.spec import TokenizeSpec

    spec = TokenizeSpec(dataset=dataset, encoder=encoder, max_length=max_length)
    return open_tokens(work.make(spec).path)


@dataclass
class Mark:
    """How far tokens have come: `rows` texts of `tokens` tokens in all, `truncated` of them cut."""

    rows: int = 0
    tokens: int = 0
    truncated: int = 0

    def after(self, tokens: Tokens) -> Mark:
        """The mark behind `tokens`."""
        cut = int(tokens.truncated.sum())
        return Mark(self.rows + len(tokens), self.tokens + len(tokens.flat), self.truncated + cut)


class TokenFiles:
    """Files that grow by a block at a time in a folder that survives a kill.

    Args:
        folder: Where they grow.
        vocabulary: Number of different ids.
        mark: What of an earlier run is to stay; all behind it is cut off.

    Attributes:
        mark: How far the files reach.
        whole: Whether all that was to stay is there; else they begin with nothing.
    """

    def __init__(self, folder: Path, vocabulary: int, mark: Mark) -> None:
        folder.mkdir(exist_ok=True)
        self._vocabulary = vocabulary
        self._type = np.dtype("<u2" if vocabulary <= 1 << 16 else "<i4")
        self._paths = {name: folder / f"{name}.raw" for name in ("flat", "offsets", "truncated")}
        self._files = {name: path.open("ab") for name, path in self._paths.items()}
        sizes = {"flat": mark.tokens * self._type.itemsize, "offsets": mark.rows * 8,
                 "truncated": mark.rows}  # fmt: skip
        there = {name: path.stat().st_size for name, path in self._paths.items()}
        self.whole = all(there[name] >= size for name, size in sizes.items())
        self.mark = mark if self.whole else Mark()
        for name, size in sizes.items():
            self._files[name].truncate(size if self.whole else 0)

    def append(self, tokens: Tokens) -> None:
        """Write a block behind the others."""
        self._files["flat"].write(tokens.flat.astype(self._type).data)
        self._files["offsets"].write((tokens.offsets[:-1] + self.mark.tokens).astype("<i8").data)
        self._files["truncated"].write(tokens.truncated.astype("?").data)
        self.mark = self.mark.after(tokens)

    def sync(self) -> None:
        """Have all that was appended on disk."""
        for file in self._files.values():
            file.flush()
            os.fsync(file.fileno())

    def read(self) -> Tokens:
        """What is on disk so far, memory-mapped but for the offsets; before anything is added."""
        if not (rows := self.mark.rows):
            return Tokens(np.zeros(0, self._type), np.zeros(1, np.int64), np.zeros(0, np.bool_))
        starts: Any = np.memmap(self._paths["offsets"], "<i8", "r", shape=(rows,))
        cut: Any = np.memmap(self._paths["truncated"], "?", "r", shape=(rows,))
        flat: Any = np.zeros(0, self._type)
        if self.mark.tokens:
            flat = np.memmap(self._paths["flat"], self._type, "r", shape=(self.mark.tokens,))
        return Tokens(flat, np.append(starts, self.mark.tokens), cut)

    def close(self) -> None:
        """Close the files; what was written stays."""
        for file in self._files.values():
            file.close()

    def finish(self, out: Path) -> dict[str, Any]:
        """Write the three .npy files into `out`; returns the facts about lengths."""
        self._files["offsets"].write(np.array([self.mark.tokens], dtype="<i8").data)
        self.close()
        rows, tokens = self.mark.rows, self.mark.tokens
        for name, (kind, size) in {
            "flat": (self._type, tokens),
            "offsets": (np.dtype("<i8"), rows + 1),
            "truncated": (np.dtype("?"), rows),
        }.items():
            with (out / f"{name}.npy").open("wb") as file, self._paths[name].open("rb") as raw:
                header = {"descr": kind.str, "fortran_order": False, "shape": (size,)}
                np.lib.format.write_array_header_1_0(file, header)
                shutil.copyfileobj(raw, file, _COPY)
        return {**self._facts(open_tokens(out)), "vocabulary": self._vocabulary}

    def _facts(self, tokens: Tokens) -> dict[str, Any]:
        counts = np.zeros(1, dtype=np.int64)  # of each length, so that no length is kept
        for lengths in _lengths(tokens):
            found = np.bincount(lengths, minlength=len(counts))
            found[: len(counts)] += counts
            counts = found
        ranks = np.cumsum(counts)

        def at(share: float) -> int:
            return int(np.searchsorted(ranks, share * self.mark.rows))

        return {
            "texts": self.mark.rows,
            "n_tokens": self.mark.tokens,
            "mean_length": round(self.mark.tokens / self.mark.rows, 2),
            "median_length": at(0.5),
            "p95_length": at(0.95),
            "longest": len(counts) - 1,
            "truncated": round(self.mark.truncated / self.mark.rows, 4),
        }


def _lengths(tokens: Tokens) -> Iterator[Any]:
    for start in range(0, len(tokens), _CHUNK):
        yield np.diff(tokens.offsets[start : start + _CHUNK + 1])


def _mapped(path: Path) -> Any:
    """The array in a .npy file; an empty one cannot be mapped and is read."""
    with path.open("rb") as file:
        np.lib.format.read_magic(file)
        empty = 0 in np.lib.format.read_array_header_1_0(file)[0]
    # As a plain array: reading a place of a memmap object costs several times as much.
    return np.asarray(np.load(path, mmap_mode=None if empty else "r", allow_pickle=False))
