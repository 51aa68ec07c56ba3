"""An attribution in, a row a word out: as dicts, and as a CSV."""

from __future__ import annotations

import io
from typing import Any

import numpy as np

from engine.explain.attribution import Attribution


def word_rows(attribution: Attribution) -> list[dict[str, Any]]:
    """A dict a word, in the text's order.

    place (from 1), word, score, share (its part of the sum of all scores' sizes, 0 to 1), rank
    (from 1, the strongest whatever its sign), start and stop (characters of the text).
    """
    scores = attribution.scores.astype(np.float64)
    sizes = np.abs(scores)
    total = float(sizes.sum())
    rank = np.empty(len(scores), dtype=np.int64)
    rank[np.argsort(-sizes, kind="stable")] = np.arange(1, len(scores) + 1)
    reading = attribution.reading
    return [
        {
            "place": i + 1,
            "word": word,
            "score": float(scores[i]),
            "share": float(sizes[i] / total) if total else 0.0,
            "rank": int(rank[i]),
            "start": int(start),
            "stop": int(stop),
        }
        for i, (word, (start, stop)) in enumerate(zip(reading.words, reading.spans, strict=True))
    ]


def words_csv(attribution: Attribution) -> bytes:
    """The rows as a CSV that spreadsheets read as UTF-8, and take no word of for a formula."""
    import pyarrow as pa
    from pyarrow import csv

    from engine.data.files.write import tame

    rows = pa.Table.from_pylist(word_rows(attribution))
    out = io.BytesIO(b"\xef\xbb\xbf")
    out.seek(0, io.SEEK_END)
    csv.write_csv(rows.set_column(1, "word", tame(rows["word"])), out)
    return out.getvalue()
