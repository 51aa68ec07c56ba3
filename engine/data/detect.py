"""Sample values in, which column is text, title, label and date out, each with its reason."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean

from engine.data import dates
from engine.data.clean import DEFAULT_STEPS
from engine.data.presets import PRESETS, Reading, plain_value, recognise, values_of
from engine.data.sample import Sample, table_sample

_URL = re.compile(r"(?:https?|ftp)://\S+$|www\.\S+$", re.IGNORECASE)
_NUMBER = re.compile(r"[-+]?\d+(?:[.,]\d+)*(?:[eE][-+]?\d+)?%?$")
_TEXT_NAMES = re.compile(
    r"text|review|body|content|abstract|description|article|comment|message|tweet|post"
)
_TITLE_NAMES = re.compile(r"title|headline|summary|subject|heading")
_LABEL_NAMES = re.compile(
    r"label|categor|class|sentiment|score|star|rating|topic|section|genre|tag|polarity|target|emotion|intent"
)
_DATE_NAMES = re.compile(r"date|time|publish|created|posted|year|when|day")
_ID_NAMES = re.compile(r"(?:^|_|\b)(?:id|uuid|guid|key|index|idx)$|id$")
_MOST_LABELS = 200


@dataclass(frozen=True)
class Column:
    """What a sample of one column's values looks like; shares are of the filled values, 0 to 1."""

    name: str
    filled: float
    distinct: float
    classes: int
    words: float
    characters: float
    numbers: float
    urls: float
    date_kind: str | None

    @property
    def wordy(self) -> bool:
        """Whether a person wrote it: words, not numbers, addresses or dates."""
        return self.words >= 2 and self.numbers < 0.5 and self.urls < 0.5 and not self.date_kind


@dataclass(frozen=True)
class Detection:
    """The columns found, and one sentence each saying why: ``reasons["text"]``."""

    reading: Reading
    columns: list[Column] = field(default_factory=list)
    reasons: dict[str, str] = field(default_factory=dict)
    recognised: bool = False


def detect(rows: Path, *, preset: str = "auto") -> Detection:
    """What is what in the Parquet file `rows`, from a sample of its values."""
    return detect_in(table_sample(rows), preset=preset)


def detect_in(sample: Sample, *, preset: str = "auto") -> Detection:
    """As :func:`detect`, for values already read."""
    columns = [_look(name, values) for name, values in sample.items()]
    known = recognise(sample, preset=preset) if preset != "none" else None
    if known is not None:
        return Detection(known, columns, _preset_reasons(known), recognised=True)
    reasons: dict[str, str] = {}
    text = _text(columns, reasons)
    title = _title(columns, text, reasons)
    label = _label(columns, {text, title}, reasons)
    date = _date(columns, reasons)
    reading = Reading(
        preset if preset in PRESETS else "none",
        "",
        [name for name in (title, text) if name],
        title,
        label,
        date,
        label_map=_usual_names(preset, sample, label),
        clean=DEFAULT_STEPS,
    )
    return Detection(reading, columns, reasons)


def _usual_names(preset: str, sample: Sample, label: str) -> dict[str, str]:
    from engine.data.presets import AG_NEWS_NAMES, SENTIMENTS

    names = {"news": AG_NEWS_NAMES, "reviews": SENTIMENTS}.get(preset, {})
    return names if names and label and values_of(sample, label) <= names.keys() else {}


def _look(name: str, values: list[object]) -> Column:
    texts = [text for text in (plain_value(value) for value in values) if text]
    n = len(texts)
    if not n:
        return Column(name, 0.0, 0.0, 0, 0.0, 0.0, 0.0, 0.0, None)
    distinct = len(set(texts))
    filled = [value for value in values if plain_value(value)]
    return Column(
        name=name,
        filled=n / len(values),
        distinct=distinct / n,
        classes=distinct,
        words=fmean(len(text.split()) for text in texts),
        characters=fmean(len(text) for text in texts),
        numbers=sum(bool(_NUMBER.match(text)) for text in texts) / n,
        urls=sum(bool(_URL.match(text)) for text in texts) / n,
        date_kind=dates.recognise(filled[:300]),
    )


def _text(columns: list[Column], reasons: dict[str, str]) -> str:
    wordy = [c for c in columns if c.wordy and c.filled > 0.2]
    if not wordy:  # one word a line is still a text; a number or an address is not
        wordy = [
            c for c in columns if c.numbers < 0.5 and c.urls < 0.5 and not c.date_kind and c.filled
        ]
    if not wordy:
        return ""

    def weight(c: Column) -> float:
        named = 1.5 if _TEXT_NAMES.search(c.name.lower()) else 1.0
        return c.characters * named * (0.2 + c.distinct) * c.filled

    best = max(wordy, key=weight)
    reasons["text"] = (
        f"'{best.name}' has the longest texts: {best.words:.0f} words on average, "
        f"{best.distinct:.0%} of them different."
    )
    return best.name


def _title(columns: list[Column], text: str, reasons: dict[str, str]) -> str:
    main = next((c for c in columns if c.name == text), None)
    for c in columns:
        hint = _TITLE_NAMES.search(c.name.lower())
        if main and c.name != text and hint and c.wordy and c.words < min(30.0, main.words):
            reasons["title"] = (
                f"'{c.name}' is named like a title and has {c.words:.0f} words on average."
            )
            return c.name
    return ""


def _label(columns: list[Column], taken: set[str], reasons: dict[str, str]) -> str:
    def fits(c: Column) -> bool:
        enough = 2 <= c.classes <= _MOST_LABELS and c.distinct <= 0.5
        dated = c.date_kind not in (None, "year")
        short = c.characters <= 40 and c.words < 6
        # Whole sentences as categories: believed where the name says so and few come often.
        said = c.distinct <= 0.2 and bool(_LABEL_NAMES.search(c.name.lower()))
        return c.name not in taken and enough and (short or said) and not dated

    def rank(c: Column) -> float:
        named = 10.0 if _LABEL_NAMES.search(c.name.lower()) else 0.0
        identity = -20.0 if not named and _ID_NAMES.search(c.name.lower()) else 0.0
        return (
            named
            + identity
            - c.classes / _MOST_LABELS
            - (3.0 if c.numbers > 0.5 else 0.0)
            + c.filled
        )

    best = max(filter(fits, columns), key=rank, default=None)
    if best is None or rank(best) < -1.5:
        return ""
    reasons["label"] = (
        f"'{best.name}' has {best.classes} different values that come again and again."
    )
    return best.name


def _date(columns: list[Column], reasons: dict[str, str]) -> str:
    def believable(c: Column) -> bool:
        # A bare number is a date only under a name that says so.
        bare = c.date_kind in ("year", "unix seconds", "unix milliseconds")
        return c.date_kind is not None and (not bare or bool(_DATE_NAMES.search(c.name.lower())))

    best = max(
        filter(believable, columns),
        key=lambda c: (bool(_DATE_NAMES.search(c.name.lower())), c.filled),
        default=None,
    )
    if best is None:
        return ""
    reasons["date"] = f"'{best.name}' reads as dates ({best.date_kind})."
    return best.name


def _preset_reasons(reading: Reading) -> dict[str, str]:
    said = f"the file has the columns of {reading.file}"
    reasons = {"text": f"{' and '.join(map(repr, reading.text))}: {said}."}
    for role in ("title", "label", "date"):
        if column := getattr(reading, role):
            reasons[role] = f"'{column}': {said}."
    return reasons
