"""A list of edits as JSON or CSV in, checked edits of rows out; and the one name for a list."""

from __future__ import annotations

import csv
import hashlib
import json
import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from engine.errors import InputError

Action = Literal["relabel", "exclude", "weight"]
FILE = "edits.json"
ACTIONS: tuple[Action, ...] = ("relabel", "exclude", "weight")
MOST_WEIGHT = 1000.0
_MOST_BYTES = 200_000_000
_MOST_LABEL = 200


class Edit(BaseModel):
    """One change to one row.

    row: its number in the file, from 0. value: the new label (relabel), the new weight (weight),
    None (exclude). was: the label or weight before. when: time in ISO 8601, UTC. Only row, action
    and value make the new dataset; the rest is kept for the record.
    """

    model_config = ConfigDict(frozen=True)
    row: int
    action: Action
    value: str | float | None = None
    note: str = ""
    was: str | float | None = None
    when: str = ""

    @property
    def place(self) -> tuple[int, str]:
        """What it changes; a list has one edit for each."""
        return self.row, self.action


def read_edits(path: Path) -> list[Edit]:
    """The edits in a file, by row, each place once.

    JSON: a list of objects with row, action, value and, if wanted, note. CSV: the same as columns.
    Whatever else stands there is not looked at.

    Raises:
        InputError: the file cannot be read, an edit cannot be, or two contradict each other.
    """
    entries = _csv(path) if path.suffix.lower() in (".csv", ".tsv") else _json(path)
    return checked((edit_of(entry, where) for where, entry in entries), source=path.name)


def edit_of(entry: Mapping[str, Any], where: str) -> Edit:
    """The edit that a JSON object or a line of a table describes; `where` begins the complaint.

    Raises:
        InputError: naming the row and what is wrong with it.
    """
    row = _row(entry.get("row"), where)
    action = str(entry.get("action") or "").strip().lower()
    if action not in ACTIONS:
        raise InputError(f"Row {row}: '{action}' is none of {', '.join(ACTIONS)}.")
    return Edit.model_validate(
        {
            "row": row,
            "action": action,
            "value": _value(row, action, entry.get("value")),
            "note": str(entry.get("note") or ""),
            "was": entry.get("was"),
            "when": str(entry.get("when") or ""),
        }
    )


def checked(edits: Iterable[Edit], *, source: str) -> list[Edit]:
    """The edits by row, one for each place; one said twice counts once.

    Raises:
        InputError: there is none, or two of a row contradict each other.
    """
    found: dict[tuple[int, str], Edit] = {}
    for edit in edits:
        earlier = found.setdefault(edit.place, edit)
        if earlier.value != edit.value:
            word = "label" if edit.action == "relabel" else "weight"
            raise InputError(
                f"Row {edit.row} is given two {word}s, {earlier.value} and {edit.value}; keep one."
            )
    if not found:
        raise InputError(f"{source} holds no edit; give at least one row, action and value.")
    for row, action in found:
        if action != "exclude" and (row, "exclude") in found:
            word = "relabelled" if action == "relabel" else "weighted"
            raise InputError(f"Row {row} is both excluded and {word}; keep one.")
    return [found[place] for place in sorted(found)]


def digest(edits: Iterable[Edit]) -> str:
    """20 hex digits, equal for lists that make the same dataset, whatever their notes and order."""
    content = sorted([edit.row, edit.action, edit.value] for edit in edits)
    text = json.dumps(content, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()[:20]


def _row(value: Any, where: str) -> int:
    try:
        # True is an int to Python, 3.7 would be cut to 3.
        if isinstance(value, bool) or (isinstance(value, float) and not value.is_integer()):
            raise ValueError
        row = int(value)
    except (TypeError, ValueError, OverflowError):
        shown = "nothing" if value in (None, "") else f"'{value}'"
        raise InputError(f"{where}: row must be a whole number, not {shown}.") from None
    if not 0 <= row < 2**63:
        raise InputError(f"{where}: rows are counted from 0, and {row} is no such number.")
    return row


def _value(row: int, action: str, value: Any) -> str | float | None:
    if action == "exclude":
        return None
    if action == "relabel":
        label = "" if value is None else str(value).strip()
        if not label or len(label) > _MOST_LABEL:
            raise InputError(
                f"Row {row}: a new label is between 1 and {_MOST_LABEL} characters long."
            )
        return label
    try:
        weight = float(value)
    except (TypeError, ValueError):
        weight = math.nan
    if not 0 < weight <= MOST_WEIGHT:
        raise InputError(
            f"Row {row}: a weight is a number above 0 and at most {MOST_WEIGHT:,.0f}, not "
            f"'{'' if value is None else value}'; to leave the row out, exclude it."
        )
    return weight


def _json(path: Path) -> list[tuple[str, Mapping[str, Any]]]:
    try:
        content = json.loads(_text(path))
    except ValueError as error:
        raise InputError(
            f"{path.name} is not valid JSON ({error}); write a list of edits, or a CSV file."
        ) from error
    if not isinstance(content, list) or not all(isinstance(one, dict) for one in content):
        raise InputError(
            f'{path.name} must be a list such as [{{"row": 3, "action": "relabel", "value": '
            '"Sports"}].'
        )
    return [(f"{path.name}, edit {n}", one) for n, one in enumerate(content, 1)]


def _csv(path: Path) -> list[tuple[str, Mapping[str, Any]]]:
    delimiter = "\t" if path.suffix.lower() == ".tsv" else ","
    try:
        lines = csv.DictReader(_text(path).splitlines(), delimiter=delimiter)
        entries: list[tuple[str, Mapping[str, Any]]] = [
            (f"{path.name}, line {lines.line_num}", one) for one in lines
        ]
    except csv.Error as error:
        raise InputError(f"{path.name} is not a readable CSV file: {error}.") from error
    missing = [name for name in ("row", "action") if name not in (lines.fieldnames or ())]
    if missing:
        raise InputError(
            f"{path.name} has no column '{missing[0]}'; its first line must be row,action,value."
        )
    return entries


def _text(path: Path) -> str:
    if path.stat().st_size > _MOST_BYTES:
        raise InputError(f"{path.name} is too large for a list of edits; is it the right file?")
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{path.name} is not a UTF-8 text; save it as one.") from error
