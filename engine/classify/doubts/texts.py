"""A doubts artifact and its dataset in, the doubted texts out, the most doubted first."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.classify.doubts.build import FILE

if TYPE_CHECKING:
    import pyarrow as pa


def doubted_texts(
    folder: Path,
    dataset_rows: Path,
    *,
    label: str = "",
    suggestion: str = "",
    offset: int = 0,
    limit: int = 500,
) -> list[dict[str, Any]]:
    """Doubted rows, the most doubted first: row, text, title, label, split, prediction, confidence.

    Args:
        folder: The doubts artifact's.
        dataset_rows: ``rows.parquet`` of its dataset.
        label: Only rows of this label.
        suggestion: Only rows for which this label is suggested.
        offset: How many to pass over.
        limit: Most rows to return.
    """
    import duckdb

    query = """
        SELECT d.row, d.text, d.title, f.label, f.split, f.suggestion AS prediction, f.confidence,
            f.score
        FROM read_parquet(?) f JOIN read_parquet(?) d USING (row)
        WHERE f.doubted AND (? = '' OR f.label = ?) AND (? = '' OR f.suggestion = ?)
        ORDER BY f.score, d.row LIMIT ? OFFSET ?
    """
    values = [str(folder / FILE), str(dataset_rows), label, label, suggestion, suggestion,
              limit, offset]  # fmt: skip
    with duckdb.connect() as connection:
        table: pa.Table = connection.sql(query, params=values).to_arrow_table()
    rows: list[dict[str, Any]] = table.to_pylist()
    return rows
