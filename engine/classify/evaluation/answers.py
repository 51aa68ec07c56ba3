"""A folder with predictions in, what was said about each row as arrays out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.classify.head import Floats
from engine.classify.predictions import FILE
from engine.errors import InputError

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

EVERY = "all"


@dataclass(frozen=True, eq=False)
class Answers:
    """What a classifier said about n labelled rows.

    rows: (n,) int64, their numbers in the source. targets: (n,) int64, places in `labels`.
    probabilities: (n, n_labels) float32. labels: the categories.
    """

    rows: Ints
    targets: Ints
    probabilities: Floats
    labels: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.rows)

    @cached_property
    def chosen(self) -> Ints:
        """(n,) places of the categories said."""
        said: Ints = self.probabilities.argmax(axis=1).astype(np.int64)
        return said

    @cached_property
    def confidence(self) -> Floats:
        """(n,) the probability of what was said."""
        sure: Floats = self.probabilities.max(axis=1)
        return sure

    @cached_property
    def right(self) -> Flags:
        """(n,) whether it was right."""
        hits: Flags = self.chosen == self.targets
        return hits

    def where(self, kept: Flags | Ints) -> Answers:
        """Those of some rows."""
        return replace(
            self,
            rows=self.rows[kept],
            targets=self.targets[kept],
            probabilities=self.probabilities[kept],
        )

    def errors_first(self, kept: Flags) -> Ints:
        """Places of the `kept` rows: mistakes before hits, in each the most confident first."""
        places = np.flatnonzero(kept)
        order = np.lexsort((self.rows[places], -self.confidence[places], self.right[places]))
        found: Ints = places[order]
        return found


def read_answers(folder: Path, labels: Sequence[str], *, split: str = EVERY) -> Answers:
    """What a model's, evaluation's or baseline's folder says about the rows of a split.

    Args:
        folder: A folder that holds ``predictions.parquet``.
        labels: The categories in the order of the probabilities, as ``scores.json`` has them.
        split: Which rows; "all" for every one.
    """
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    wanted = None if split == EVERY else pc.field("split") == split
    table = pq.read_table(
        folder / FILE, columns=["row", "label", "probabilities"], filters=wanted
    ).combine_chunks()
    place = {label: n for n, label in enumerate(labels)}
    flat = pc.list_flatten(table["probabilities"]).to_numpy()
    return Answers(
        rows=table["row"].to_numpy().astype(np.int64),
        targets=np.asarray([place[label] for label in table["label"].to_pylist()], dtype=np.int64),
        probabilities=flat.reshape(len(table), len(labels)).astype(np.float32),
        labels=tuple(labels),
    )


def texts_of(
    folder: Path, dataset_rows: Path, rows: Iterable[int], *, limit: int = 500
) -> list[dict[str, Any]]:
    """Row, text, title, label, prediction, confidence and split of scored rows, in the order given.

    Args:
        folder: A folder that holds ``predictions.parquet``.
        dataset_rows: ``rows.parquet`` of the dataset it was scored on.
        rows: Row numbers of the source, each once.
        limit: Most texts to return.
    """
    from engine.data.duck import connect, file_literal

    wanted = [int(row) for row in rows][:limit]
    sql = f"""
        SELECT d.row, d.text, d.title, p.label, p.prediction, p.confidence, p.split
        FROM (SELECT unnest(?::BIGINT[]) AS row, generate_subscripts(?::BIGINT[], 1) AS place) w
        JOIN read_parquet({file_literal(folder / FILE)}) p USING (row)
        JOIN read_parquet({file_literal(dataset_rows)}) d USING (row)
        ORDER BY w.place
    """
    with connect() as con:
        found: list[dict[str, Any]] = (
            con.sql(sql, params=[wanted, wanted]).to_arrow_table().to_pylist()
        )
    return found


def same_labels(one: Sequence[str], other: Sequence[str], names: tuple[str, str]) -> None:
    """Raise InputError unless both know the same categories.

    Args:
        one: Categories of the first.
        other: Categories of the second.
        names: What the two are called.
    """
    if set(one) == set(other):
        return
    (first, mine), (second, theirs) = zip(names, (one, other), strict=True)
    alone = [f"'{label}' only {first} knows" for label in mine if label not in theirs]
    alone += [f"'{label}' only {second} knows" for label in theirs if label not in mine]
    more = f" and {len(alone) - 4:,} more" if len(alone) > 4 else ""
    raise InputError(
        f"The two know different categories ({', '.join(alone[:4])}{more}); choose two "
        "classifiers of the same categories."
    )
