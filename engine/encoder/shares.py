"""A dataset's tokens in, their vectors out, made by several processes side by side.

The texts are cut into chunks; each process encodes every so-many-th of them and puts it on disk as
a file of its own. So nothing has to be sent between them, and whoever goes on after a kill, be it
with another number of processes, finds the chunks that are done.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from engine.encoder.models import load_encoder
from engine.encoder.tokenizing.files import open_tokens
from engine.encoder.tokenizing.repeats import Repeats, digests
from engine.encoder.tokenizing.tokens import Ints, Tokens
from engine.progress import SILENT, Progress
from engine.together.group import Group

if TYPE_CHECKING:
    from engine.encoder.encoder import Encoder

CHUNK = 8192
"""Texts of a chunk; a killed process loses at most the few it was at."""
_ROWS = "rows.npy"
_SEEN = 65_536


def encode_together(
    encoder: Encoder,
    tokens: Path,
    folder: Path,
    group: Group,
    progress: Progress,
    chunk: int = CHUNK,
    **how: str,
) -> NDArray[np.int64]:
    """Have all processes of `group` encode `tokens`; this one leads and does its share.

    Args:
        encoder: The leader's.
        tokens: Folder of the tokens artifact.
        folder: Where the chunks go; survives a kill.
        group: The processes.
        progress: Advanced by texts, as they are done by anyone.
        chunk: Texts of a chunk; always the same for one folder.
        how: How the others load the encoder: name, attention, dtype.

    Returns:
        (n,) the row of the first text in the dataset with the same tokens: only those are encoded.

    Raises:
        LostError: another process is gone; the chunks that are done stay.
    """
    opened = open_tokens(tokens)
    first = first_rows(opened)
    folder.mkdir(parents=True, exist_ok=True)
    rows = np.flatnonzero(first == np.arange(len(first)))
    np.save(folder / _ROWS, rows)
    # Listed here, once: another process would look when some of them are done already.
    todo = [n for n in range(-(-len(rows) // chunk)) if not _chunk(folder, n).exists()]
    do = "engine.encoder.shares:encode_share"
    where = {"tokens": str(tokens), "folder": str(folder), "chunk": chunk, "todo": todo}
    group.told({"do": do, **where, **how})
    _encode(encoder, opened, folder, group, progress, chunk, todo)
    group.told()  # until all have come this far
    return first


def encode_share(said: dict[str, Any], group: Group) -> None:
    """One process's share, as the leader said."""
    encoder = load_encoder(said["name"], attention=said["attention"], dtype=said["dtype"])
    tokens, folder = open_tokens(Path(said["tokens"])), Path(said["folder"])
    _encode(encoder, tokens, folder, group, SILENT, said["chunk"], said["todo"])
    group.told()


def _encode(
    encoder: Encoder,
    tokens: Tokens,
    folder: Path,
    group: Group,
    progress: Progress,
    chunk: int,
    todo: list[int],
) -> None:
    rows = np.load(folder / _ROWS)
    mine = todo[group.rank :: group.world]
    blocks = (tokens.pick(rows[n * chunk : (n + 1) * chunk]) for n in mine)
    for n, vectors in zip(mine, encoder.encode_blocks(blocks), strict=True):
        half = folder / f"{n}.half"
        with half.open("wb") as file:
            np.save(file, vectors)
            file.flush()
            os.fsync(file.fileno())
        half.replace(_chunk(folder, n))
        if group.leads:
            done = sum(1 for _ in folder.glob("*.chunk"))
            progress.at(min(done * chunk, len(rows)))


def first_rows(tokens: Tokens) -> NDArray[np.int64]:
    """(n,) for each text the row of the first one with the very same tokens."""
    repeats = Repeats()
    parts: list[Ints] = [
        repeats.first(digests(tokens.part(start, start + _SEEN)), start)
        for start in range(0, len(tokens), _SEEN)
    ]
    return np.concatenate(parts).astype(np.int64)


def gathered_vectors(
    folder: Path, first: NDArray[np.int64], chunk: int = CHUNK
) -> Iterator[NDArray[np.float32]]:
    """The vectors of all texts in their order, a chunk at a time, from the files of the shares."""
    rows = np.load(folder / _ROWS)
    kept: Any = None
    open_at = -1
    for start in range(0, len(first), chunk):
        # a text's place among those that were encoded, and with it its chunk
        places = np.searchsorted(rows, first[start : start + chunk])
        out: NDArray[np.float32] | None = None
        for n in np.unique(places // chunk):
            if n != open_at:
                kept, open_at = np.load(_chunk(folder, int(n)), mmap_mode="r"), n
            if out is None:
                out = np.empty((len(places), kept.shape[1]), dtype=np.float32)
            here = places // chunk == n
            out[here] = kept[places[here] - n * chunk]
        assert out is not None, "a chunk of rows has at least one row"
        yield out


def _chunk(folder: Path, n: int) -> Path:
    return folder / f"{n:08}.chunk"
