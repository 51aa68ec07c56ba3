"""Answers and a group for each row in, a row of figures for each group out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from engine.classify.evaluation.answers import Answers, Ints
from engine.classify.evaluation.groups import Groups
from engine.classify.scores import confusion, measures
from engine.proportions import difference, wilson

_RESAMPLES = 300
_MOST_CELLS = 4_000_000


@dataclass(frozen=True)
class Cohort:
    """How a group of rows fares against the rest.

    Attributes:
        name: Of the group. place: Its number among the groups.
        rows: How many are scored. errors: How many of them are wrong.
        accuracy: A share, with its 95% interval (Wilson).
        macro_f1: Over the categories in the group, with its 95% bootstrap interval.
        gap: Accuracy less that of all other rows; 0 where there are none.
        gap_interval: Holds for all groups together (Newcombe 1998; Bonferroni), so that one of
            many is not found by chance alone.
    """

    name: str
    place: int
    rows: int
    errors: int
    accuracy: float
    accuracy_interval: tuple[float, float]
    macro_f1: float
    macro_f1_interval: tuple[float, float]
    gap: float
    gap_interval: tuple[float, float]

    @property
    def stands_out(self) -> bool:
        """Whether its accuracy differs from the rest's beyond chance."""
        low, high = self.gap_interval
        return low > 0 or high < 0


def cohorts(answers: Answers, groups: Groups, *, seed: int = 0) -> list[Cohort]:
    """The groups that hold a row, in their order."""
    codes, n_groups = groups.codes, len(groups.names)
    rows = np.bincount(codes, minlength=n_groups)
    hits = np.bincount(codes, weights=answers.right, minlength=n_groups).astype(np.int64)
    held = np.flatnonzero(rows)
    low, high = wilson(hits, rows)
    others, right = len(answers) - rows, int(answers.right.sum()) - hits
    # As many comparisons as there are groups; two groups are one another's rest.
    tries = 1 if len(held) <= 2 else len(held)
    gap_low, gap_high = difference((hits, right), (rows, others), level=1 - 0.05 / tries)
    found = []
    for place in held:
        f1, spread = _macro_f1(answers, codes == place, seed)
        accuracy = hits[place] / rows[place]
        rest = right[place] / others[place] if others[place] else accuracy
        whole = others[place] == 0
        found.append(
            Cohort(
                name=groups.names[place],
                place=int(place),
                rows=int(rows[place]),
                errors=int(rows[place] - hits[place]),
                accuracy=float(accuracy),
                accuracy_interval=(float(low[place]), float(high[place])),
                macro_f1=f1,
                macro_f1_interval=spread,
                gap=float(accuracy - rest),
                gap_interval=(
                    (0.0, 0.0) if whole else (float(gap_low[place]), float(gap_high[place]))
                ),
            )
        )
    return found


def columns_of(source_rows: Path) -> list[str]:
    """The names of the columns of the file as it was read."""
    import pyarrow.parquet as pq

    return list(pq.read_schema(source_rows).names)


def column(source_rows: Path, name: str, rows: Ints) -> list[Any]:
    """What a column of the file says in each of `rows`, in their order."""
    from engine.data.table import rows as rows_of

    table = rows_of(source_rows, rows.tolist(), columns=[name])
    return list(table[name].to_pylist())


def texts_and_dates(dataset_rows: Path, rows: Ints) -> tuple[list[str], list[Any]]:
    """The cleaned text and the date (or None) of each of `rows`, in their order."""
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    table = pq.read_table(
        dataset_rows, columns=["row", "text", "date"], filters=pc.field("row").isin(rows.tolist())
    )
    order = np.argsort(table["row"].to_numpy())
    at = order[np.searchsorted(table["row"].to_numpy(), rows, sorter=order)]
    chosen = table.take(at)
    return list(chosen["text"].to_pylist()), list(chosen["date"].to_pylist())


def _macro_f1(answers: Answers, mine: Any, seed: int) -> tuple[float, tuple[float, float]]:
    """Macro-F1 of some rows over the categories they have or are given, and its interval."""
    true, said = answers.targets[mine], answers.chosen[mine]
    present, codes = np.unique(np.concatenate([true, said]), return_inverse=True)
    matrix = confusion(codes[: len(true)], codes[len(true) :], len(present))
    flat = matrix.reshape(-1)
    size = max(20, min(_RESAMPLES, _MOST_CELLS // len(flat)))
    draws = np.random.default_rng(seed).multinomial(len(true), flat / len(true), size=size)
    spread = measures(draws.reshape(size, *matrix.shape))["macro_f1"]
    low, high = np.percentile(spread, [2.5, 97.5])
    return float(measures(matrix[None])["macro_f1"][0]), (float(low), float(high))
