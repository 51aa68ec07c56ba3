"""Texts in, a group number each out: equal for texts that are the same, or almost the same."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from engine.progress import SILENT, Progress

if TYPE_CHECKING:
    U64 = npt.NDArray[np.uint64]
    I64 = npt.NDArray[np.int64]

_WORD = re.compile(r"\w+")
_PERMUTATIONS = 128
_CHUNK = 4096
_SEED = 42
_RECALL = 0.99


def text_hash(text: str) -> int:
    """A 64-bit number, the same for texts that differ only in case, spaces and punctuation."""
    import xxhash

    same = " ".join(_WORD.findall(text.lower())) or text.strip()
    return int(xxhash.xxh3_64_intdigest(same.encode("utf-8", "surrogatepass")))


def exact_groups(hashes: U64) -> I64:
    """(n,) text hashes to (n,) group numbers: the position of the first text with that hash."""
    _, first, inverse = np.unique(hashes, return_index=True, return_inverse=True)
    return first[inverse].astype(np.int64)


def near_groups(
    texts: Iterable[str], n: int, *, threshold: float = 0.8, progress: Progress = SILENT
) -> I64:
    """(n,) group numbers of `n` texts: the lowest position in each group of near-duplicates.

    MinHash (Broder 1997) of three-word runs finds the candidates; a pair counts only when the true
    Jaccard similarity of its runs is at least `threshold`. Groups are the connected components.
    About 0.7 KiB of memory a text plus 8 bytes a word.
    """
    runs, signatures = _signatures(texts, n, progress)
    pairs = _candidates(signatures, threshold)
    progress.stage("Comparing near-duplicates", total=len(pairs), unit="pairs")
    alike = np.zeros(len(pairs), dtype=bool)
    for i, (a, b) in enumerate(pairs):
        alike[i] = jaccard(runs[a], runs[b]) >= threshold
        if i % _CHUNK == 0:
            progress.at(i)
    return connected(pairs[alike], n)


def connected(pairs: I64, n: int) -> I64:
    """(m, 2) pairs of positions to (n,) group numbers, the lowest position of each component."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    links = (np.ones(len(pairs), dtype=np.int8), (pairs[:, 0], pairs[:, 1]))
    _, component = connected_components(coo_matrix(links, shape=(n, n)), directed=False)
    return exact_groups(component.astype(np.uint64))


def jaccard(a: U64, b: U64) -> float:
    """Shared share of two sets of hashes, each sorted and without repeats."""
    if len(a) == 0 and len(b) == 0:
        return 1.0
    shared = len(np.intersect1d(a, b, assume_unique=True))
    return shared / (len(a) + len(b) - shared)


def _signatures(
    texts: Iterable[str], n: int, progress: Progress
) -> tuple[list[U64], npt.NDArray[np.uint32]]:
    """The distinct three-word runs of each text, hashed, and its (n, 128) MinHash signature."""
    from rensa import RMinHash

    progress.stage("Looking for near-duplicates", total=n)
    runs: list[U64] = []
    signatures = np.empty((n, _PERMUTATIONS), dtype=np.uint32)
    words: dict[str, int] = {}
    for chunk in _chunks(texts):
        part = [_runs(text, words) for text in chunk]
        offsets = np.cumsum([0, *map(len, part)], dtype=np.uint64)
        matrix = RMinHash.digest_matrix_from_flat_token_hashes(
            np.concatenate(part), offsets, _PERMUTATIONS, _SEED
        )
        signatures[len(runs) : len(runs) + len(part)] = matrix.to_rows()
        runs.extend(part)
        progress.advance(len(part))
    return runs, signatures


def _runs(text: str, words: dict[str, int]) -> U64:
    found = _WORD.findall(text.lower())
    ids = np.fromiter(
        (words.setdefault(word, len(words) + 1) for word in found),
        dtype=np.uint64,
        count=len(found),
    )
    if len(ids) < 3:  # a short text is one run, filled up
        ids = np.concatenate([ids, np.zeros(3 - len(ids), dtype=np.uint64)])
    return np.unique(_mix(_mix(_mix(ids[:-2]) + ids[1:-1]) + ids[2:]))


def _mix(values: U64) -> U64:
    """splitmix64's finaliser: neighbouring numbers go far apart."""
    values = values + np.uint64(0x9E3779B97F4A7C15)
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def _candidates(signatures: npt.NDArray[np.uint32], threshold: float) -> I64:
    """(m, 2) pairs that agree in a whole band of their signatures, each pair once."""
    rows = _band_rows(threshold)
    found = []
    for start in range(0, _PERMUTATIONS - rows + 1, rows):
        key = np.zeros(len(signatures), dtype=np.uint64)
        for column in range(start, start + rows):
            key = _mix(key + signatures[:, column])
        order = np.argsort(key, kind="stable")
        same = key[order][1:] == key[order][:-1]
        # Neighbours in a bucket, and each with the bucket's first: enough to connect a group, and
        # no square of a bucket's size.
        starts = np.concatenate([[True], ~same])
        first = order[np.maximum.accumulate(np.where(starts, np.arange(len(order)), 0))]
        for left, right in ((order[:-1], order[1:]), (first[1:], order[1:])):
            pair = np.stack([left, right], axis=1)[same & (left != right)]
            found.append(np.sort(pair, axis=1))
    return np.unique(np.concatenate(found), axis=0) if found else np.empty((0, 2), dtype=np.int64)


def _band_rows(threshold: float) -> int:
    """The widest band that still finds a pair at the threshold in at least 99 of 100 cases."""
    for rows in range(16, 1, -1):
        if 1 - (1 - threshold**rows) ** (_PERMUTATIONS // rows) >= _RECALL:
            return rows
    return 1


def _chunks(texts: Iterable[str]) -> Iterator[Sequence[str]]:
    iterator = iter(texts)
    while chunk := list(islice(iterator, _CHUNK)):
        yield chunk
