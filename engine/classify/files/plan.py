"""A file's sample and a classifier's card in; which columns are its text and its label out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from engine.classify.classifier import Card
from engine.data.files.text_columns import Known, choose_text
from engine.data.plan import Plan
from engine.data.rows import Reader
from engine.data.sample import Sample

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
    known = Known(
        columns=card.text_columns,
        join=card.join,
        clean=card.clean,
        made="This classifier was trained on",
        which="the classifier was trained on",
    )
    found = choose_text(sample, known, text)
    return FilePlan(_labelled(found.plan, sample, card, trained or {}), found.notes, found.guessed)


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


def _lists(sample: Sample, name: str) -> dict[str, list[Any]]:
    return {name: list(sample[name])}
