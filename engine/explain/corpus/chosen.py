"""A dataset and what was asked of it in, the rows that are explained out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from engine.errors import InputError
from engine.explain.corpus.spec import ExplainCorpusSpec
from engine.store import Artifact

if TYPE_CHECKING:
    import pyarrow as pa

COLUMNS = ("row", "text", "label", "split")


def chosen_rows(spec: ExplainCorpusSpec, dataset: Artifact, labels: Sequence[str]) -> pa.Table:
    """Row, text, label and split of the rows that are explained, in the dataset's order.

    Args:
        spec: What was asked.
        dataset: Its dataset.
        labels: Categories the classifier knows.

    Raises:
        InputError: no row is like that; where labels are asked for, none is the classifier's.
    """
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    path = dataset.path / "rows.parquet"
    table = pq.read_table(path, columns=["row", "label", "split"])
    if spec.split != "all":
        table = table.filter(pc.field("split") == spec.split)
    if not table.num_rows:
        raise InputError(f"{dataset.title} has no {spec.split} rows; choose another split.")
    if spec.target == "labelled":
        table = table.filter(pc.field("label").isin(list(labels)))
        if not table.num_rows:
            raise InputError(
                f"No text of {dataset.title} is labelled with one of the classifier's categories "
                f"({', '.join(labels[:6])}); weigh the words for what it says instead (predicted)."
            )
    if spec.limit and table.num_rows > spec.limit:
        drawn = np.random.default_rng(spec.seed).permutation(table.num_rows)[: spec.limit]
        table = table.take(np.sort(drawn))
    # Texts last: those of a large dataset that are not wanted are never all in memory.
    wanted = pc.field("row").isin(table["row"])
    return pq.read_table(path, columns=list(COLUMNS), filters=wanted).combine_chunks()
