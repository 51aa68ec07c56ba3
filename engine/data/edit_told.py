"""Edits and the rows they changed in; counts of them, and sentences a person should read, out."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pyarrow as pa

from engine.data import split
from engine.data.edits import Edit
from engine.errors import InputError


def edits_told(edits: list[Edit], old: pa.Table, places: list[int]) -> dict[str, int]:
    """How many edits of each kind there were, and how many of them the test sees."""
    labels, splits = (
        old[name].take(pa.array(places, pa.int64())).to_pylist() for name in ("label", "split")
    )
    test = [edit for edit, part in zip(edits, splits, strict=True) if part == "test"]
    return {
        "total": len(edits),
        **Counter(edit.action for edit in edits),
        "without_effect": sum(
            edit.action == "relabel" and edit.value == label
            for edit, label in zip(edits, labels, strict=True)
        ),
        "test_relabelled": sum(edit.action == "relabel" for edit in test),
        "test_excluded": sum(edit.action == "exclude" for edit in test),
    }


def copies_that_differ(edits: list[Edit], new: pa.Table, keep: Any, places: list[int]) -> int:
    """How many relabelled rows have a copy, or almost one, that keeps another label."""
    groups = new["group"].to_numpy()
    mine = [p for edit, p in zip(edits, places, strict=True) if edit.action == "relabel"]
    here = np.flatnonzero(np.isin(groups, groups[mine]) & keep)
    seen: dict[int, set[str | None]] = {}
    for group, label in zip(groups[here], new["label"].take(here).to_pylist(), strict=True):
        seen.setdefault(int(group), set()).add(label)
    return sum(len(seen[int(group)]) > 1 for group in groups[mine])


def notes_on(facts: dict[str, Any]) -> list[str]:
    """What a person should know of the new version, in sentences."""
    told = facts["edits"]
    notes = []
    if n := told.get("add"):
        notes.append(f"{n:,} text{'s' * (n > 1)} added by hand to learn from.")
    if n := told["test_relabelled"]:
        notes.append(
            f"{n:,} of the edits change{'s' * (n == 1)} the label of a test text: what is scored "
            "on it now is measured against the new labels."
        )
    if n := told["test_excluded"]:
        notes.append(f"{n:,} of the edits take{'s' * (n == 1)} a text out of the test.")
    if n := told["copies_differ"]:
        notes.append(
            f"{n:,} of the relabelled texts {'has' if n == 1 else 'have'} a copy, or almost one, "
            "that keeps another label."
        )
    if n := told["without_effect"]:
        notes.append(f"{n:,} of the edits give{'s' * (n == 1)} a row the label it has already.")
    try:
        lonely = split.check_trainable(facts["labels"]) if facts["labels"] else []
    except InputError as error:  # topics need no labels, so here it is only worth knowing
        lonely = [str(error)]
    return [*notes, *lonely[:5]]
