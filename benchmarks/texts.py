"""The texts that benchmarks read: news, reviews and abstracts of the public files, as lists.

They lie in LIMN_REAL_DATA or beside the project in ../shared/data; a folder that does not hold them
ends the benchmark with the path that is missing.
"""

from __future__ import annotations

import csv
import gzip
import json
import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
KINDS = ("news", "reviews", "abstracts")


def data_folder() -> Path:
    return Path(os.environ.get("LIMN_REAL_DATA") or ROOT.parent / "shared" / "data")


def texts(kind: str, limit: int | None = None) -> list[str]:
    """Up to `limit` texts of one of KINDS, spread evenly over the file."""
    every = list({"news": _news, "reviews": _reviews, "abstracts": _abstracts}[kind]())
    if limit is None or limit >= len(every):
        return every
    return [every[len(every) * n // limit] for n in range(limit)]


def labelled_news() -> tuple[list[str], list[int]]:
    """AG News: every text and its category, 0 to 3."""
    names = ("World", "Sports", "Business", "Sci/Tech")
    labels = [int(row["Class Index"]) - 1 for row in _rows("ag_news/train.csv")]
    labels += [names.index(row["label"]) for row in _rows("ag_news/train_merged_text.csv")]
    return list(_news()), labels


def _news() -> Iterator[str]:
    for row in _rows("ag_news/train.csv"):
        yield f"{row['Title']}. {row['Description']}"
    for row in _rows("ag_news/train_merged_text.csv"):
        yield row["text"]


def _reviews() -> Iterator[str]:
    for row in _rows("amazon_fine_food/Reviews.csv"):
        yield row["Text"]


def _abstracts() -> Iterator[str]:
    path = data_folder() / "arxiv" / "arxiv-metadata-oai-snapshot.json.gz"
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in islice(file, 20_000):
            yield json.loads(line)["abstract"]


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (data_folder() / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)
