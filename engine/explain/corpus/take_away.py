"""Attributions in, the driving words of every category as one table out: to keep and to compare."""

from __future__ import annotations

import pyarrow as pa

from engine.explain.corpus.attributions import Attributions
from engine.explain.corpus.drivers import drivers

FILE = "drivers.parquet"


def drivers_table(found: Attributions) -> pa.Table:
    """A line a category and word that enough of its texts hold; the strongest first in each.

    Columns: category, word, texts, share, mean, mean_low, mean_high, total, total_low, total_high,
    counted, standing, kind; see :class:`engine.explain.corpus.drivers.Driver`.
    """
    rows = [
        {
            "category": label,
            "word": one.word,
            "texts": one.texts,
            "share": one.share,
            "mean": one.mean,
            "mean_low": one.mean_interval[0],
            "mean_high": one.mean_interval[1],
            "total": one.total,
            "total_low": one.total_interval[0],
            "total_high": one.total_interval[1],
            "counted": one.counted,
            "standing": one.standing,
            "kind": one.kind,
        }
        for place, label in enumerate(found.labels)
        for one in drivers(found, place)
    ]
    return pa.Table.from_pylist(rows, schema=_SCHEMA)


_NUMBERS = ("share", "mean", "mean_low", "mean_high", "total", "total_low", "total_high", "counted")
_SCHEMA = pa.schema(
    [
        ("category", pa.string()),
        ("word", pa.string()),
        ("texts", pa.int64()),
        *[(name, pa.float64()) for name in _NUMBERS],
        ("standing", pa.string()),
        ("kind", pa.string()),
    ]
)
