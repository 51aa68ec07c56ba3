"""A batch of source rows and a plan in, cleaned texts with title, label and date out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from engine.data import dates
from engine.data.clean import clean_counting
from engine.data.plan import Plan
from engine.data.presets import plain_value

_ENDED = (".", "!", "?", "…", ":", ";", '."', '!"', '?"', ".'", "!'", "?'", ".)", "!)", "?)", "。")


@dataclass
class Reader:
    """Reads batches by a plan and counts what each cleaning step changed in `cleaned`."""

    plan: Plan
    cleaned: dict[str, int] = field(default_factory=dict)
    unmapped: dict[str, int] = field(default_factory=dict)

    def texts(self, batch: dict[str, list[Any]]) -> list[str]:
        """The cleaned text of each row; "" where nothing is left of it."""
        columns = [self._cleaned_column(batch[name]) for name in self.plan.text]
        if len(columns) == 1:
            return columns[0]
        return [joined(parts, self.plan.join) for parts in zip(*columns, strict=True)]

    def titles(self, batch: dict[str, list[Any]]) -> list[str | None]:
        """The cleaned title of each row."""
        if not self.plan.title:
            return [None] * _length(batch)
        quiet = Reader(self.plan)  # a title that is part of the text was counted there
        return [title or None for title in quiet._cleaned_column(batch[self.plan.title])]

    def labels(self, batch: dict[str, list[Any]]) -> list[str | None]:
        """The label of each row: no stray spaces, by its new name, None where there is none."""
        if not self.plan.label:
            return [None] * _length(batch)
        return [self._label(value) for value in batch[self.plan.label]]

    def dates(self, batch: dict[str, list[Any]]) -> list[datetime | None]:
        """The date of each row, UTC without time zone."""
        if not self.plan.date:
            return [None] * _length(batch)
        return dates.parse(batch[self.plan.date], self.plan.date_kind)

    def raw(self, batch: dict[str, list[Any]]) -> list[str]:
        """The text of each row as it stands in the file, for showing before and after."""
        columns = [[written(value) for value in batch[name]] for name in self.plan.text]
        return ["\n".join(part for part in parts if part) for parts in zip(*columns, strict=True)]

    def _cleaned_column(self, values: Sequence[Any]) -> list[str]:
        steps, counts = self.plan.steps, self.cleaned
        cleaned = (clean_counting(written(value), steps, counts) for value in values)
        return [text if text.strip() else "" for text in cleaned]

    def _label(self, value: Any) -> str | None:
        label = plain_value(value)
        if label and self.plan.label_part == "first":
            label = label.split()[0]
        if not self.plan.label_map or not label:
            return label or None
        if (name := self.plan.label_map.get(label)) is not None:
            return name or None
        if label not in self.plan.label_map.values():
            self.unmapped[label] = self.unmapped.get(label, 0) + 1
        return label


def written(value: Any) -> str:
    """A cell as text; "" where it is empty or only says that it is (nan, None)."""
    if value is None or (isinstance(value, float) and value != value):
        return ""
    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
    return text if len(text) > 8 or plain_value(text) else ""


def joined(parts: Sequence[str], how: str) -> str:
    """`parts` as one text; a part that the next one begins with is not said twice."""
    kept = [part for part in parts if part]
    for i in range(len(kept) - 1, 0, -1):
        if kept[i].casefold().startswith(kept[i - 1].casefold()):
            del kept[i - 1]
    if how == "newline":
        return "\n".join(kept)
    text = kept[0] if kept else ""
    for part in kept[1:]:
        text += (" " if how == "space" or text.endswith(_ENDED) else ". ") + part
    return text


def _length(batch: dict[str, list[Any]]) -> int:
    return len(next(iter(batch.values())))
