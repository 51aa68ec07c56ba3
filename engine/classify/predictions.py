"""What a model said about labelled rows: from row to probabilities, beside the scores."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from engine.classify.examples import Examples
from engine.classify.head import Floats

FILE = "predictions.parquet"


def write_predictions(
    folder: Path, examples: Examples, places: NDArray[np.int64], probabilities: Floats
) -> None:
    """One line a scored row: row, split, label, prediction, confidence, probabilities (a list)."""
    chosen = probabilities.argmax(axis=1)
    names = np.asarray(examples.labels, dtype=object)
    table = pa.table(
        {
            "row": examples.rows[places],
            "split": pa.array(examples.split[places].tolist()),
            "label": pa.array(names[examples.targets[places]].tolist()),
            "prediction": pa.array(names[chosen].tolist()),
            "confidence": probabilities.max(axis=1),
            "probabilities": pa.FixedSizeListArray.from_arrays(
                pa.array(probabilities.reshape(-1)), probabilities.shape[1]
            ),
        }
    )
    pq.write_table(table, folder / FILE)


def cell(
    folder: Path, dataset_rows: Path, *, label: str, prediction: str, split: str, limit: int = 500
) -> pa.Table:
    """The texts of one confusion cell, the most confident first: row, text, confidence.

    Args:
        folder: A model's or evaluation's folder.
        dataset_rows: ``rows.parquet`` of the dataset it was scored on.
        label: The true category.
        prediction: The category the model chose.
        split: Which split was scored.
        limit: Most texts to return.
    """
    import duckdb

    query = """
        SELECT d.row, d.title, d.text, p.confidence
        FROM read_parquet(?) p JOIN read_parquet(?) d USING (row)
        WHERE p.label = ? AND p.prediction = ? AND p.split = ?
        ORDER BY p.confidence DESC, d.row LIMIT ?
    """
    values = [str(folder / FILE), str(dataset_rows), label, prediction, split, limit]
    with duckdb.connect() as connection:
        table: pa.Table = connection.sql(query, params=values).to_arrow_table()
    return table


def example_texts(folder: Path, dataset_rows: Path, *, split: str, limit: int = 4) -> list[str]:
    """Up to `limit` scored texts of a handy length, of different true categories where there are.

    Args:
        folder: A model's or evaluation's folder.
        dataset_rows: ``rows.parquet`` of the dataset it was scored on.
        split: Which split they are from.
        limit: How many.
    """
    import duckdb

    query = """
        WITH handy AS (
            SELECT d.text, d.row, p.label,
                row_number() OVER (
                    PARTITION BY p.label ORDER BY abs(length(d.text) - 120), d.row
                ) AS turn
            FROM read_parquet(?) p JOIN read_parquet(?) d USING (row) WHERE p.split = ?
        )
        SELECT text FROM handy ORDER BY turn, row LIMIT ?
    """
    values = [str(folder / FILE), str(dataset_rows), split, limit]
    with duckdb.connect() as connection:
        found = connection.sql(query, params=values).fetchall()
    return [str(text) for (text,) in found]
