"""Predicted chunks in, what they add up to out: counts, confidence, agreement with the file."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pyarrow as pa

_BINS = 20
_MOST_UNSEEN = 20
UNSURE = 0.6
"""Below this confidence a prediction counts as unsure."""


class Summary:
    """Adds chunks up; holds a few numbers a category, however many rows there are.

    Args:
        labels: The model's categories.
        label: The file's own label column, or "".
    """

    def __init__(self, labels: tuple[str, ...], label: str) -> None:
        self._labels, self._label = labels, label
        self._place = {name: n for n, name in enumerate(labels)}
        self._counts = np.zeros(len(labels), dtype=np.int64)
        self._confidence = np.zeros((len(labels), _BINS), dtype=np.int64)
        self._unsure = np.zeros(len(labels), dtype=np.int64)
        self._matrix = np.zeros((len(labels), len(labels)), dtype=np.int64)
        self._unseen: Counter[str] = Counter()
        self._rows = self._empty = self._cut = self._wordless = 0

    def add(self, chunk: pa.Table) -> None:
        """Count one chunk."""
        said = np.array([self._place.get(p, -1) for p in chunk["prediction"].to_pylist()])
        sure = np.nan_to_num(np.asarray(chunk["confidence"].to_numpy(), dtype=np.float64))
        known = said >= 0
        self._rows += len(said)
        self._empty += int((~known).sum())
        self._cut += int(np.count_nonzero(chunk["cut"].to_numpy()))
        self._wordless += int(np.count_nonzero(chunk["wordless"].to_numpy()))
        bins = np.minimum((sure * _BINS).astype(int), _BINS - 1)
        np.add.at(self._counts, said[known], 1)
        np.add.at(self._confidence, (said[known], bins[known]), 1)
        np.add.at(self._unsure, said[known & (sure < UNSURE)], 1)
        labels = chunk["label"].to_pylist()
        true = np.array([self._place.get(label, -1) for label in labels])
        both = known & (true >= 0)
        np.add.at(self._matrix, (true[both], said[both]), 1)
        self._unseen.update(
            label for label, place in zip(labels, true, strict=True) if label and place < 0
        )
        if len(self._unseen) > 100_000:  # a column that only began like labels
            self._unseen = Counter(dict(self._unseen.most_common(1000)))

    def confusion(self) -> dict[str, Any]:
        """The file's own labels against the predictions: labels and counts, rows are the file's."""
        return {"labels": list(self._labels), "counts": self._matrix.tolist()}

    def facts(self) -> dict[str, Any]:
        """Everything counted, JSON-able, with sentences about what a person should know."""
        return {
            "rows": self._rows,
            "empty_rows": self._empty,
            "cut_rows": self._cut,
            "wordless_rows": self._wordless,
            "counts": self._by_label(self._counts),
            "unsure": self._by_label(self._unsure),
            "confidence": {
                "edges": [n / _BINS for n in range(_BINS + 1)],
                "counts": {
                    label: row.tolist()
                    for label, row in zip(self._labels, self._confidence, strict=True)
                },
            },
            "label": self._label if self._matrix.sum() else "",
            "agreement": self._agreement(),
            "unseen": dict(self._unseen.most_common(_MOST_UNSEEN)),
            "notes": self._notes(),
        }

    def _by_label(self, counts: Any) -> dict[str, int]:
        return {label: int(n) for label, n in zip(self._labels, counts, strict=True)}

    def _agreement(self) -> dict[str, Any]:
        compared = int(self._matrix.sum())
        if not compared:
            return {}
        same = int(self._matrix.trace())
        return {"rows": compared, "same": same, "share": same / compared}

    def _notes(self) -> list[str]:
        notes = []
        if self._empty:
            notes.append(f"{_rows(self._empty)} no text and got no prediction.")
        if self._wordless:
            notes.append(
                f"{_rows(self._wordless)} no letter, only signs, digits or emoji: trust what is "
                "said of them little."
            )
        if self._cut:
            notes.append(
                f"{_rows(self._cut)} a text longer than the classifier reads; its end did not "
                "count."
            )
        if self._unseen:
            names = ", ".join(f"'{name[:40]}'" for name, _ in self._unseen.most_common(4))
            notes.append(
                f"{_rows(sum(self._unseen.values()))} a value in '{self._label}' that the "
                f"classifier does not know ({names}): it can only answer with one of its own "
                "categories, so they are left out of the agreement."
            )
        return notes


def _rows(n: int) -> str:
    return f"{n:,} {'row has' if n == 1 else 'rows have'}"
