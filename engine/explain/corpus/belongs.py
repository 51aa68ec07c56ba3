"""Rows that hold words, and the file's other columns, in; words of one product or source out.

A word that stands almost only in texts with one value of a column (a product, an author, a source)
is a name of it, however it is written. What drives a category by it is learnt from that one thing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from engine.explain.corpus.holders import Holders

_LEAST_TEXTS, _LEAST_SHARE = 5, 0.7
_MOST_OF_ALL = 0.1
"""A value that more rows than this have is no single thing."""


@dataclass(frozen=True)
class Belongs:
    """texts: that hold the word. share: of them, those whose `column` is `value`."""

    column: str
    value: str
    texts: int
    share: float


def belongs_to(
    found: Holders, source_rows: Path, *, leave_out: Collection[str] = ()
) -> dict[str, Belongs]:
    """The words of which 70 % of the texts, five or more, have one value of a column in common.

    Args:
        found: Rows and the words they hold.
        source_rows: ``rows.parquet`` of the file the dataset was made of.
        leave_out: Columns that make the text or the label.
    """
    from engine.data.table import rows as rows_of

    at = found.rows["row"].to_pylist()
    columns = [name for name in _names(source_rows) if name not in leave_out]
    if not at or not columns:
        return {}
    table = rows_of(source_rows, at, columns=columns)
    made: dict[str, Belongs] = {}
    for name in columns:
        values = pc.cast(table[name], pa.string()).to_pylist()
        for word, one in _of_column(found, name, values).items():
            if word not in made or one.share > made[word].share:
                made[word] = one
    return made


def _names(source_rows: Path) -> list[str]:
    """Columns of single values that can be told as text; `row` is ours, not the file's."""
    import pyarrow.parquet as pq

    kinds = pa.types
    return [
        field.name
        for field in pq.read_schema(source_rows)
        if field.name != "row" and not (kinds.is_nested(field.type) or kinds.is_binary(field.type))
    ]


def _of_column(found: Holders, column: str, values: list[str | None]) -> Mapping[str, Belongs]:
    all_of_them = Counter(values)
    made = {}
    for word, places in found.held.items():
        if len(places) < _LEAST_TEXTS:
            continue
        ((value, n),) = Counter(values[place] for place in places.tolist()).most_common(1)
        small = all_of_them[value] <= _MOST_OF_ALL * len(values)
        if value and n >= _LEAST_TEXTS and n >= _LEAST_SHARE * len(places) and small:
            made[word] = Belongs(column, value[:80], len(places), n / len(places))
    return made
