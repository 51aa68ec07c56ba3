"""Topics in, two tables out: each topic with its words, each document with its topic."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from engine.store.files import write_json
from engine.topics.table import flattened, table_of
from engine.topics.topics import Topics


def topic_rows(topics: Topics, titles: Sequence[str]) -> list[dict[str, Any]]:
    """One topic each, the largest first: what it is called, how large, its words and papers.

    Args:
        topics: Of n documents.
        titles: Of the same documents.
    """
    total = max(1, len(topics.assigned))
    return [
        {
            "topic": topic.id,
            "name": topic.name,
            "documents": topic.size,
            "share": round(topic.size / total, 4),
            "words": [{"word": word, "weight": weight} for word, weight in topic.words],
            "typical": [titles[place] for place in topic.representative],
            "central": [titles[place] for place in topic.central],
        }
        for topic in topics.found
    ]


def topics_csv(topics: Topics, titles: Sequence[str], path: Path) -> None:
    """The topics as CSV, words and titles of a topic in one cell each, for spreadsheets."""
    import pyarrow as pa
    from pyarrow import csv

    from engine.data.files.write import tame

    rows = topic_rows(topics, titles)
    for row in rows:
        row["words"] = ", ".join(one["word"] for one in row["words"])
        row["typical"], row["central"] = " | ".join(row["typical"]), " | ".join(row["central"])
    names = ("topic", "name", "documents", "share", "words", "typical", "central")
    table = pa.table({name: pa.array([row[name] for row in rows]) for name in names})
    table = pa.table({name: tame(table[name]) for name in names})
    with path.open("wb") as file:
        file.write(b"\xef\xbb\xbf")  # so that Excel reads it as UTF-8
        csv.write_csv(table, file)


def topics_json(topics: Topics, titles: Sequence[str], path: Path) -> None:
    """The topics as JSON, words with their weights."""
    write_json(path, topic_rows(topics, titles))


def documents_parquet(
    topics: Topics, path: Path, *, rows: Path, source: Path | None, nested: bool
) -> None:
    """Every document with its topic, then the columns of its file, as Parquet.

    Args:
        topics: Of the rows of a dataset.
        path: To write.
        rows: rows.parquet of the dataset.
        source: rows.parquet of the file it came from.
        nested: Whether lists stay lists; else they become JSON, as other formats need.
    """
    import pyarrow.parquet as pq

    places = np.arange(len(topics.assigned))
    table = table_of(topics, places, rows=rows, source=source)
    pq.write_table(table if nested else flattened(table), path, compression="zstd")
