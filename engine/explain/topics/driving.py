"""What drives each topic in, a file out; and back."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from engine.explain.topics.two_lists import TwoLists
from engine.store.files import read_json, write_json

_FILE = "driving.json"


@dataclass(frozen=True)
class Driving:
    """The words that drive a topic, or a selection.

    Attributes:
        id: The topic's, -1 of a selection.
        name: What it is called.
        other: What it is compared with.
        documents: In it.
        read: Places of those that were explained.
        value: Mean of the explained difference of cosines over them.
        base: Mean of the same for what they are compared with.
        words: The strongest for and against, of each its word, score, documents, times (see
            :class:`engine.explain.topics.drivers.Driver`) and counted, its c-TF-IDF.
        lists: Beside the words that are counted.
    """

    id: int
    name: str
    other: str
    documents: int
    read: tuple[int, ...]
    value: float
    base: float
    words: tuple[dict[str, Any], ...]
    lists: TwoLists


def save_driving(folder: Path, found: Sequence[Driving]) -> None:
    """Write driving.json."""
    rows = [asdict(one) for one in found]
    for row in rows:
        if math.isnan(row["lists"]["rank_correlation"]):  # which JSON has no word for
            row["lists"]["rank_correlation"] = None
    write_json(folder / _FILE, rows)


def load_driving(folder: Path) -> list[Driving]:
    """Exactly what was saved."""
    rows: list[dict[str, Any]] = read_json(folder / _FILE)
    return [
        Driving(
            **{
                **row,
                "read": tuple(row["read"]),
                "words": tuple(row["words"]),
                "lists": _lists(row["lists"]),
            }
        )
        for row in rows
    ]


def _lists(said: dict[str, Any]) -> TwoLists:
    known: dict[str, Any] = {n: tuple(v) if isinstance(v, list) else v for n, v in said.items()}
    if known["rank_correlation"] is None:
        known["rank_correlation"] = math.nan
    return TwoLists(**known)
