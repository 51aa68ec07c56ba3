"""A dataset's label column in, the categories to learn out, or the sentence why it cannot be."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from engine.errors import InputError

if TYPE_CHECKING:
    from engine.store import Artifact

_MOST = 1000
_FEW_NUMBERS = 20
_LEAST_ROWS = 5
_ROWS_OF_A_CODE = 30
_NAMED = 3


def learnable(
    labels: Sequence[str | None], splits: Sequence[str], dataset: Artifact
) -> tuple[str, ...]:
    """The categories with a training row, most frequent first.

    Raises:
        InputError: no labels, fewer than two categories to train on, so many that no score of
            theirs could be read or that few of them have rows to learn from, or numbers that
            measure rather than name.
    """
    column = dataset.facts.get("label_column") or "label"
    where = f"The label column '{column}' of {dataset.title}"
    if all(label is None for label in labels):
        raise InputError(f"{dataset.title} has no labels; choose a label column on the Data page.")
    counts = Counter(
        label
        for label, part in zip(labels, splits, strict=True)
        if part == "train" and label is not None
    )
    if len(counts) < 2:
        only = f"only '{next(iter(counts))}'" if counts else "none"
        raise InputError(
            "A classifier needs two categories or more in the training split, and the label column "
            f"'{column}' of {dataset.title} has {only} there. Choose another label column or "
            "another split on the Data page."
        )
    rows = counts.total()
    if _measures(counts):
        raise InputError(
            f"{where} holds {len(counts):,} different numbers in {rows:,} training rows (such as "
            f"{_some(counts)}): that measures something rather than naming categories. Choose "
            "another column, or give ranges of it one name each, on the Data page."
        )
    if len(counts) > _MOST or (len(counts) > _FEW_NUMBERS and rows < 2 * len(counts)):
        why = "each has hardly a text to learn from" if rows < _LEAST_ROWS * len(counts) else (
            f"more than {_MOST:,} cannot be told apart or read in a report"
        )  # fmt: skip
        raise InputError(
            f"{where} has {len(counts):,} different categories in {rows:,} training rows (such as "
            f"{_some(counts)}), and {why}. Choose another column, or give kindred values one name, "
            "on the Data page."
        )
    return tuple(sorted(counts, key=lambda label: (-counts[label], label)))


def remarks(
    rows: Sequence[int], labels: Sequence[str | None], splits: Sequence[str], dataset: Artifact
) -> tuple[str, ...]:
    """Sentences on categories with one text only, which are learnt badly or not at all."""
    column = dataset.facts.get("label_column") or "label"
    found: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for row, label, part in zip(rows, labels, splits, strict=True):
        if label is not None:
            found[label].append((row, part))
    lone = {label: places[0] for label, places in found.items() if len(places) == 1}
    if not lone:
        return ()
    named = ", ".join(f"'{label}' (row {row:,})" for label, (row, _) in list(lone.items())[:_NAMED])
    more = f" and {len(lone) - _NAMED:,} more" if len(lone) > _NAMED else ""
    learnt = sum(part == "train" for _, part in lone.values())
    one = len(lone) == 1
    if learnt == len(lone):
        fate = "it is learnt from that one and never tested" if one else (
            "they are learnt from those and never tested"
        )  # fmt: skip
    elif learnt:
        fate = f"{learnt:,} are learnt and never tested, the others not learnt at all"
    else:
        fate = "it is not in the training split, so it is left out" if one else (
            "they are not in the training split, so they are left out"
        )  # fmt: skip
    what = f"The category {named} has one text only" if one else (
        f"{len(lone):,} categories have one text only, {named}{more}"
    )  # fmt: skip
    return (
        f"{what}: {fate}. Give more texts, another name to the value in column '{column}', or "
        "leave them out.",
    )


def _measures(counts: Counter[str]) -> bool:
    """Whether the labels are numbers, too many or too finely told apart to be names."""
    if len(counts) <= _FEW_NUMBERS:
        return False
    numbers = [_number(label) for label in counts]
    if any(number is None for number in numbers):
        return False
    whole = all(number == int(number) for number in numbers if number is not None)
    # Codes of categories are whole, and each has its texts.
    return not whole or counts.total() < _ROWS_OF_A_CODE * len(counts)


def _number(label: str) -> float | None:
    try:
        value = float(label.replace(",", ""))
    except ValueError:
        return None
    return value if abs(value) < 1e300 else None


def _some(counts: Counter[str]) -> str:
    return ", ".join(f"'{label[:30]}'" for label in list(counts)[:_NAMED])
