"""A dataset in, how often each word is in each of its texts out: the words stage."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.topics.words.corpus import Block, Corpus, Ints, Keys, counted
from engine.topics.words.spec import WordsSpec
from engine.topics.words.stop_words import USUAL_SHARE, languages, stop_words, usual_words
from engine.work import Work

_BATCH = 4096
_LOOKED_AT = 1000
_MOST_SHARE = 0.5
_FEWEST, _USUAL_MOST = 2, 20
_FEWEST_PAIRS = 3
_FEW_TEXTS = 100
_RARE = 5000
_MOST_COUNT = 65_535

Yes = NDArray[np.bool_]


def build(spec: WordsSpec, work: Work) -> dict[str, Any]:
    """Count words, and pairs of them, text by text.

    Writes a sparse matrix, texts by words, as ``indptr.npy`` (n + 1,) int64, ``indices.npy``
    int32 and ``data.npy`` uint16, and ``vocabulary.json``. Words in more than half of the texts
    (where others are left), in too few, or on the list of stop words of the texts' languages are
    left out, and so is what this kind of corpus says whatever a text is about ("paper").

    The texts are read once; their words then lie on disk as numbers. First the single words are
    counted, then only those pairs of them that are in enough texts.

    Returns:
        documents, words, languages (of the stop words), min_df and entries.
    """
    dataset = work.inputs["dataset"]
    n = int(dataset.facts["rows"])
    rows = dataset.path / "rows.parquet"
    spoken = languages(_some(rows))
    left_out = stop_words(spoken)
    work.progress.stage("Counting words", total=n, unit="texts")
    with tempfile.TemporaryFile(dir=work.scratch) as file:
        corpus = Corpus(file)
        for texts in _texts(rows):
            corpus.read(texts, stop_words=left_out, pairs=spec.bigrams)
            work.progress.advance(len(texts))
        least = spec.min_df or int(np.clip(n // _RARE, _FEWEST, _USUAL_MOST))
        least = min(least, max(1, n))
        may = _may(corpus, left_out, n)
        vocabulary, column = _single(corpus, may, n, least)
        counts = Counts(len(vocabulary))
        pairs = spec.min_df or max(least, _FEWEST_PAIRS)
        for block in corpus.blocks():
            counts.add(block, column, _pairs(block, corpus, may, pairs) if spec.bigrams else None)
    names = corpus.names
    told = counts.pairs(n, pairs)
    vocabulary += [f"{names[key // len(names)]} {names[key % len(names)]}" for key in told]
    entries = counts.write(work.out, told)
    (work.out / "vocabulary.json").write_text(
        json.dumps(vocabulary, ensure_ascii=False), encoding="utf-8"
    )
    return {
        "documents": n,
        "words": len(vocabulary),
        "languages": list(spoken),
        "min_df": least,
        "entries": entries,
    }


@dataclass(eq=False)
class Counts:
    """How often each word and pair is in each text: those of one block of texts after the other.

    A pair is known by its key, the number of its first word times the size of the vocabulary, and
    the number of its second, until it is known which pairs are in enough texts.
    """

    words: int
    _parts: list[tuple[int, tuple[Ints, Ints, Ints], tuple[Ints, Keys, Ints]]] = field(
        default_factory=list
    )

    def add(self, block: Block, column: Ints, pairs: tuple[Ints, Keys] | None) -> None:
        """Count a block. column: (vocabulary,) of each word in the matrix, -1 without one."""
        place = column[block.words]
        kept = place >= 0
        text, word, times = counted(block.text[kept], place[kept])
        empty = np.zeros(0, dtype=np.int32)
        beside = counted(*pairs) if pairs else (empty, empty.astype(np.int64), empty)
        self._parts.append((block.texts, (text, word.astype(np.int32), times), beside))

    def pairs(self, n: int, least: int) -> Keys:
        """Keys of the pairs that are in enough of the n texts, and not in too many, in order."""
        every = [pairs[1] for _, _, pairs in self._parts]
        keys, texts = np.unique(np.concatenate([np.zeros(0, np.int64), *every]), return_counts=True)
        return keys[_telling(texts, n, least)]

    def write(self, folder: Path, pairs: Keys) -> int:
        """Write the matrix, words first, then `pairs`; returns how many entries it has."""
        kept = [_kept(part[2], pairs) for part in self._parts]
        entries = sum(
            len(words[0]) + len(beside[0])
            for (_, words, _), beside in zip(self._parts, kept, strict=True)
        )
        indices, data = (
            np.lib.format.open_memmap(folder / f"{name}.npy", "w+", kind, (entries,))
            for name, kind in (("indices", np.int32), ("data", np.uint16))
        )
        lengths, end = [np.zeros(1, dtype=np.int64)], 0
        for (texts, words, _), beside in zip(self._parts, kept, strict=True):
            text = np.concatenate([words[0], beside[0]])
            order = np.argsort(text, kind="stable")  # pairs come after words in each text
            part = slice(end, end + len(text))
            indices[part] = np.concatenate([words[1], beside[1] + self.words])[order]
            times = np.minimum(np.concatenate([words[2], beside[2]]), _MOST_COUNT)
            data[part] = times[order]
            lengths.append(np.bincount(text, minlength=texts))
            end = part.stop
        np.save(folder / "indptr.npy", np.cumsum(np.concatenate(lengths)))
        return entries


def _kept(part: tuple[Ints, Keys, Ints], keys: Keys) -> tuple[Ints, Ints, Ints]:
    """Of the pairs those of `keys`, by their place there."""
    text, key, times = part
    if not len(keys):
        return text[:0], text[:0], times[:0]
    place = np.minimum(np.searchsorted(keys, key), len(keys) - 1)
    mine = keys[place] == key
    return text[mine], place[mine].astype(np.int32), times[mine]


def _single(corpus: Corpus, may: Yes, n: int, least: int) -> tuple[list[str], Ints]:
    """The single words of the matrix, and the column there of each word, -1 for none."""
    told = np.flatnonzero(may)
    told = told[_telling(corpus.in_texts[told], n, least)]
    column = np.full(len(corpus.in_texts), -1, dtype=np.int32)
    column[told] = np.arange(len(told), dtype=np.int32)
    names = corpus.names
    return [names[i] for i in told], column


def _pairs(block: Block, corpus: Corpus, may: Yes, least: int) -> tuple[Ints, Keys]:
    """Text and key of the block's pairs that can be in `least` texts."""
    text, one, other = block.pairs(may & (corpus.in_texts >= least))
    kept = corpus.frequent(one, other, least)
    return text[kept], one[kept].astype(np.int64) * len(may) + other[kept]


def _telling(texts: Keys, n: int, least: int) -> Yes:
    """Which of the words are in at least `least` texts.

    Words in more than half of the texts tell nothing apart; where there are no others, they stay.
    """
    kept = texts >= least
    rare = kept & (texts <= _MOST_SHARE * n)
    return rare if rare.any() else kept


def _may(corpus: Corpus, left_out: frozenset[str], n: int) -> Yes:
    """(vocabulary,) whether a word may be counted: no stop word, nothing usual in this corpus."""
    may = np.ones(len(corpus.in_texts), dtype=bool)
    may[corpus.numbers(left_out)] = False
    usual = corpus.numbers(usual_words())
    if n >= _FEW_TEXTS:
        may[usual[corpus.in_texts[usual] > USUAL_SHARE * n]] = False
    return may


def _texts(path: Path) -> Iterator[list[str]]:
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(_BATCH, columns=["text"], use_threads=False):
            yield [text or "" for text in batch.column(0).to_pylist()]


def _some(path: Path) -> list[str]:
    """A thousand texts from everywhere in the dataset, or all."""
    from engine.data import table

    found = table.sample(path, _LOOKED_AT, columns=("text",))["text"].to_pylist()
    return [text or "" for text in found]
