"""A dataset in, how often each word is in each of its texts out: the words stage."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.topics.words.spec import WordsSpec
from engine.topics.words.stop_words import USUAL_SHARE, stop_words, usual_words
from engine.topics.words.tokens import words_in
from engine.work import Work

_BATCH = 4096
_MOST_SHARE = 0.5
_FEWEST, _USUAL_MOST = 2, 20
_FEWEST_PAIRS = 3
_FEW_TEXTS = 100
_RARE = 5000
_LOW = 0xFFFFFFFF

Keys = NDArray[np.int64]


def build(spec: WordsSpec, work: Work) -> dict[str, Any]:
    """Count words, and pairs of them, text by text.

    Writes a sparse matrix, texts by words, as ``indptr.npy`` (n + 1,) int64, ``indices.npy``
    int32 and ``data.npy`` uint16, and ``vocabulary.json``. Words in more than half of the texts
    (where others are left), in too few, or on the list of stop words are left out, and so is what
    this kind of corpus says whatever a text is about ("paper", "results").

    Returns:
        documents, words, min_df and entries.
    """
    dataset = work.inputs["dataset"]
    n = int(dataset.facts["rows"])
    work.progress.stage("Counting words", total=n, unit="texts")
    ids: dict[str, int] = {}
    ones: list[tuple[Keys, Keys, Keys]] = []
    pairs: list[tuple[Keys, Keys, Keys]] = []
    done = 0
    for texts in _texts(dataset.path / "rows.parquet"):
        flat, document = _read(texts, ids)
        document += done
        kept = ~np.isin(flat, [ids[word] for word in stop_words() if word in ids])
        ones.append(_counted(document[kept], flat[kept]))
        if spec.bigrams:
            beside = kept[:-1] & kept[1:] & (document[:-1] == document[1:])
            beside &= flat[:-1] != flat[1:]  # a word said twice is no pair
            pair = (flat[:-1][beside] << 32) | flat[1:][beside]
            pairs.append(_counted(document[:-1][beside], pair))
        done += len(texts)
        work.progress.advance(len(texts))
    least = spec.min_df or int(np.clip(n // _RARE, _FEWEST, _USUAL_MOST))
    least = min(least, max(1, n))
    names = list(ids)
    usual = _usual(ones, ids, n)
    ones = [_without(part, [part[1]], usual) for part in ones]
    pairs = [_without(part, [part[1] >> 32, part[1] & _LOW], usual) for part in pairs]
    rows, columns, counts, single = _matrix(ones, n, least)
    vocabulary = [names[i] for i in single]
    if spec.bigrams:
        more, beyond, again, keys = _matrix(pairs, n, spec.min_df or max(least, _FEWEST_PAIRS))
        columns = np.concatenate([columns, beyond + len(vocabulary)])
        rows, counts = np.concatenate([rows, more]), np.concatenate([counts, again])
        vocabulary += [f"{names[key >> 32]} {names[key & _LOW]}" for key in keys]
    order = np.lexsort((columns, rows))
    indptr = np.zeros(n + 1, dtype=np.int64)
    np.cumsum(np.bincount(rows, minlength=n), out=indptr[1:])
    np.save(work.out / "indptr.npy", indptr)
    np.save(work.out / "indices.npy", columns[order].astype(np.int32))
    np.save(work.out / "data.npy", np.minimum(counts[order], 65_535).astype(np.uint16))
    (work.out / "vocabulary.json").write_text(
        json.dumps(vocabulary, ensure_ascii=False), encoding="utf-8"
    )
    return {
        "documents": n,
        "words": len(vocabulary),
        "min_df": least,
        "entries": len(rows),
    }


def _texts(path: Path) -> Iterator[list[str]]:
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(_BATCH, columns=["text"], use_threads=False):
            yield [text or "" for text in batch.column(0).to_pylist()]


def _read(texts: list[str], ids: dict[str, int]) -> tuple[Keys, Keys]:
    """The words of the texts end to end as ids, new ones added to `ids`, and the text of each."""
    words = [words_in(text) for text in texts]
    found = np.fromiter(
        (ids.setdefault(word, len(ids)) for text in words for word in text), dtype=np.int64
    )
    return found, np.repeat(np.arange(len(texts)), [len(text) for text in words])


def _counted(document: Keys, key: Keys) -> tuple[Keys, Keys, Keys]:
    """Each pair of document and key once, with how often it is there."""
    order = np.lexsort((key, document))
    document, key = document[order], key[order]
    first = np.ones(len(key), dtype=bool)
    first[1:] = (document[1:] != document[:-1]) | (key[1:] != key[:-1])
    start = np.flatnonzero(first)
    return document[start], key[start], np.diff(np.append(start, len(key)))


def _usual(ones: list[tuple[Keys, Keys, Keys]], ids: dict[str, int], n: int) -> Keys:
    """Ids of the words that are this corpus's way of talking."""
    asked = np.array(sorted(ids[word] for word in usual_words() if word in ids), dtype=np.int64)
    texts = np.zeros(len(asked), dtype=np.int64)
    for _, key, _ in ones if len(asked) else ():
        place = np.minimum(np.searchsorted(asked, key), len(asked) - 1)
        texts += np.bincount(place[asked[place] == key], minlength=len(asked))
    return asked[texts > USUAL_SHARE * n] if n >= _FEW_TEXTS else asked[:0]


def _without(
    part: tuple[Keys, Keys, Keys], words: list[Keys], left_out: Keys
) -> tuple[Keys, Keys, Keys]:
    kept = np.ones(len(part[1]), dtype=bool)
    for word in words:
        kept &= ~np.isin(word, left_out)
    document, key, count = part
    return document[kept], key[kept], count[kept]


def _matrix(
    parts: list[tuple[Keys, Keys, Keys]], n: int, least: int
) -> tuple[Keys, Keys, Keys, Keys]:
    """Rows, columns and counts of the keys in at least `least` texts, and those keys in order.

    Keys in more than half of the texts tell nothing apart; where there are no others, they stay.
    """
    empty = np.zeros(0, dtype=np.int64)
    document, key, count = (np.concatenate([*part, empty]) for part in zip(*parts, strict=True))
    keys, place, texts = np.unique(key, return_inverse=True, return_counts=True)
    kept = texts >= least
    rare = kept & (texts <= _MOST_SHARE * n)
    kept = rare if rare.any() else kept
    column = np.cumsum(kept) - 1
    mine = kept[place]
    return document[mine], column[place[mine]], count[mine], keys[kept]
