"""A list of edits as JSON or CSV in, checked edits of rows out; and the one name for a list."""

from __future__ import annotations

import csv
import hashlib
import json
import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal, get_args

from pydantic import BaseModel, ConfigDict

from engine.errors import InputError

Action = Literal["relabel", "exclude", "weight", "add"]
FILE = "edits.json"
ACTIONS: tuple[Action, ...] = get_args(Action)
MOST_WEIGHT = 1000.0
NO_ROW = -1
"""The row of an added text that was made from none."""
_MOST_BYTES = 200_000_000
_MOST_LABEL = 200
_MOST_TEXT = 100_000


class Edit(BaseModel):
    """One change to one row, or one text more.

    row: its number in the file, from 0; of an added text the row it is a counterfactual of, or
    NO_ROW. value: the new label (relabel), the new weight (weight), the label (add), None
    (exclude). text: what is added. was: the label or weight before. when: time in ISO 8601, UTC.
    Only row, action, value and text make the new dataset; the rest is kept for the record.
    """

    model_config = ConfigDict(frozen=True)
    row: int
    action: Action
    value: str | float | None = None
    text: str = ""
    note: str = ""
    was: str | float | None = None
    when: str = ""

    @property
    def place(self) -> tuple[Any, ...]:
        """What it changes; a list has one edit for each, and of a row any number of added texts."""
        return (self.row, self.action, self.text) if self.text else (self.row, self.action)


def read_edits(path: Path) -> list[Edit]:
    """The edits in a file, by row, each place once.

    JSON: a list of objects with row, action, value, for an added text also text, and, if wanted,
    note. CSV: the same as columns. Whatever else stands there is not looked at.

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
    action = str(entry.get("action") or "").strip().lower()
    row = _row(entry.get("row"), where, added=action == "add")
    if action not in ACTIONS:
        raise InputError(f"Row {row}: '{action}' is none of {', '.join(ACTIONS)}.")
    return Edit.model_validate(
        {
            "row": row,
            "action": action,
            "value": _value(row, action, entry.get("value")),
            "text": _text_of(row, entry.get("text")) if action == "add" else "",
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
    found: dict[tuple[Any, ...], Edit] = {}
    for edit in edits:
        earlier = found.setdefault(edit.place, edit)
        if earlier.value != edit.value:
            word = "weight" if edit.action == "weight" else "label"
            what = f"The text '{edit.text[:60]}'" if edit.text else f"Row {edit.row}"
            raise InputError(
                f"{what} is given two {word}s, {earlier.value} and {edit.value}; keep one."
            )
    if not found:
        raise InputError(f"{source} holds no edit; give at least one row, action and value.")
    for row, action, *_ in found:
        if action in ("relabel", "weight") and (row, "exclude") in found:
            word = "relabelled" if action == "relabel" else "weighted"
            raise InputError(f"Row {row} is both excluded and {word}; keep one.")
    return [found[place] for place in sorted(found)]


def digest(edits: Iterable[Edit]) -> str:
    """20 hex digits, equal for lists that make the same dataset, whatever their notes and order."""
    content = sorted([*edit.place, edit.value] for edit in edits)
    text = json.dumps(content, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()[:20]


def is_held_out(split: str) -> bool:
    """Whether a text of that split is not learnt from."""
    return split != "train"


def refusal(row: int, split: str) -> str:
    """Why nothing can be made of a row that is held out, and the ways out."""
    return (
        f"Row {row} is a {split} text: what learns from a text made of it would be tested on "
        f"nearly the same words. Exclude row {row} as well, or choose a training text."
    )


def _row(value: Any, where: str, *, added: bool) -> int:
    if added and value in (None, "", NO_ROW, str(NO_ROW)):
        return NO_ROW
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
    if action in ("relabel", "add"):
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


def _text_of(row: int, value: Any) -> str:
    text = "" if value is None else str(value).strip()
    if not text or len(text) > _MOST_TEXT:
        what = f"Row {row}: the text to add" if row != NO_ROW else "A text to add"
        raise InputError(f"{what} is between 1 and {_MOST_TEXT:,} characters long.")
    return text


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
