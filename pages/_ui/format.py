"""Numbers in, the words people use for them out: sizes, times, counts."""

from __future__ import annotations

import time
from datetime import datetime, timedelta

import humanize


def size(n_bytes: float) -> str:
    """'12.3 MB'."""
    return humanize.naturalsize(n_bytes)


def count(n: float, noun: str = "") -> str:
    """'12,345', or '12,345 rows', or '1 row'."""
    number = f"{n:,.0f}"
    if not noun:
        return number
    return f"{number} {noun if round(n) == 1 else noun + 's'}"


def percent(share: float) -> str:
    """'87.5 %' of a share from 0 to 1; tiny shares stay visible."""
    if 0 < share < 0.001:
        return "< 0.1 %"
    return f"{share * 100:.1f} %".replace(".0 %", " %")


def duration(seconds: float) -> str:
    """'4 s', '3 min', '1 h 20 min': two parts at most."""
    if seconds < 1:
        return "under 1 s"
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest} min" if rest else f"{hours} h"


def about(seconds: float) -> str:
    """Time left, as roughly as it is known: 'a few seconds left', 'about 3 min left'."""
    if seconds < 5:
        return "a few seconds left"
    if seconds < 90:
        return f"about {max(5, round(seconds / 5) * 5)} s left"
    return f"about {duration(seconds)} left"


def ago(moment: datetime | float) -> str:
    """'3 minutes ago', from a time with its zone or from seconds since the epoch."""
    then = moment.timestamp() if isinstance(moment, datetime) else moment
    return humanize.naturaltime(timedelta(seconds=max(0.0, time.time() - then)))


def rate(units_a_second: float, unit: str) -> str:
    """'1,200 rows/s', '3.4 MB/s', '2.5 steps/s'."""
    if unit == "bytes":
        return f"{size(units_a_second)}/s"
    number = f"{units_a_second:,.0f}" if units_a_second >= 20 else f"{units_a_second:.1f}"
    return f"{number} {unit}/s"


def amount(n: float, unit: str) -> str:
    """'1,200 rows' or '3.4 MB'."""
    return size(n) if unit == "bytes" else f"{n:,.0f} {unit}"
