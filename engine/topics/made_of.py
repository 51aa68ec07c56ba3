"""Topics in, what they were made from out: any of it, the dataset's rows, those of its file."""

from __future__ import annotations

from pathlib import Path

from engine.errors import InputError
from engine.store import Artifact, Store


def made_from(store: Store, topics: Artifact, kind: str) -> Artifact:
    """What topics were made from, by its kind.

    Raises:
        InputError: it was removed.
    """
    found = next((one for one in store.inputs(topics) if one.kind == kind), None)
    if found is None:
        raise InputError(
            f"What {topics.title} were made from is gone (their {kind}): find the topics of the "
            "dataset again."
        )
    return found


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
