"""A trained model, or an evaluation of one, in; what its report needs to know about it out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from engine.store import Artifact
from pages._ui import nav
from pages._ui.evidence import evidence
from pages._ui.loaders import payload_json, store
from pages._ui.rows_view import one_row
from pages._ui.texts import plain

if TYPE_CHECKING:
    from engine.classify.evaluation.answers import Answers

MOST_TEXTS = 500


@dataclass(frozen=True, eq=False)
class Subject:
    """What is reported on.

    Attributes:
        found: The model or evaluation whose scores these are.
        model: The model that was scored; None where an evaluation has outlived it.
        dataset: The dataset it was scored on; None where it is not kept.
        own: The dataset it learnt from; None where it is not kept.
        scores: As :func:`engine.classify.scores.score` gives them, with the split.
    """

    found: Artifact
    model: Artifact | None
    dataset: Artifact | None
    own: Artifact | None
    scores: dict[str, Any]

    @property
    def labels(self) -> list[str]:
        """The categories, in the order of the probabilities."""
        return list(self.scores["labels"])

    @property
    def split(self) -> str:
        """Which rows were scored: test, validation or all."""
        return str(self.scores["split"])

    @property
    def elsewhere(self) -> bool:
        """Whether it was scored on another dataset than it learnt from."""
        return self.found.kind == "evaluation"


def subject(found: Artifact) -> Subject | None:
    """What is reported on; None where its scores cannot be read."""
    scores = payload_json(found, "scores.json")
    if not scores:
        return None
    inputs = store().inputs(found)
    dataset = _input(found, "dataset", inputs)
    if found.kind == "model":
        return Subject(found, found, dataset, dataset, scores)
    model = _input(found, "model", inputs)
    own = _input(model, "dataset", store().inputs(model)) if model else None
    return Subject(found, model, dataset, own, scores)


def answers(about: Subject, split: str = "") -> Answers:
    """What was said about the rows that were scored, or about those of another split."""
    return _answers(str(about.found.path), tuple(about.labels), split or about.split)


def open_texts(about: Subject, places: Iterable[int], key: str, *, split: str = "") -> None:
    """Show the texts at these places of the answers, in their order.

    Args:
        about: What is reported on.
        places: Places in :func:`answers`.
        key: Unique on the page for what is shown.
        split: The split whose answers they are places of, where it is not the scored one.
    """
    if about.dataset is None:
        st.info("The dataset is not kept any more, and its texts went with it.")
        return
    rows = answers(about, split).rows[list(places)]
    shown = tuple(rows[:MOST_TEXTS].tolist())
    listed = _texts(str(about.found.path), str(about.dataset.path / "rows.parquet"), shown)
    evidence(
        about.found,
        listed,
        key=f"{about.found.key}-{key}",
        total=len(rows),
        draw=lambda row: _open(about, row),
    )


def _open(about: Subject, row: dict[str, Any]) -> None:
    """A row in full, and the way to why the model said what it said."""
    if about.dataset is None:
        return
    one_row(about.dataset, row)
    if about.model:
        nav.link(
            "explain",
            f"Why did it say {plain(row['prediction'])}?",
            model=about.model.key,
            dataset=about.dataset.key,
            row=str(row["row"]),
        )


def _input(found: Artifact, field: str, inputs: list[Artifact]) -> Artifact | None:
    reference = found.manifest.inputs.get(field, "")
    return next((one for one in inputs if f"{one.kind}/{one.key}" == reference), None)


# One object for everyone, only ever read: a copy a run would cost more than what is done with it.
@st.cache_resource(max_entries=8, show_spinner=False)
def _answers(folder: str, labels: tuple[str, ...], split: str) -> Any:
    from engine.classify.evaluation.answers import read_answers

    return read_answers(Path(folder), labels, split=split)


@st.cache_data(max_size="64mb", show_spinner=False)
def _texts(folder: str, rows: str, wanted: tuple[int, ...]) -> list[dict[str, Any]]:
    from engine.classify.evaluation.answers import texts_of

    return texts_of(Path(folder), Path(rows), wanted, limit=MOST_TEXTS)
