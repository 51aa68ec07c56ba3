"""A classifier and a file's rows in, their predictions window by window out, into chunks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from engine.classify.classifier import Classifier
from engine.classify.files.chunks import CUT, LABEL, WORDLESS, Chunks
from engine.classify.files.plan import FilePlan
from engine.classify.files.windows import windows
from engine.data.rows import Reader
from engine.encoder.packing import batches
from engine.memory import give_back
from engine.progress import Progress

_ON_CPU, _ON_GPU = 1024, 8192
"""Rows of a chunk: a few seconds of work, which is what a kill costs."""
_CALIBRATE = 400


def chunk_rows(classifier: Classifier) -> int:
    """Rows of a window that suit the classifier's device."""
    return _ON_GPU if classifier.encoder.device.type == "cuda" else _ON_CPU


class Prediction:
    """Predicts the rows of a file; what is loaded for it goes with this object.

    Args:
        rows: The Parquet file.
        classifier: The classifier.
        plan: Which columns are read, and how.
        chunks: Where predictions go, and those of an earlier run are.
    """

    def __init__(self, rows: Path, classifier: Classifier, plan: FilePlan, chunks: Chunks) -> None:
        self._rows = rows
        self._classifier = classifier
        self._plan = plan
        self._chunks = chunks

    def run(self, progress: Progress, *, done: int) -> None:
        """Predict every window from `done` on; `progress` goes by estimated tokens."""
        weights = self._weights(progress)
        ends = np.concatenate([[0.0], np.cumsum(weights)])
        total, size = self._chunks.total, self._chunks.size
        progress.stage(f"Predicting {total:,} rows", total=float(ends[-1]), unit="tokens")
        progress.at(float(ends[done]))
        reader = Reader(self._plan.plan)
        read = windows(self._rows, size, columns=self._plan.columns, first=done)
        for number, table in enumerate(read, start=done):
            along = _Along(progress, float(ends[number]), float(weights[number]))
            self._chunks.write(number, self._chunk(reader, table.to_pydict(), along))
            give_back()  # else memory would go on growing with the number of windows
            progress.at(float(ends[number + 1]))

    def _weights(self, progress: Progress) -> NDArray[np.float64]:
        """(windows,) estimated tokens of each, so that a unit of progress is a unit of work."""
        progress.stage("Measuring the texts", total=self._chunks.total)
        limit = self._classifier.card.max_length or self._classifier.encoder.max_length
        rate, found, seen = 0.25, [], 0
        for table in windows(self._rows, self._chunks.size, columns=self._plan.plan.text):
            lengths = np.zeros(table.num_rows)
            for column in table.columns:
                size = pc.utf8_length(pc.cast(column, pa.string()))
                lengths += pc.fill_null(size, 0).to_numpy()
            if not seen:
                rate = self._rate(table, lengths)
            tokens = np.where(lengths > 0, np.minimum(lengths * rate + 2, limit), 0.05)
            found.append(float(tokens.sum()))
            seen += table.num_rows
            progress.at(seen)
        return np.array(found)

    def _rate(self, table: pa.Table, lengths: NDArray[np.float64]) -> float:
        """Tokens a character of the texts as they stand, from some of the first."""
        step = max(1, table.num_rows // _CALIBRATE)
        some = table.take(pa.array(np.arange(0, table.num_rows, step)))
        texts = Reader(self._plan.plan).texts(some.to_pydict())
        tokens = self._classifier.encoder.tokenize([text[:2000] for text in texts])
        whole = ~tokens.truncated
        characters = np.minimum(lengths[::step], 2000)[whole].sum()
        return float(tokens.lengths[whole].sum() / characters) if characters else 0.25

    def _chunk(self, reader: Reader, batch: dict[str, list[Any]], progress: Progress) -> pa.Table:
        """The new columns of one window."""
        texts, labels = reader.texts(batch), reader.labels(batch)
        known = np.flatnonzero([bool(text) for text in texts])
        names = self._classifier.labels
        wide = np.full((len(texts), len(names)), np.nan, dtype=np.float32)
        cut = np.zeros(len(texts), dtype=bool)
        if len(known):
            wide[known], cut[known] = self._probabilities([texts[i] for i in known], progress)
        chosen: list[str | None] = [None] * len(texts)
        confidence = np.full(len(texts), np.nan, dtype=np.float32)
        for i in known:
            best = int(wide[i].argmax())
            chosen[i], confidence[i] = names[best], wide[i, best]
        wordless = [bool(t) and not any(map(str.isalpha, t)) for t in texts]
        columns = {
            "prediction": pa.array(chosen, pa.string()),
            "confidence": pa.array(confidence, from_pandas=True),
            **{
                f"p{n}": pa.array(np.ascontiguousarray(wide[:, n]), from_pandas=True)
                for n in range(len(names))
            },
            LABEL: pa.array(labels, pa.string()),
            CUT: pa.array(cut),
            WORDLESS: pa.array(wordless, pa.bool_()),
        }
        return pa.table(columns)

    def _probabilities(
        self, texts: list[str], progress: Progress
    ) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        encoder = self._classifier.encoder
        tokens = encoder.tokenize(texts, self._classifier.card.max_length or None)
        vectors = np.empty((len(texts), encoder.width), dtype=np.float32)
        if isinstance(progress, _Along):
            progress.begin(tokens.lengths, encoder.budget())
        encoder.encode_tokens(tokens, out=vectors, progress=progress)
        return self._classifier.head.probabilities(vectors), tokens.truncated


class _Along:
    """Hears of texts done within a window, and tells of tokens done in the whole file."""

    stop_requested = False

    def __init__(self, whole: Progress, start: float, weight: float) -> None:
        self._whole, self._start, self._weight = whole, start, weight
        self._ends = np.zeros(1)
        self._texts = 0

    def begin(self, lengths: NDArray[np.integer], budget: int) -> None:
        """Learn the order the encoder takes the texts in: long ones take more of the time."""
        order = np.concatenate(list(batches(lengths, budget)))
        tokens = np.concatenate([[0.0], np.cumsum(lengths[order])])
        self._ends = tokens / max(tokens[-1], 1.0)

    def advance(self, n: float = 1) -> None:
        """`n` more texts are done."""
        self._texts = min(self._texts + int(n), len(self._ends) - 1)
        self._whole.at(self._start + self._weight * float(self._ends[self._texts]))

    def stage(self, name: str, total: float | None = None, unit: str = "rows") -> None: ...
    def at(self, done: float) -> None: ...
    def point(self, **values: float) -> None: ...
    def note(self, sentence: str) -> None: ...
