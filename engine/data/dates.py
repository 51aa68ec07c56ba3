"""Values of a column in, dates in UTC without time zone out, by the format the column is in."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime

_LONGEST = 64
_EPOCH = datetime(1970, 1, 1)
_OLDEST, _NEWEST = datetime(1000, 1, 1), datetime(2262, 1, 1)
# Unix seconds are believed from 1990 on, so that prices and counts are not taken for dates.
_SECONDS_FROM, _SECONDS_TO = 631_152_000, 4_102_444_800
_ISO = re.compile(r"\d{4}-\d{1,2}(-\d{1,2}([T ]\d{1,2}:\d{2}.*)?)?$|\d{8}$|\d{4}/\d{1,2}/\d{1,2}")
_NUMERIC = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4}|\d{2})(?:[ T,]+(\d{1,2}):(\d{2}).*)?$")
_MONTHS = {
    name: number
    for number, names in enumerate(
        [
            "jan january",
            "feb february",
            "mar march",
            "apr april",
            "may",
            "jun june",
            "jul july",
            "aug august",
            "sep sept september",
            "oct october",
            "nov november",
            "dec december",
        ],
        start=1,
    )
    for name in names.split()
}
_WORDS = re.compile(
    r"(?:\w{3,9},?\s+)?(?:(\d{1,2})(?:st|nd|rd|th)?\.?\s+([A-Za-z]{3,9})\.?|([A-Za-z]{3,9})\.?\s+(\d{1,2})(?:st|nd|rd|th)?)"
    r",?\s+(\d{4})(?:\D.*)?$"
)

Parser = Callable[[str], datetime | None]


def recognise(values: Sequence[object]) -> str | None:
    """The name of the date format that at least nine in ten of the non-empty `values` follow."""
    given = [v for v in values if v is not None and str(v).strip()]
    if not given:
        return None
    if all(isinstance(v, (datetime, date)) for v in given):
        return "native"
    texts = [_text(v) for v in given]
    for name, parser in _PARSERS.items():
        if _follows(texts, parser):
            return name
    return None


def parse(values: Sequence[object], kind: str) -> list[datetime | None]:
    """Each value as a date; None where it is empty or does not follow the format `kind`."""
    parser = _PARSERS.get(kind)
    parsed: list[datetime | None] = []
    for value in values:
        if isinstance(value, datetime):
            parsed.append(_plain(value))
        elif isinstance(value, date):
            parsed.append(datetime(value.year, value.month, value.day))
        elif value is None or parser is None:
            parsed.append(None)
        else:
            parsed.append(_safely(parser, _text(value)))
    return parsed


def _follows(texts: Sequence[str], parser: Parser) -> bool:
    misses, allowed = 0, len(texts) // 10
    for text in texts:
        misses += _safely(parser, text) is None
        if misses > allowed:
            return False
    return True


def _text(value: object) -> str:
    return f"{value:.0f}" if isinstance(value, float) and value == value else str(value).strip()


def _safely(parser: Parser, text: str) -> datetime | None:
    if len(text) > _LONGEST and parser is not _versions:
        return None
    try:
        found = parser(text)
    except (ValueError, OverflowError, TypeError, KeyError, IndexError):
        return None
    return found if found is not None and _OLDEST <= found < _NEWEST else None


def _plain(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment


def _iso(text: str) -> datetime | None:
    if not _ISO.match(text):
        return None
    text = text.replace("/", "-")
    if (parts := re.match(r"(\d{4})-(\d{1,2})(?:-(\d{1,2}))?$", text)) is not None:
        return datetime(int(parts[1]), int(parts[2]), int(parts[3] or 1))
    return _plain(datetime.fromisoformat(text.removesuffix(" UTC").strip()))


def _seconds(text: str) -> datetime | None:
    number = float(text)
    inside = _SECONDS_FROM <= number < _SECONDS_TO
    return _EPOCH + timedelta(seconds=int(number)) if inside else None


def _milliseconds(text: str) -> datetime | None:
    return _seconds(str(float(text) / 1000)) if len(text) >= 12 else None


def _rfc(text: str) -> datetime | None:
    return _plain(parsedate_to_datetime(text)) if re.search(r"\d:\d", text) else None


def _day_first(text: str) -> datetime | None:
    return _numeric(text, day=1, month=2)


def _month_first(text: str) -> datetime | None:
    return _numeric(text, day=2, month=1)


def _numeric(text: str, *, day: int, month: int) -> datetime | None:
    match = _NUMERIC.match(text)
    if not match:
        return None
    year = int(match[3])
    year += 0 if year > 99 else 2000 if year < 70 else 1900
    return datetime(
        year, int(match[month]), int(match[day]), int(match[4] or 0), int(match[5] or 0)
    )


def _written(text: str) -> datetime | None:
    match = _WORDS.match(text)
    if not match:
        return None
    month = _MONTHS[(match[2] or match[3]).lower()]
    return datetime(int(match[5]), month, int(match[1] or match[4]))


def _year(text: str) -> datetime | None:
    return datetime(int(text), 1, 1) if re.fullmatch(r"(1[5-9]|20)\d\d", text) else None


def _versions(text: str) -> datetime | None:
    """The first version's date in arXiv's list of versions."""
    if not text.startswith("[{"):
        return None
    created = str(json.loads(text)[0]["created"])
    return _iso(created) or _rfc(created)


# The order decides between formats that read the same text: day first before month first, as in
# most of the world, unless some day is past 12.
_PARSERS: dict[str, Parser] = {
    "iso": _iso,
    "unix seconds": _seconds,
    "unix milliseconds": _milliseconds,
    "rfc": _rfc,
    "day first": _day_first,
    "month first": _month_first,
    "written": _written,
    "year": _year,
    "first version": _versions,
}
