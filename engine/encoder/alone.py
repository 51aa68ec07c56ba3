"""A dataset in, its vectors out, made in this process; a killed run goes on where it was."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections import deque
from collections.abc import Generator
from contextlib import closing
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from engine.encoder.draft import DraftEncoder
from engine.encoder.spec import EmbedSpec, TokenizeSpec
from engine.encoder.tokenizing.files import Mark
from engine.encoder.tokenizing.repeats import Repeats
from engine.encoder.tokenizing.source import TokenSource
from engine.encoder.tokenizing.tokens import Ints, Tokens

if TYPE_CHECKING:
    from engine.encoder.encoder import Encoder
    from engine.work import Work

_BLOCK = {"cuda": 4096}
_CPU_BLOCK = 1024
_DRAFT_BLOCK = 8192
_SYNC_S = 3.0


@dataclass
class Done:
    """What is safely on disk: kept beside the vectors and tokens, written after them."""

    fingerprint: str
    width: int
    mark: Mark = field(default_factory=Mark)
    repeated: int = 0
    seconds: float = 0.0
    tokenizing_s: float = 0.0
    tokens_found: bool = False


@dataclass(frozen=True, eq=False)
class _Block:
    """A block of texts on its way through the encoder.

    mark: behind it. first: (n,) the row of the first text in the dataset with the same tokens.
    """

    mark: Mark
    first: Ints

    @property
    def start(self) -> int:
        return self.mark.rows - len(self.first)

    @property
    def new(self) -> NDArray[np.bool_]:
        """(n,) bool: the text occurs for the first time."""
        return np.equal(self.first, np.arange(self.start, self.mark.rows))


def encode_alone(
    spec: EmbedSpec,
    work: Work,
    encoder: Encoder | DraftEncoder,
    tokens_spec: TokenizeSpec,
    total: int,
) -> Done:
    """Write vectors.npy of all `total` texts into `work.out`, block by block.

    Tokens are the dataset's tokens artifact, or made ahead of the encoder and published as that
    artifact in the end.
    """
    vectors, state = work.scratch / "vectors.f32", work.scratch / "done.json"
    done = _resume(vectors, state, Done(encoder.fingerprint, encoder.width))
    resumed, before = done.mark.rows, done.seconds
    source = TokenSource(
        found=work.found(tokens_spec),
        dataset=work.inputs["dataset"].path,
        scratch=work.scratch / "tokens",
        encoder=encoder,
        max_length=spec.max_length,
        mark=done.mark,
        seconds=done.tokenizing_s,
    )
    done.tokens_found = source.found
    work.progress.stage("Embedding", total=total, unit="texts")
    work.progress.at(resumed)
    began = synced = time.monotonic()
    block = _BLOCK.get(encoder.device.type, _CPU_BLOCK)
    if isinstance(encoder, DraftEncoder):
        block = _DRAFT_BLOCK
    coming: deque[_Block] = deque()
    with closing(source), vectors.open("ab") as file:
        fresh = _fresh(source, done.mark, block, coming)
        with closing(fresh):
            for found in encoder.encode_blocks(fresh, progress=work.progress):
                part = coming.popleft()
                file.flush()
                file.write(_whole(part, found, vectors).data)
                done.mark = part.mark
                done.repeated += len(part.first) - len(found)
                done.seconds = before + time.monotonic() - began
                done.tokenizing_s = source.seconds
                work.progress.advance(len(part.first) - len(found))
                if time.monotonic() - synced > _SYNC_S or done.mark.rows == total:
                    file.flush()
                    os.fsync(file.fileno())
                    source.sync()
                    _write(state, done)
                    synced = time.monotonic()
        source.publish(work, tokens_spec)
    _as_npy(vectors, work.out / "vectors.npy", (total, encoder.width))
    if resumed:
        work.progress.note(f"Went on after the {resumed:,} texts of an earlier run.")
    return done


def _fresh(
    source: TokenSource, mark: Mark, block: int, coming: deque[_Block]
) -> Generator[Tokens, None, None]:
    """The tokens of each block's new texts; the blocks themselves go to `coming`."""
    repeats = Repeats()
    for seen, start in source.earlier(block):
        repeats.first(seen, start)
    for tokens, seen in source.blocks(block):
        first = repeats.first(seen, mark.rows)
        mark = mark.after(tokens)
        part = _Block(mark, first)
        coming.append(part)
        yield tokens if part.new.all() else tokens.pick(np.flatnonzero(part.new))


def _whole(part: _Block, found: NDArray[np.float32], vectors: Path) -> NDArray[np.float32]:
    """The vectors of all the block's texts, from those of its new ones and the file of vectors."""
    new = part.new
    if new.all():
        return found
    out = np.empty((len(new), found.shape[1]), dtype=np.float32)
    out[new] = found
    before = part.first < part.start
    if before.any():
        written = np.memmap(vectors, "<f4", "r", shape=(part.start, found.shape[1]))
        out[before] = written[part.first[before]]
    inside = np.flatnonzero(~new & ~before)
    out[inside] = out[part.first[inside] - part.start]
    return out


def _resume(vectors: Path, state: Path, fresh: Done) -> Done:
    """How far an earlier run with these weights came; what it wrote beyond that is cut off."""
    done = fresh
    if state.is_file() and vectors.is_file():
        said = json.loads(state.read_text())
        earlier = Done(**{**said, "mark": Mark(**said["mark"])})
        size = earlier.mark.rows * 4 * earlier.width
        same = (earlier.fingerprint, earlier.width) == (fresh.fingerprint, fresh.width)
        if same and vectors.stat().st_size >= size:
            done = earlier
    with vectors.open("ab") as file:
        file.truncate(done.mark.rows * 4 * done.width)
    return done


def _write(state: Path, done: Done) -> None:
    fresh = state.with_suffix(".new")
    fresh.write_text(json.dumps(asdict(done)))
    fresh.replace(state)


def _as_npy(raw: Path, target: Path, shape: tuple[int, int]) -> None:
    """The same numbers behind a .npy header, copied in pieces."""
    header = {"descr": "<f4", "fortran_order": False, "shape": shape}
    with target.open("wb") as out, raw.open("rb") as numbers:
        np.lib.format.write_array_header_1_0(out, header)
        shutil.copyfileobj(numbers, out, 16 << 20)
