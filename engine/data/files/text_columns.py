"""A file's sample and how texts were read before in; which columns are its text now out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from engine.data.plan import Plan, resolve
from engine.data.sample import Sample
from engine.data.spec_dataset import DatasetSpec
from engine.errors import InputError


@dataclass(frozen=True)
class Known:
    """How the texts that were learnt from were read.

    columns: Their names. join: what went between them. clean: names of the cleaning steps. made:
    who learnt, as a sentence begins ("This classifier was trained on"); which: the same within one
    ("the classifier was trained on").
    """

    columns: tuple[str, ...]
    join: str
    clean: tuple[str, ...]
    made: str
    which: str


@dataclass(frozen=True)
class TextPlan:
    """How a file's texts are read.

    plan: text, cleaned as before, and label where the file is of a kind that has one. notes:
    sentences a person should know. guessed: whether the text column is not one of those known.
    """

    plan: Plan
    notes: tuple[str, ...]
    guessed: bool


def choose_text(sample: Sample, known: Known, asked: list[str]) -> TextPlan:
    """The plan for a file with these columns and values.

    Args:
        sample: Some values of every column.
        known: How texts were read before; those columns are looked for first.
        asked: Columns a person named; found by itself where empty.

    Raises:
        InputError: a named column is not there, or no column holds text.
    """
    there = [name for wanted in known.columns if (name := alike(wanted, sample))]
    guessed = not asked and not there
    wanted, has = listed(known.columns), listed(sample)
    notes: list[str] = []
    try:
        plan = resolve(_spec(known, asked or there), sample)
    except InputError as error:
        if not guessed:
            raise
        raise InputError(
            f"{known.made} {wanted}, and the file has no such column and none that looks like "
            f"text: it has {has}. Name the column with the text (--columns=COLUMN)."
        ) from error
    if guessed and known.columns:
        notes.append(
            f"The file has no column {wanted}, which {known.which}; {listed(plan.text)} is read "
            f"instead. It has {has}."
        )
    elif not asked and len(there) < len(known.columns):
        missing = [name for name in known.columns if not alike(name, sample)]
        notes.append(
            f"{known.made} {wanted}; the file lacks {listed(missing)}, so only "
            f"{listed(plan.text)} is read."
        )
    plan = replace(plan, title="", date="", date_kind="", split_column="")
    return TextPlan(plan, tuple(notes), guessed)


def alike(wanted: str, sample: Sample) -> str:
    """The file's column of that name, whatever its case; "" where there is none."""
    if wanted in sample:
        return wanted
    return next((name for name in sample if name.strip().lower() == wanted.strip().lower()), "")


def listed(names: Iterable[str]) -> str:
    """Names of columns in a sentence, a dozen at most."""
    shown = [f"'{name}'" for name in names]
    rest = f" and {len(shown) - 12} more" if len(shown) > 12 else ""
    return (", ".join(shown[:12]) + rest) or "columns it does not name"


def _spec(known: Known, text: list[str]) -> DatasetSpec:
    made: DatasetSpec = DatasetSpec.parse(
        {
            "source": "",
            "text": text,
            "join": known.join,
            "clean": list(known.clean),
            "title": "",
            "date": "",
            "split_column": "",
        }
    )
    return made
