"""A phrase in, the documents that hold its words, or mean something like it, out."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.errors import InputError

Vectors = NDArray[np.float32]
_PART = re.compile(r'"([^"]+)"|(\S+)')
_BLOCK = 65_536
_MOST_WORDS = 20


def words_of(phrase: str) -> list[str]:
    """What a document must hold, all of it: words, and parts in quotes as they stand.

    Raises:
        InputError: nothing to look for, or too much.
    """
    found = [(quoted or word).strip().strip('"') for quoted, word in _PART.findall(phrase)]
    found = [part for part in found if part]
    if not found:
        raise InputError("There is nothing to look for yet: type a word or a phrase.")
    if len(found) > _MOST_WORDS:
        raise InputError(f"Look for at most {_MOST_WORDS} words at once, or by meaning.")
    return found


def with_words(rows: Path, phrase: str) -> NDArray[np.int64]:
    """Places of the documents whose title or text holds every word of `phrase`, in any case.

    rows: rows.parquet of a dataset.
    """
    from engine.data.duck import connect, file_literal

    words = words_of(phrase)
    source = f"read_parquet({file_literal(rows)}, file_row_number=true)"
    holds = "contains(lower(concat_ws(' ', title, text)), lower(?))"
    condition = " AND ".join([holds] * len(words))
    sql = f"SELECT file_row_number AS row FROM {source} WHERE {condition} ORDER BY row"
    with connect() as con:
        found = con.execute(sql, words).fetchnumpy()["row"]
    return np.asarray(found, dtype=np.int64)


def nearest(
    vectors: Vectors, wanted: NDArray[np.floating], *, most: int
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Places of the `most` documents nearest in meaning, the nearest first, with their cosine.

    Args:
        vectors: (n, width), may be memory-mapped: it is read a block at a time.
        wanted: (width,) the vector of the phrase.

    Raises:
        InputError: vectors of different encoders.
    """
    if vectors.ndim != 2 or wanted.shape != (vectors.shape[1],):
        raise InputError(
            f"The phrase has {wanted.shape[-1]} numbers and the documents have "
            f"{vectors.shape[-1]}: they come from different encoders."
        )
    aim = wanted.astype(np.float32)
    aim = aim / max(float(np.linalg.norm(aim)), 1e-12)
    cosines = np.empty(len(vectors), dtype=np.float32)
    for start in range(0, len(vectors), _BLOCK):
        block = np.asarray(vectors[start : start + _BLOCK], dtype=np.float32)
        lengths = np.maximum(np.linalg.norm(block, axis=1), 1e-12)
        cosines[start : start + len(block)] = (block @ aim) / lengths
    kept = min(most, len(cosines))
    if not kept:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32)
    first = np.argpartition(-cosines, kept - 1)[:kept]
    first = first[np.lexsort((first, -cosines[first]))]
    return first.astype(np.int64), cosines[first]
