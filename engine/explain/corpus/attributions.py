"""The chunks of a run in, a compact folder out; and that folder in, its arrays out.

predictions.parquet: a line a text, as evaluations have it (row, split, label, prediction,
confidence, probabilities), then what is explained. words.parquet: a line a word that stands in a
text. vocabulary.parquet: a line a different word.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from engine.classify.predictions import FILE
from engine.explain.corpus.chunk import NONE
from engine.explain.corpus.shapes import SHAPES
from engine.store.files import read_json, write_json

Ints = NDArray[np.int64]
Floats = NDArray[np.float32]
WORDS, VOCABULARY, LABELS = "words.parquet", "vocabulary.parquet", "labels.json"


@dataclass(frozen=True, eq=False)
class Attributions:
    """What the words of n texts did; m words stand in them, v different ones.

    labels: (k,) the classifier's categories. rows: (n,) of the file. split: (n,). targets: (n,)
    places of the texts' labels, -1 for none or one the classifier does not know. probabilities:
    (n, k). explained: (n,) place of the category a text's words are weighed for. value, base,
    delta: (n,), see :class:`engine.explain.attribution.Attribution`.

    text: (m,) place of the text. word: (m,) place in `vocabulary`. start, stop: (m,) in the text.
    score: (m,) float32. vocabulary: v casefolded words. shapes: (v, 5) how often each is written
    in each of SHAPES.
    """

    labels: tuple[str, ...]
    rows: Ints
    split: NDArray[np.str_]
    targets: Ints
    probabilities: Floats
    explained: Ints
    value: Floats
    base: Floats
    delta: Floats
    text: Ints
    word: Ints
    start: Ints
    stop: Ints
    score: Floats
    vocabulary: tuple[str, ...]
    shapes: Ints

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def predicted(self) -> Ints:
        """(n,) places of the categories said."""
        said: Ints = self.probabilities.argmax(axis=1).astype(np.int64)
        return said

    @property
    def labelled(self) -> NDArray[np.bool_]:
        """(n,) whether a text has a label the classifier knows."""
        return self.targets >= 0

    @property
    def right(self) -> NDArray[np.bool_]:
        """(n,) whether what was said is the label."""
        hits: NDArray[np.bool_] = self.labelled & (self.predicted == self.targets)
        return hits

    @cached_property
    def pairs(self) -> tuple[Ints, Ints, NDArray[np.float64]]:
        """Each word of each text once: (p,) texts, (p,) words, (p,) its scores there, summed."""
        v = max(1, len(self.vocabulary))
        keys, inverse = np.unique(self.text * v + self.word, return_inverse=True)
        sums = np.bincount(inverse, weights=self.score, minlength=len(keys))
        return keys // v, keys % v, sums.astype(np.float64)

    def place(self, word: str) -> int:
        """Its place in the vocabulary; -1 where no text holds it."""
        return self._places.get(word.casefold(), -1)

    @cached_property
    def _places(self) -> dict[str, int]:
        return {word: n for n, word in enumerate(self.vocabulary)}

    def of_text(self, place: int) -> slice:
        """Where in text, word, start, stop and score the words of a text are."""
        first, last = np.searchsorted(self.text, [place, place + 1])
        return slice(int(first), int(last))


def write_attributions(
    folder: Path, chosen: pa.Table, found: pa.Table, labels: Sequence[str]
) -> int:
    """Write the three tables; texts the encoder finds nothing in are left out.

    Args:
        folder: Where to.
        chosen: Row, text, label and split of the texts.
        found: A line each, of :data:`engine.explain.corpus.chunk.SCHEMA`.
        labels: The classifier's categories.

    Returns:
        How many texts were left out.
    """
    kept = pc.greater(found["explained"], NONE)
    chosen, found = chosen.filter(kept), found.filter(kept).combine_chunks()
    pq.write_table(_predictions(chosen, found, labels), folder / FILE, compression="zstd")
    words = _flat(found, "words").dictionary_encode()
    if isinstance(words, pa.ChunkedArray):
        words = words.combine_chunks()
    places = words.indices.to_numpy()
    table = pa.table(
        {
            "text": pa.array(np.repeat(np.arange(len(found)), _lengths(found)), pa.int32()),
            "word": pa.array(places, pa.int32()),
            "start": _flat(found, "starts"),
            "stop": _flat(found, "stops"),
            "score": _flat(found, "scores"),
        }
    )
    pq.write_table(table, folder / WORDS, compression="zstd")
    shapes = _flat(found, "shapes").to_numpy()
    told = {"word": words.dictionary}
    for n, name in enumerate(SHAPES):
        told[name] = np.bincount(places[shapes == n], minlength=len(words.dictionary))
    pq.write_table(pa.table(told), folder / VOCABULARY, compression="zstd")
    write_json(folder / LABELS, list(labels))
    return int(len(kept) - len(found))


def _predictions(chosen: pa.Table, found: pa.Table, labels: Sequence[str]) -> pa.Table:
    shares = _flat(found, "probabilities").to_numpy().reshape(len(found), len(labels))
    names = np.asarray(labels, dtype=object)
    return pa.table(
        {
            "row": chosen["row"],
            "split": chosen["split"],
            "label": chosen["label"],
            "prediction": pa.array(names[shares.argmax(axis=1)].tolist(), pa.string()),
            "confidence": shares.max(axis=1),
            "probabilities": pa.FixedSizeListArray.from_arrays(
                pa.array(shares.reshape(-1)), len(labels)
            ),
            **{name: found[name] for name in ("explained", "value", "base", "delta", "cut")},
        }
    )


def read_attributions(folder: Path) -> Attributions:
    """The arrays of a folder that :func:`write_attributions` wrote."""
    labels = tuple(read_json(folder / LABELS))
    texts = pq.read_table(folder / FILE)
    words = pq.read_table(folder / WORDS)
    known = pq.read_table(folder / VOCABULARY)
    place = {label: n for n, label in enumerate(labels)}
    flat = pc.list_flatten(texts["probabilities"]).to_numpy()
    return Attributions(
        labels=labels,
        rows=_ints(texts["row"]),
        split=np.asarray(texts["split"].to_pylist(), dtype=str),
        targets=np.asarray([place.get(one, -1) for one in texts["label"].to_pylist()], np.int64),
        probabilities=flat.reshape(len(texts), len(labels)).astype(np.float32),
        explained=_ints(texts["explained"]),
        value=texts["value"].to_numpy(),
        base=texts["base"].to_numpy(),
        delta=texts["delta"].to_numpy(),
        text=_ints(words["text"]),
        word=_ints(words["word"]),
        start=_ints(words["start"]),
        stop=_ints(words["stop"]),
        score=words["score"].to_numpy(),
        vocabulary=tuple(known["word"].to_pylist()),
        shapes=np.stack([_ints(known[name]) for name in SHAPES], axis=1),
    )


def _ints(column: Any) -> Ints:
    found: Ints = column.to_numpy().astype(np.int64)
    return found


def _flat(found: pa.Table, name: str) -> Any:
    flat = pc.list_flatten(found[name])
    return flat.combine_chunks() if isinstance(flat, pa.ChunkedArray) else flat


def _lengths(found: pa.Table) -> Ints:
    return _ints(pc.list_value_length(found["words"]))
