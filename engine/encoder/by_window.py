"""A file's rows and an encoder in; texts and their vectors, window by window, into chunks out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from engine.data.files.chunks import Chunks
from engine.data.files.windows import windows
from engine.data.plan import Plan
from engine.data.rows import Reader
from engine.encoder.packing import batches
from engine.memory import give_back
from engine.progress import Progress

if TYPE_CHECKING:
    from engine.encoder.draft import DraftEncoder
    from engine.encoder.encoder import Encoder

_ON_CPU, _ON_GPU = 1024, 8192
"""Rows of a window: a few seconds of work, which is what a kill costs."""
_CALIBRATE = 400


def window_rows(encoder: Encoder | DraftEncoder) -> int:
    """Rows of a window that suit the encoder's device."""
    return _ON_GPU if encoder.device.type == "cuda" else _ON_CPU


@dataclass(frozen=True, eq=False)
class Window:
    """What was read of one window of n rows.

    batch: its columns. texts: n cleaned texts, "" where a row has none. known: (m,) places of those
    that have one. vectors: (m, width) float32 of these. cut: (n,) bool, whether a text is longer
    than the encoder reads.
    """

    batch: dict[str, list[Any]]
    texts: list[str]
    known: NDArray[np.int64]
    vectors: NDArray[np.float32]
    cut: NDArray[np.bool_]


class ByWindow:
    """Reads a file with an encoder; what is done lies in chunks, so a kill costs one window.

    Args:
        rows: The Parquet file.
        encoder: Reads the texts.
        plan: Which columns are read, and how.
        chunks: Where results go, and those of an earlier run are.
        max_length: Tokens read of a text; 0 is the encoder's own limit.
    """

    def __init__(
        self,
        rows: Path,
        encoder: Encoder | DraftEncoder,
        plan: Plan,
        chunks: Chunks,
        max_length: int,
    ) -> None:
        self._rows = rows
        self._encoder = encoder
        self._plan = plan
        self._chunks = chunks
        self._max_length = max_length

    def run(
        self, make: Callable[[Window], pa.Table], progress: Progress, *, done: int, doing: str
    ) -> None:
        """Give every window from `done` on to `make`, keep what it makes of it.

        `progress` goes by estimated tokens; `doing` is what it is called.
        """
        weights = self._weights(progress)
        ends = np.concatenate([[0.0], np.cumsum(weights)])
        size = self._chunks.size
        progress.stage(doing, total=float(ends[-1]), unit="tokens")
        progress.at(float(ends[done]))
        reader = Reader(self._plan)
        columns = list(dict.fromkeys([*self._plan.text, *filter(None, [self._plan.label])]))
        read = windows(self._rows, size, columns=columns, first=done)
        for number, table in enumerate(read, start=done):
            along = _Along(progress, float(ends[number]), float(weights[number]))
            window = self._window(reader, table.to_pydict(), along)
            self._chunks.write(number, make(window))
            give_back()  # else memory would go on growing with the number of windows
            progress.at(float(ends[number + 1]))

    def _window(self, reader: Reader, batch: dict[str, list[Any]], progress: _Along) -> Window:
        texts = reader.texts(batch)
        known = np.flatnonzero([bool(text) for text in texts])
        vectors = np.zeros((len(known), self._encoder.width), dtype=np.float32)
        cut = np.zeros(len(texts), dtype=bool)
        if len(known):
            vectors, cut[known] = self._vectors([texts[i] for i in known], progress)
        return Window(batch, texts, known, vectors, cut)

    def _vectors(
        self, texts: Sequence[str], progress: _Along
    ) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        from engine.encoder.encoder import Encoder

        tokens = self._encoder.tokenize(texts, self._max_length or None)
        vectors = np.empty((len(texts), self._encoder.width), dtype=np.float32)
        if isinstance(self._encoder, Encoder):
            progress.begin(tokens.lengths, self._encoder.budget())
        self._encoder.encode_tokens(tokens, out=vectors, progress=progress)
        return vectors, tokens.truncated

    def _weights(self, progress: Progress) -> NDArray[np.float64]:
        """(windows,) estimated tokens of each, so that a unit of progress is a unit of work."""
        progress.stage("Measuring the texts", total=self._chunks.total)
        limit = self._max_length or self._encoder.max_length
        rate, found, seen = 0.25, [], 0
        for table in windows(self._rows, self._chunks.size, columns=self._plan.text):
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
        texts = Reader(self._plan).texts(some.to_pydict())
        tokens = self._encoder.tokenize([text[:2000] for text in texts])
        whole = ~tokens.truncated
        characters = np.minimum(lengths[::step], 2000)[whole].sum()
        return float(tokens.lengths[whole].sum() / characters) if characters else 0.25


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
