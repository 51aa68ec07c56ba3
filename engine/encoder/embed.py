"""A dataset in, one vector a text out, in its order; a killed run goes on where it was."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from engine.encoder.ahead import ahead
from engine.encoder.models import load_encoder
from engine.encoder.spec import EmbedSpec
from engine.errors import InputError

if TYPE_CHECKING:
    from engine.work import Work

_BLOCK = {"cuda": 4096}
_CPU_BLOCK = 1024
_SYNC_S = 3.0


@dataclass
class _Done:
    """What is safely on disk: kept beside the vectors, written after them."""

    fingerprint: str
    width: int
    rows: int = 0
    tokens: int = 0
    truncated: int = 0
    seconds: float = 0.0


def build(spec: EmbedSpec, work: Work) -> dict[str, object]:
    """Write vectors.npy, (rows, width) float32 in dataset row order.

    Texts are read, tokenized and encoded block by block, so memory does not grow with the dataset.

    Raises:
        InputError: the dataset is empty, or the encoder or kernel cannot be used.
    """
    import pyarrow.parquet as pq

    work.progress.stage("Loading the encoder")
    encoder = load_encoder(spec.encoder, attention=spec.attention)
    source = work.inputs["dataset"].path / "rows.parquet"
    with pq.ParquetFile(source) as file:
        total = int(file.metadata.num_rows)
    if not total:
        raise InputError("The dataset has no rows: nothing to embed.")
    limit = spec.max_length or None
    kernel_ops = encoder.observed()
    vectors = work.scratch / "vectors.f32"
    state = work.scratch / "done.json"
    done = _resume(vectors, state, _Done(encoder.fingerprint, encoder.width))
    work.progress.stage("Embedding", total=total, unit="texts")
    work.progress.at(done.rows)
    resumed, began, before = done.rows, time.monotonic(), done.seconds
    synced = began
    block = _BLOCK.get(encoder.device.type, _CPU_BLOCK)
    with vectors.open("ab") as file:
        texts = _texts(source, done.rows, block)
        for tokens in ahead(lambda part: encoder.tokenize(part, limit), texts):
            out = np.empty((len(tokens), encoder.width), dtype=np.float32)
            encoder.encode_tokens(tokens, out=out, progress=work.progress)
            file.write(out.data)
            done.rows += len(tokens)
            done.tokens += len(tokens.flat)
            done.truncated += int(tokens.truncated.sum())
            done.seconds = before + time.monotonic() - began
            if time.monotonic() - synced > _SYNC_S or done.rows == total:
                file.flush()
                os.fsync(file.fileno())
                _write(state, done)
                synced = time.monotonic()
    _as_npy(vectors, work.out / "vectors.npy", (done.rows, encoder.width))
    if resumed:
        work.progress.note(f"Went on after the {resumed:,} texts of an earlier run.")
    return {
        "embeddings": done.rows,
        "width": encoder.width,
        "docs_per_second": round(done.rows / max(done.seconds, 1e-9), 1),
        "seconds": round(done.seconds, 2),
        "kernel": encoder.kernel.name,
        "kernel_reason": encoder.kernel.reason,
        "kernel_ops": kernel_ops,
        "device": str(encoder.device),
        "dtype": str(encoder.dtype).removeprefix("torch."),
        "encoder": encoder.name,
        "fingerprint": encoder.fingerprint,
        "max_length": limit or encoder.max_length,
        "tokens": done.tokens,
        "truncated": round(done.truncated / done.rows, 4),
    }


def _texts(source: Path, skip: int, block: int) -> Iterator[list[str]]:
    """The dataset's texts from row `skip` on, `block` at a time."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(source) as file:
        for batch in file.iter_batches(batch_size=block, columns=["text"]):
            if skip >= len(batch):
                skip -= len(batch)
                continue
            yield [text or "" for text in batch.column(0).slice(skip).to_pylist()]
            skip = 0


def _resume(vectors: Path, state: Path, fresh: _Done) -> _Done:
    """How far an earlier run with these weights came; what it wrote beyond that is cut off."""
    done = fresh
    if state.is_file() and vectors.is_file():
        earlier = _Done(**json.loads(state.read_text()))
        row_bytes = 4 * earlier.width
        same = (earlier.fingerprint, earlier.width) == (fresh.fingerprint, fresh.width)
        if same and vectors.stat().st_size >= earlier.rows * row_bytes:
            done = earlier
    with vectors.open("ab") as file:
        file.truncate(done.rows * 4 * done.width)
    return done


def _write(state: Path, done: _Done) -> None:
    fresh = state.with_suffix(".new")
    fresh.write_text(json.dumps(asdict(done)))
    fresh.replace(state)


def _as_npy(raw: Path, target: Path, shape: tuple[int, int]) -> None:
    """The same numbers behind a .npy header, copied in pieces."""
    header = {"descr": "<f4", "fortran_order": False, "shape": shape}
    with target.open("wb") as out, raw.open("rb") as numbers:
        np.lib.format.write_array_header_1_0(out, header)
        shutil.copyfileobj(numbers, out, 16 << 20)
