"""Assigned chunks in, what they add up to out: topics against before, confidence, what to know."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from engine.topics.assign.drift import drift
from engine.topics.topics import NO_TOPIC, Topics

UNSURE = 0.6
"""Below this confidence an answer counts as unsure."""
_BINS = 20
_MANY_UNLIKE, _MANY_SHORT = 0.05, 0.1


class Summary:
    """Adds chunks up; holds a few numbers a topic, however many rows there are.

    Args:
        topics: As they stand.
        again: Topics that their own documents got when assigned the same way, -1 for none: what the
            new ones are compared with.
    """

    def __init__(self, topics: Topics, again: NDArray[np.int32]) -> None:
        self._topics = topics
        self._again = again
        self._ids = np.append(topics.ids, NO_TOPIC)
        self._after = np.zeros(len(self._ids), dtype=np.int64)
        self._unsure = np.zeros(len(self._ids), dtype=np.int64)
        self._bins = np.zeros(_BINS, dtype=np.int64)
        self._cosine = 0.0
        self._count = dict.fromkeys(("rows", "empty", "unlike", "known", "cut", "short"), 0)

    def add(self, chunk: pa.Table) -> None:
        """Count one chunk."""
        said = chunk["topic"].to_numpy().astype(float)
        known = ~np.isnan(said)
        place = {int(topic): n for n, topic in enumerate(self._ids)}
        at = np.array([place[int(topic)] for topic in said[known]], dtype=np.int64)
        sure = chunk["confidence"].to_numpy().astype(float)[known]
        np.add.at(self._after, at, 1)
        np.add.at(self._unsure, at[sure < UNSURE], 1)
        told = sure[~np.isnan(sure)]
        np.add.at(self._bins, np.minimum((told * _BINS).astype(int), _BINS - 1), 1)
        self._cosine += float(np.nansum(chunk["cosine"].to_numpy().astype(float)))
        self._count["rows"] += len(said)
        self._count["empty"] += int((~known).sum())
        for name in ("unlike", "known", "cut", "short"):
            self._count[name] += int(np.count_nonzero(chunk[name].to_numpy() == 1))

    def facts(self, usual: float) -> dict[str, Any]:
        """Everything counted, JSON-able.

        Args:
            usual: Mean cosine of the topics' own documents to their nearest one.
        """
        before = self._before()
        moved = drift(self._ids.tolist(), before, self._after)
        names = {t.id: t.name for t in self._topics.found} | {NO_TOPIC: ""}
        counted = max(int(self._after.sum()), 1)
        return {
            "rows": self._count["rows"],
            "empty_rows": self._count["empty"],
            "unlike": self._count["unlike"],
            "known": self._count["known"],
            "cut_rows": self._count["cut"],
            "unsure": int(self._unsure.sum()),
            "by_topic": [
                {
                    "topic": int(topic),
                    "name": names[int(topic)],
                    "before": int(before[n]),
                    "after": int(self._after[n]),
                    "unsure": int(self._unsure[n]),
                }
                for n, topic in enumerate(self._ids)
            ],
            "drift": {**asdict(moved), "beyond_chance": moved.beyond_chance},
            "confidence": {
                "edges": [n / _BINS for n in range(_BINS + 1)],
                "counts": self._bins.tolist(),
            },
            "cosine": {"new": round(self._cosine / counted, 4), "before": round(usual, 4)},
            "notes": self._notes(),
        }

    def _before(self) -> NDArray[np.int64]:
        return np.array([(self._again == i).sum() for i in self._ids], dtype=np.int64)

    def _notes(self) -> list[str]:
        notes, told = [], self._count
        if told["empty"]:
            notes.append(f"{_rows(told['empty'])} no text and got no topic.")
        if told["unlike"] > _MANY_UNLIKE * max(told["rows"] - told["empty"], 1):
            notes.append(
                f"{_rows(told['unlike'])} a text that is further from all documents than 99 % of "
                "these are from each other: they got no topic. Perhaps they are about something "
                "new, or the file is of another kind."
            )
        if told["short"] > _MANY_SHORT * max(told["rows"] - told["empty"], 1):
            notes.append(
                f"{_rows(told['short'])} a text shorter than nearly all of the documents, from "
                "which confidence was learnt: trust it less there."
            )
        if told["cut"]:
            notes.append(
                f"{_rows(told['cut'])} a text longer than the encoder reads; its end did not count."
            )
        return notes


def _rows(n: int) -> str:
    return f"{n:,} {'row has' if n == 1 else 'rows have'}"
