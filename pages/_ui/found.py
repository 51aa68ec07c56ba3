"""A file that was read in, what Limn would choose for it out: columns, roles and reasons."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import streamlit as st

from engine.errors import InputError

NONE = ""


@dataclass(frozen=True)
class Found:
    """What Limn would choose by itself for a file and a preset, and why."""

    columns: list[str]
    file: str = ""
    text: list[str] = field(default_factory=list)
    title: str = NONE
    label: str = NONE
    date: str = NONE
    split_column: str = NONE
    label_part: str = "whole"
    label_map: dict[str, str] = field(default_factory=dict)
    clean: list[str] = field(default_factory=list)
    reasons: dict[str, str] = field(default_factory=dict)
    problem: str = ""


@st.cache_data(max_entries=50, show_spinner="Looking at the columns")
def detected(rows: str, preset: str) -> dict[str, Any]:
    """:class:`Found`, as plain values, of the Parquet file `rows`."""
    from engine.data.plan import resolve
    from engine.data.sample import table_sample
    from engine.data.spec_dataset import DatasetSpec

    sample = table_sample(Path(rows))
    columns = list(sample)
    try:
        plan = resolve(DatasetSpec.parse({"source": "-", "preset": preset}), sample)
    except InputError as error:
        return {"columns": columns, "problem": str(error)}
    return {
        "columns": columns,
        "file": plan.file,
        "text": plan.text,
        "title": plan.title,
        "label": plan.label,
        "date": plan.date,
        "split_column": plan.split_column,
        "label_part": plan.label_part,
        "label_map": plan.label_map,
        "clean": [step.name for step in plan.steps],
        "reasons": plan.reasons,
    }


@st.cache_data(max_entries=50, show_spinner=False)
def label_values(rows: str, column: str) -> list[str]:
    """The different values of a column in a sample, in order."""
    from engine.data.presets import values_of
    from engine.data.sample import table_sample

    return sorted(values_of(table_sample(Path(rows)), column))
