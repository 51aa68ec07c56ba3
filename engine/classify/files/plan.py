"""A file's sample and a classifier's card in; which columns are its text and its label out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from engine.classify.classifier import Card
from engine.data.plan import Plan, resolve
from engine.data.rows import Reader
from engine.data.sample import Sample
from engine.data.spec_dataset import DatasetSpec
from engine.errors import InputError

_ENOUGH = 0.5
"""Share of a column's values that must be categories of the model for it to be taken as labels."""


@dataclass(frozen=True)
class FilePlan:
    """How a file is read for a classifier.

    plan: text, and label where a column looks like the model's categories ("" where none does).
    notes: sentences a person should know. guessed: whether the text column is not one that the
    classifier was trained on.
    """

    plan: Plan
    notes: tuple[str, ...]
    guessed: bool

    @property
    def columns(self) -> list[str]:
        """The columns that are read."""
        return list(dict.fromkeys([*self.plan.text, *filter(None, [self.plan.label])]))


def choose(
    sample: Sample, card: Card, text: list[str], trained: Mapping[str, Any] | None = None
) -> FilePlan:
    """The plan for a file with these columns and values.

    Args:
        sample: Some values of every column.
        card: The classifier's.
        text: Columns a person named; found by itself where empty.
        trained: Spec of the dataset the classifier was trained on, for its label column and names.

    Raises:
        InputError: a named column is not there, or no column holds text.
    """
    known = [name for wanted in card.text_columns if (name := _alike(wanted, sample))]
    notes: list[str] = []
    guessed = not text and not known
    wanted, there = _listed(card.text_columns), _listed(sample)
    try:
        plan = resolve(_spec(card, text or known), sample)
    except InputError as error:
        if not guessed:
            raise
        raise InputError(
            f"This classifier was trained on {wanted}, and the file has no such column and none "
            f"that looks like text: it has {there}. Name the column with the text "
            "(--columns=COLUMN)."
        ) from error
    if guessed and card.text_columns:
        notes.append(
            f"The file has no column {wanted}, which the classifier was trained on; "
            f"{_listed(plan.text)} is read instead. It has {there}."
        )
    elif not text and len(known) < len(card.text_columns):
        missing = [name for name in card.text_columns if not _alike(name, sample)]
        notes.append(
            f"The classifier was trained on {wanted}; the file lacks {_listed(missing)}, so only "
            f"{_listed(plan.text)} is read."
        )
    plan = replace(plan, title="", date="", date_kind="", split_column="")
    return FilePlan(_labelled(plan, sample, card, trained or {}), tuple(notes), guessed)


def _labelled(plan: Plan, sample: Sample, card: Card, trained: Mapping[str, Any]) -> Plan:
    """The plan with the label column whose values are most often the model's categories."""
    offered = [plan] if plan.label and plan.label not in plan.text else []
    label = str(trained.get("label", ""))
    if label in sample and label not in plan.text:
        names = dict(trained.get("label_map") or {})
        offered.insert(0, replace(plan, label=label, label_map=names, label_part="whole"))
    bare = replace(plan, label_map={}, label_part="whole")
    offered += [replace(bare, label=name) for name in sample if name not in plan.text]
    best, most = replace(bare, label=""), _ENOUGH
    for one in offered:
        found = [label for label in Reader(one).labels(_lists(sample, one.label)) if label]
        share = sum(label in card.labels for label in found) / len(found) if found else 0.0
        if share > most or (share == most and not best.label):
            best, most = one, share
    return best


def _spec(card: Card, text: list[str]) -> DatasetSpec:
    return DatasetSpec(
        source="", text=text, join=card.join, clean=list(card.clean), title="", date="",
        split_column="",
    )  # fmt: skip


def _lists(sample: Sample, name: str) -> dict[str, list[Any]]:
    return {name: list(sample[name])}


def _alike(wanted: str, sample: Sample) -> str:
    """The file's column of that name, whatever its case; "" where there is none."""
    if wanted in sample:
        return wanted
    return next((name for name in sample if name.strip().lower() == wanted.strip().lower()), "")


def _listed(names: Any) -> str:
    shown = [f"'{name}'" for name in names]
    rest = f" and {len(shown) - 12} more" if len(shown) > 12 else ""
    return (", ".join(shown[:12]) + rest) or "columns it does not name"
