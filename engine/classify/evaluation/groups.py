"""Values of the scored rows in, a group for each row out: categories, ranges, months, phrases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.classify.evaluation.answers import Ints

MOST = 30
RANGES = 5
_FEW_NUMBERS = 12
_FEW_OF_A_PERIOD = 20
_EMPTY = "(empty)"


@dataclass(frozen=True, eq=False)
class Groups:
    """codes: (n,) int64, the group of each row. names: of the groups. ordered: whether they follow
    on one another, as ranges of numbers and months do."""

    codes: Ints
    names: list[str]
    ordered: bool


def by_value(values: Sequence[Any]) -> Groups:
    """Numbers in five ranges that hold about as many rows each, anything else by its value.

    A column counts as numbers where every value that is not empty reads as one. Few different
    numbers (up to 12) are groups of their own. Of other values the 30 most frequent are, and the
    rest is one group.
    """
    numbers = _numbers(values)
    if numbers is not None and len(np.unique(numbers[~np.isnan(numbers)])) > _FEW_NUMBERS:
        return by_range(numbers)
    told = [_told(value) for value in values]
    names, codes, counts = np.unique(told, return_inverse=True, return_counts=True)
    if numbers is not None:
        order = np.argsort([_as_number(name) for name in names], kind="stable")
    else:
        order = np.lexsort((names, -counts))
    place = np.argsort(order)
    found = [str(names[i]) for i in order]
    codes = place[codes]
    if len(found) > MOST:
        rest = f"{len(found) - MOST:,} others"
        found, codes = [*found[:MOST], rest], np.minimum(codes, MOST)
    return Groups(codes.astype(np.int64), found, ordered=numbers is not None)


def by_range(numbers: NDArray[np.float64], *, ranges: int = RANGES) -> Groups:
    """Ranges of numbers between quantiles; NaN is a group of its own, the last."""
    known = numbers[~np.isnan(numbers)]
    edges = np.unique(np.quantile(known, np.linspace(0, 1, ranges + 1), method="nearest"))
    inner = edges[1:-1]
    codes = np.searchsorted(inner, numbers, side="right").astype(np.int64)
    bounds = [edges[0], *inner, edges[-1]]
    last = len(bounds) - 2
    whole = bool((known == np.round(known)).all())
    names = [
        _range(low, high, whole=whole, last=n == last)
        for n, (low, high) in enumerate(zip(bounds[:-1], bounds[1:], strict=True))
    ]
    if len(known) < len(numbers):
        codes[np.isnan(numbers)] = len(names)
        names.append(_EMPTY)
    return Groups(codes, names, ordered=True)


PERIODS = ("month", "quarter", "year")


def by_period(dates: Sequence[datetime | None], period: str) -> Groups:
    """Months, quarters or years that have a row, in order; undated rows are a group, the last."""
    told = [_period(date, period) if date else _EMPTY for date in dates]
    names, codes = np.unique(told, return_inverse=True)
    if names[0] == _EMPTY:  # "(" comes before the digits
        names, codes = np.roll(names, -1), (codes - 1) % len(names)
    return Groups(codes.astype(np.int64), [str(name) for name in names], ordered=True)


def handy_period(dates: Sequence[datetime | None]) -> str:
    """The finest period of which half hold 20 rows or more; else a year."""
    for period in PERIODS:
        held = Counter(_period(date, period) for date in dates if date)
        if held and np.median(list(held.values())) >= _FEW_OF_A_PERIOD:
            return period
    return PERIODS[-1]


def _period(date: datetime, period: str) -> str:
    if period == "month":
        return f"{date:%Y-%m}"
    return f"{date.year} Q{(date.month + 2) // 3}" if period == "quarter" else f"{date.year}"


def by_phrase(texts: Sequence[str], phrase: str) -> Groups:
    """Texts that hold `phrase`, in upper or lower case, and the others."""
    wanted = phrase.casefold()
    codes = np.asarray([0 if wanted in text.casefold() else 1 for text in texts], dtype=np.int64)
    return Groups(codes, [f"with “{phrase}”", "without"], ordered=False)


def by_length(texts: Sequence[str]) -> Groups:
    """Ranges of the number of words."""
    words = np.asarray([len(text.split()) for text in texts], dtype=np.float64)
    found = by_range(words)
    return Groups(found.codes, [f"{name} words" for name in found.names], ordered=True)


def worth_it(values: Sequence[Any]) -> bool:
    """Whether a column divides the rows into groups worth a look: two or more, not all alone."""
    numbers = _numbers(values)
    told = [_told(value) for value in values]
    different = len(set(told))
    if different < 2:
        return False
    if numbers is not None:
        # A number that is different in every row and counts up is a row's name, not its measure.
        steps = np.diff(numbers[~np.isnan(numbers)])
        return not (different == len(told) and bool((steps > 0).all()))
    return different <= max(MOST, len(told) // 5)


def _numbers(values: Sequence[Any]) -> NDArray[np.float64] | None:
    """(n,) numbers, NaN for empty ones; None where a value is none, or all are empty."""
    found = np.full(len(values), np.nan)
    for n, value in enumerate(values):
        if value is None or _told(value) == _EMPTY:
            continue
        try:
            found[n] = float(value)
        except (TypeError, ValueError):
            return None
    finite = np.isfinite(found)
    found[~finite] = np.nan
    return found if finite.any() else None


def _as_number(name: str) -> float:
    return float("inf") if name == _EMPTY else float(name)


def _told(value: Any) -> str:
    if value is None:
        return _EMPTY
    text = " ".join(str(value).split())
    return (text if len(text) <= 80 else f"{text[:79]}…") or _EMPTY


def _range(low: float, high: float, *, whole: bool, last: bool) -> str:
    """'3 to 7', both ends in it, of whole numbers; '0.5 to under 0.75' of others."""
    if whole:
        high = high if last else high - 1
        return f"{low:,.0f}" if high <= low else f"{low:,.0f} to {high:,.0f}"
    return f"{low:,.4g} to {'' if last else 'under '}{high:,.4g}"
