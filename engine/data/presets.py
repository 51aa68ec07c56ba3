"""Columns and sample values in, how to read the file out, where it is a well-known one."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from engine.data.clean import DEFAULT_STEPS, PAPER_STEPS
from engine.data.sample import Sample

AG_NEWS_NAMES = {"1": "World", "2": "Sports", "3": "Business", "4": "Sci/Tech"}
SENTIMENTS = {
    "1": "negative", "2": "negative", "3": "neutral", "4": "positive", "5": "positive",
}  # fmt: skip

_GENERIC = re.compile(r"(?:column|col|c|field|f|_c|v|unnamed)[ _:.-]*\d+", re.IGNORECASE)


@dataclass(frozen=True)
class Reading:
    """How to read a file: which columns are what, and why we think so."""

    preset: str
    file: str
    text: list[str]
    title: str = ""
    label: str = ""
    date: str = ""
    label_part: str = "whole"
    label_map: dict[str, str] = field(default_factory=dict)
    clean: tuple[str, ...] = DEFAULT_STEPS
    split_column: str = ""


@dataclass(frozen=True)
class Preset:
    """One kind of data a person may come with, and the readers of its public files."""

    name: str
    title: str
    description: str
    readers: tuple[Callable[[Sample], Reading | None], ...]


def recognise(sample: Sample, *, preset: str = "auto") -> Reading | None:
    """How to read a file with these columns; None where it is none of the well-known ones."""
    for name, one in PRESETS.items():
        if preset in ("auto", name):
            for reader in one.readers:
                if (reading := reader(sample)) is not None:
                    return reading
    return None


def values_of(sample: Sample, column: str) -> set[str]:
    """The distinct non-empty values of a column, as a label map names them."""
    texts = {plain_value(value) for value in sample.get(column, ())}
    return {text for text in texts if text}


def plain_value(value: object) -> str:
    """A label as text: no spaces around it, and 5.0 is 5; "" for empty, nan and none."""
    if value is None:
        return ""
    text = " ".join(str(value).split())
    if re.fullmatch(r"-?\d+\.0+", text):
        text = text.split(".")[0]
    return "" if text.lower() in {"nan", "none", "null", "n/a", "na", "<na>"} else text


def _columns(sample: Sample) -> dict[str, str]:
    return {re.sub(r"[^a-z0-9]", "", name.lower()): name for name in sample}


def _has(sample: Sample, *names: str) -> list[str] | None:
    known = _columns(sample)
    return [known[name] for name in names] if all(name in known for name in names) else None


def _split(sample: Sample) -> str:
    column = _columns(sample).get("split", "")
    known = {"train", "test", "validation", "valid", "val", "dev"}
    inside = column and values_of(sample, column) <= known
    return column if inside else ""


def _ag_news_kaggle(sample: Sample) -> Reading | None:
    found = _has(sample, "classindex", "title", "description")
    if not found:
        return None
    label, title, description = found
    return Reading(
        "news", "AG News (Kaggle)", [title, description], title, label, label_map=AG_NEWS_NAMES
    )


def _ag_news_original(sample: Sample) -> Reading | None:
    names = list(sample)
    if len(names) != 3 or not all(_GENERIC.fullmatch(name.strip()) for name in names):
        return None
    label, title, description = names
    lengths = [sum(len(str(v)) for v in sample[name]) for name in (title, description)]
    if not values_of(sample, label) <= AG_NEWS_NAMES.keys() or not 0 < lengths[0] < lengths[1]:
        return None
    return Reading(
        "news", "AG News (no header)", [title, description], title, label, label_map=AG_NEWS_NAMES
    )


def _news_text_label(sample: Sample) -> Reading | None:
    found = _has(sample, "text", "label")
    if not found or len(sample) > 4 or not values_of(sample, found[1]):
        return None
    values = values_of(sample, found[1])
    if not values <= set(AG_NEWS_NAMES.values()):
        return None
    return Reading("news", "AG News (text and label)", [found[0]], "", found[1],
                   split_column=_split(sample))  # fmt: skip


def _limn_news(sample: Sample) -> Reading | None:
    found = _has(sample, "title", "description", "category")
    if not found:
        return None
    title, description, category = found
    date = (_has(sample, "published") or _has(sample, "date") or [""])[0]
    return Reading("news", "news with a category", [title, description], title, category, date)


def _fine_food(sample: Sample) -> Reading | None:
    found = _has(sample, "productid", "score", "time", "summary", "text")
    if not found:
        return None
    _, score, time, summary, text = found
    return Reading(
        "reviews", "Amazon Fine Food Reviews", [summary, text], summary, score, time,
        label_map=_stars(sample, score),
    )  # fmt: skip


def _starred(sample: Sample) -> Reading | None:
    """Any reviews with a rating from 1 to 5, under the names such files use."""
    known = _columns(sample)
    rating = next(
        (known[n] for n in ("stars", "rating", "starrating", "score", "overall") if n in known), ""
    )
    text = next(
        (
            known[n]
            for n in ("text", "reviewtext", "reviewbody", "review", "body", "content")
            if n in known
        ),
        "",
    )
    if not rating or not text or not (values := values_of(sample, rating)):
        return None
    if not values <= SENTIMENTS.keys():
        return None
    title = next(
        (
            known[n]
            for n in ("title", "summary", "reviewtitle", "reviewheadline", "headline")
            if n in known
        ),
        "",
    )
    date = next(
        (
            known[n]
            for n in ("date", "time", "reviewdate", "unixreviewtime", "timestamp")
            if n in known
        ),
        "",
    )
    return Reading(
        "reviews", "reviews with stars", [c for c in (title, text) if c], title, rating, date,
        label_map=_stars(sample, rating), split_column=_split(sample),
    )  # fmt: skip


def _stars(sample: Sample, column: str) -> dict[str, str]:
    return SENTIMENTS if values_of(sample, column) <= SENTIMENTS.keys() else {}


def _arxiv(sample: Sample) -> Reading | None:
    found = _has(sample, "title", "abstract", "categories")
    if not found:
        return None
    title, abstract, categories = found
    # The first version's date is when the paper appeared; update_date moves with every correction.
    date = (_has(sample, "versions") or _has(sample, "updatedate") or [""])[0]
    return Reading(
        "papers", "arXiv metadata", [title, abstract], title, categories, date,
        label_part="first", clean=PAPER_STEPS,
    )  # fmt: skip


PRESETS: dict[str, Preset] = {
    preset.name: preset
    for preset in (
        Preset(
            "news",
            "News",
            "Articles with a category, such as AG News.",
            (_ag_news_kaggle, _ag_news_original, _news_text_label, _limn_news),
        ),
        Preset(
            "reviews",
            "Reviews",
            "Reviews with one to five stars, such as Amazon Fine Food Reviews: 1 and 2 are "
            "negative, 3 is neutral, 4 and 5 are positive.",
            (_fine_food, _starred),
        ),
        Preset(
            "papers",
            "Papers",
            "Titles and abstracts, such as arXiv's metadata; the first category is the label.",
            (_arxiv,),
        ),
    )
}
