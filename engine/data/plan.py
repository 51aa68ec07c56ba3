"""A dataset spec and sample values in, the columns and rules to read the file by out."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.data import dates
from engine.data.clean import Step, chosen
from engine.data.detect import Detection, detect_in
from engine.data.presets import plain_value
from engine.data.sample import Sample
from engine.data.spec_dataset import AUTO, DatasetSpec
from engine.errors import InputError


@dataclass(frozen=True)
class Plan:
    """How each row becomes a text: all choices made, nothing automatic left."""

    preset: str
    file: str
    text: list[str]
    join: str
    title: str
    label: str
    label_part: str
    label_map: dict[str, str]
    date: str
    date_kind: str
    split_column: str
    steps: list[Step]
    reasons: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def columns(self) -> list[str]:
        """The source's columns that are read, each once."""
        named = [*self.text, self.title, self.label, self.date, self.split_column]
        return list(dict.fromkeys(name for name in named if name))


def resolve(spec: DatasetSpec, sample: Sample) -> Plan:
    """What `spec` means for a file with these columns and values.

    Raises:
        InputError: a named column is not there, or no column holds text.
    """
    _check_columns(spec, sample)
    found = detect_in(sample, preset=spec.preset)
    reading = found.reading
    text = spec.text or reading.text
    if not text:
        raise InputError(
            f"No column with text was found among {_listed(sample)}; name the one to use."
        )
    label = _choice(spec.label, reading.label)
    own_label = bool(label) and label == reading.label
    date = _choice(spec.date, reading.date)
    kind = (
        dates.recognise([v for v in sample.get(date, []) if plain_value(v)][:500]) if date else None
    )
    notes = (
        [f"'{date}' does not read as dates, so the dates are left empty."]
        if date and not kind
        else []
    )
    part = spec.label_part
    return Plan(
        preset=reading.preset,
        file=reading.file,
        text=text,
        join=spec.join,
        title=_choice(spec.title, reading.title),
        label=label,
        label_part=(reading.label_part if own_label else "whole") if part == AUTO else part,
        label_map={
            plain_value(old): plain_value(new)
            for old, new in (spec.label_map or (reading.label_map if own_label else {})).items()
        },
        date=date if kind else "",
        date_kind=kind or "",
        split_column=_choice(spec.split_column, reading.split_column),
        steps=chosen(reading.clean if spec.clean == [AUTO] else spec.clean),
        reasons=_reasons(spec, found),
        notes=notes,
    )


def _choice(asked: str, found: str) -> str:
    return found if asked == AUTO else asked


def _check_columns(spec: DatasetSpec, sample: Sample) -> None:
    named = [*spec.text, spec.title, spec.label, spec.date, spec.split_column]
    for name in named:
        if name and name != AUTO and name not in sample:
            raise InputError(f"There is no column '{name}'; the file has {_listed(sample)}.")


def _listed(sample: Sample) -> str:
    names = [f"'{name}'" for name in sample]
    return ", ".join(names[:20]) + (f" and {len(names) - 20} more" if len(names) > 20 else "")


def _reasons(spec: DatasetSpec, found: Detection) -> dict[str, str]:
    asked = {"text": bool(spec.text), "title": spec.title != AUTO, "label": spec.label != AUTO}
    asked["date"] = spec.date != AUTO
    return {role: why for role, why in found.reasons.items() if not asked.get(role)}
