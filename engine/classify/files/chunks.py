"""A classifier and windows of texts in, one small Parquet file a window out: work that resumes."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from engine.classify.classifier import Classifier
from engine.classify.files.plan import FilePlan
from engine.classify.files.windows import windows
from engine.data.rows import Reader
from engine.encoder.packing import batches
from engine.progress import Progress
from engine.store.files import read_json, write_json

_ON_CPU, _ON_GPU = 1024, 8192
"""Rows of a chunk: a few seconds of work, which is what a kill costs."""
_CALIBRATE = 400

LABEL, CUT, WORDLESS = "label", "cut", "wordless"


class Chunks:
    """Predictions of a file, window by window, in a folder that survives a kill.

    A chunk has the columns prediction, confidence, p0, p1, ... and what only the summary needs:
    label (of the file's own label column), cut (the text was longer than the model reads) and
    wordless (no letter in it). Rows without text have no prediction.
    """

    def __init__(self, folder: Path, rows: Path, classifier: Classifier, plan: FilePlan) -> None:
        self._folder = folder / "chunks"
        self._rows = rows
        self._classifier = classifier
        self._plan = plan
        with pq.ParquetFile(rows) as file:
            self.total = int(file.metadata.num_rows)
        self.size = self._agreed_size(folder / "chunks.json")

    def predict(self, progress: Progress) -> None:
        """Predict every window that is not there yet; `progress` goes by estimated tokens."""
        weights = self._weights(progress)
        ends = np.concatenate([[0.0], np.cumsum(weights)])
        done = self.done
        progress.stage(f"Predicting {self.total:,} rows", total=float(ends[-1]), unit="tokens")
        progress.at(float(ends[done]))
        reader = Reader(self._plan.plan)
        read = windows(self._rows, self.size, columns=self._plan.columns, first=done)
        for number, table in enumerate(read, start=done):
            along = _Along(progress, float(ends[number]), float(weights[number]))
            chunk = self._chunk(reader, table.to_pydict(), along)
            half = self._folder / f".{number}.parquet"
            pq.write_table(chunk, half, compression="zstd")
            os.replace(half, self._path(number))
            progress.at(float(ends[number + 1]))

    def read(self, number: int) -> pa.Table:
        """The chunk of window `number`."""
        return pq.read_table(self._path(number))

    def _path(self, number: int) -> Path:
        return self._folder / f"{number:08d}.parquet"

    def _agreed_size(self, index: Path) -> int:
        """Rows of a window: what the chunks that are there have, or what suits the device."""
        kept = read_json(index) or {}
        if kept.get("total") == self.total and isinstance(kept.get("size"), int):
            return int(kept["size"])
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir(parents=True)
        size = _ON_GPU if self._classifier.encoder.device.type == "cuda" else _ON_CPU
        write_json(index, {"total": self.total, "size": size})
        return size

    @property
    def done(self) -> int:
        """How many windows, from the first on, are predicted already."""
        number = 0
        while (path := self._path(number)).is_file():
            expected = min(self.size, self.total - number * self.size)
            try:
                if pq.read_metadata(path).num_rows != expected:
                    break
            except (pa.ArrowInvalid, OSError):  # the power went before the disk had it
                break
            number += 1
        return number

    def _weights(self, progress: Progress) -> NDArray[np.float64]:
        """(windows,) estimated tokens of each, so that a unit of progress is a unit of work."""
        progress.stage("Measuring the texts", total=self.total)
        limit = self._classifier.card.max_length or self._classifier.encoder.max_length
        rate, found, seen = 0.25, [], 0
        for table in windows(self._rows, self.size, columns=self._plan.plan.text):
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
