"""Rows of a sweep in; where the number of topics falls off a cliff, and where it is safe, out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log

from engine.topics.sweep.sweep import Row

FALLS = 0.5
AGREE, SURE = 0.8, 0.75


@dataclass(frozen=True)
class Plateau:
    """Least sizes from `low` to `high` between which the choice hardly matters; `best` is that of
    them whose topics a second seed finds again most alike."""

    low: int
    high: int
    best: int


def cliffs(rows: Sequence[Row]) -> list[tuple[int, int]]:
    """Neighbouring sizes between which the topics become fewer than half."""
    return [
        (one.size, after.size)
        for one, after in zip(rows, rows[1:], strict=False)
        if after.topics < FALLS * one.topics
    ]


def plateau(rows: Sequence[Row]) -> Plateau | None:
    """The widest range, on a log scale, in which neighbours agree and a second seed does too.

    Neighbours agree from an adjusted Rand index of 0.8 on, seeds from 0.75, and no cliff lies
    between. Sizes that find fewer than two topics do not count. None where no two sizes in a row
    are so.
    """
    runs = [run for run in _runs(rows) if len(run) > 1]
    if not runs:
        return None
    widest = max(runs, key=lambda run: log(run[-1].size / run[0].size))
    best = max(widest, key=lambda row: row.seeds)
    return Plateau(widest[0].size, widest[-1].size, best.size)


def _runs(rows: Sequence[Row]) -> list[list[Row]]:
    runs: list[list[Row]] = [[]]
    before: Row | None = None
    for row in rows:
        sure = row.topics > 1 and row.seeds >= SURE
        follows = before is not None and before.next >= AGREE
        falls = before is not None and row.topics < FALLS * before.topics
        if not (sure and follows and not falls):
            runs.append([])
        if sure:
            runs[-1].append(row)
        before = row
    return runs
