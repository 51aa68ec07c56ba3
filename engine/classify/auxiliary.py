"""A column of the file to learn beside the categories in; its answers, and a head's rows, out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from engine.classify.evaluation.cohorts import column, columns_of
from engine.classify.examples import Examples
from engine.classify.head import LinearHead
from engine.errors import InputError
from engine.store import Artifact, Store

MOST_VALUES = 100


def with_auxiliary(examples: Examples, name: str, dataset: Artifact, store: Store) -> Examples:
    """The examples with what the column `name` says as ``beside``; as they are without a name.

    Learning a related task along shapes the encoder for both (Caruana 1997, "Multitask Learning").
    Its values are those of the training texts; a text with another one, or none, has -1.

    Raises:
        InputError: no such column, or one that says too little or too much to be learnt.
    """
    if not name:
        return examples
    source = next((a for a in store.lineage(dataset) if a.kind == "source"), None)
    if source is None:
        raise InputError(f"The file {dataset.title} was made from is gone: add it again.")
    path = source.path / "rows.parquet"
    if name not in (names := columns_of(path)):
        raise InputError(
            f"There is no column {name} to learn beside; the file has {', '.join(names)}."
        )
    told = ["" if v is None else str(v) for v in column(path, name, examples.rows)]
    values = sorted({told[i] for i in examples.where("train")} - {""})
    if not 2 <= len(values) <= MOST_VALUES:
        raise InputError(
            f"The column {name} has {len(values):,} different values in the training texts; one "
            f"that is learnt beside the categories has 2 to {MOST_VALUES}."
        )
    place = {value: n for n, value in enumerate(values)}
    return replace(examples, beside=np.array([place.get(v, -1) for v in told], dtype=np.int64))


def with_rows(head: LinearHead, examples: Examples) -> LinearHead:
    """The head with a row more for each value of ``examples.beside``.

    A value's row begins as the mean of the rows of the categories its texts belong to, so that
    stars begin as the sentiments they stand for.
    """
    if not len(examples.beside):
        return head
    learnt = examples.where("train")
    answers, targets = examples.beside[learnt], examples.targets[learnt]
    shares = np.zeros((examples.beside.max() + 1, len(head.bias)), dtype=np.float32)
    np.add.at(shares, (answers[answers >= 0], targets[answers >= 0]), 1)
    shares /= shares.sum(axis=1, keepdims=True)
    return LinearHead(
        np.concatenate([head.weight, shares @ head.weight]),
        np.concatenate([head.bias, shares @ head.bias]),
    )
