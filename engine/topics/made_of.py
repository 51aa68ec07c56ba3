"""Topics in, the rows of the dataset they were made of, and of its file, out."""

from __future__ import annotations

from pathlib import Path

from engine.errors import InputError
from engine.store import Artifact, Store


def rows_of(store: Store, topics: Artifact) -> Path:
    """rows.parquet of the dataset.

    Raises:
        InputError: it was removed.
    """
    dataset = next((one for one in store.inputs(topics) if one.kind == "dataset"), None)
    if dataset is None:
        raise InputError(f"The dataset of {topics.title} is not here any more.")
    return dataset.path / "rows.parquet"


def source_of(store: Store, topics: Artifact) -> Path:
    """rows.parquet of the file that the dataset came from, with all its columns.

    Raises:
        InputError: it was removed.
    """
    # A version of a dataset comes from a dataset, the first one from the file.
    found = next((one for one in store.lineage(topics) if one.kind == "source"), None)
    if found is None:
        raise InputError(f"The file that {topics.title} came from is not here any more.")
    return found.path / "rows.parquet"
