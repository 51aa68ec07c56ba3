"""Two classifiers and the edits between them in, what became of the faults out: the stage 'mended'.

What the later one learnt from it should know; whether the fault is gone shows on texts that neither
has learnt from, those of the test that hold the word.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from engine.classify.classifier import Classifier, load_classifier
from engine.classify.evaluation.leakage import dataset_of
from engine.data import table
from engine.data.edits import FILE as EDITS
from engine.data.edits import NO_ROW, Edit
from engine.errors import InputError
from engine.explain.what_if.spec import MendedSpec
from engine.store.files import read_json

if TYPE_CHECKING:
    from engine.store import Artifact
    from engine.work import Work

FILE = "mended.parquet"
ADDED, RELABELLED, ORIGINS, WORD = "added", "relabelled", "made from", "with the word"


@dataclass(frozen=True)
class _Case:
    """A text, its label, its row (NO_ROW for an added one) and the cohort it is in."""

    cohort: str
    row: int
    text: str
    label: str


def build(spec: MendedSpec, work: Work) -> dict[str, Any]:
    """Write ``mended.parquet``: cohort, row, text, label, and of both classifiers what they say.

    Columns before and after hold the category, before_share and after_share the probability of the
    label. Cohorts: "added" texts, "relabelled" rows, rows that added texts were "made from", and
    test texts "with the word".

    Returns:
        word, and cohorts: of each its rows, how many are right before and after, and the mean
        probability of the label.

    Raises:
        InputError: the dataset is gone or no text was edited in it, and no word is given or no
            test text holds it.
    """
    model, before = work.inputs["model"], work.inputs["before"]
    dataset = dataset_of(model, work.store)
    if dataset is None:
        raise InputError(f"The dataset that {model.title} learnt from is not kept any more.")
    cases = [*_edited(dataset, work), *_with_word(dataset, spec)]
    if not cases:
        told = f"No test text of {dataset.title} holds “{spec.word}”" if spec.word else (
            f"No text was relabelled in or added to {dataset.title}"
        )  # fmt: skip
        raise InputError(f"{told}: name a word whose texts are to be compared.")
    said = {name: _said(one, cases, work) for name, one in (("before", before), ("after", model))}
    columns: dict[str, Any] = {
        "cohort": [case.cohort for case in cases],
        "row": [case.row for case in cases],
        "text": [case.text for case in cases],
        "label": [case.label for case in cases],
    }
    for name, (names, shares) in said.items():
        columns |= {name: names, f"{name}_share": pa.array(shares, pa.float32())}
    pq.write_table(pa.table(columns), work.out / FILE)
    return {"word": spec.word, "cohorts": _summary(columns)}


def cases_of(folder: Any, cohort: str) -> list[dict[str, Any]]:
    """The texts of one cohort, those whose answer changed first, then by how far it moved."""
    found = pq.read_table(folder / FILE, filters=[("cohort", "=", cohort)]).to_pylist()
    return sorted(
        found,
        key=lambda one: (
            one["before"] == one["after"], -abs(one["after_share"] - one["before_share"])
        ),
    )  # fmt: skip


def _edited(dataset: Artifact, work: Work) -> list[_Case]:
    path = dataset.path / EDITS
    edits = [Edit.model_validate(one) for one in read_json(path)] if path.exists() else []
    earlier = next((a for a in work.store.inputs(dataset) if a.kind == "dataset"), None)
    relabelled = [edit for edit in edits if edit.action == "relabel"]
    adds = [edit for edit in edits if edit.action == "add"]
    now = _rows(dataset, [edit.row for edit in relabelled])
    origins = {edit.row for edit in adds} - {NO_ROW}
    were = _rows(earlier, sorted(origins)) if earlier else {}
    were |= _rows(dataset, sorted(origins))
    return [
        *(_Case(ADDED, NO_ROW, edit.text, str(edit.value)) for edit in adds),
        *(_Case(RELABELLED, row, *one) for row, one in sorted(now.items())),
        *(_Case(ORIGINS, row, *one) for row, one in sorted(were.items()) if one[1]),
    ]


def _with_word(dataset: Artifact, spec: MendedSpec) -> list[_Case]:
    word = spec.word.strip()
    if not word:
        return []
    found = table.page(
        dataset.path / "rows.parquet",
        columns=["row", "text", "label"],
        where={"split": "test", "text": table.Contains(word)},
        limit=50 * spec.most,
    ).to_pylist()
    whole = re.compile(rf"(?<!\w){re.escape(word)}(?!\w)", re.IGNORECASE)
    held = [one for one in found if one["label"] and whole.search(one["text"])]
    return [_Case(WORD, one["row"], one["text"], one["label"]) for one in held[: spec.most]]


def _rows(dataset: Artifact, rows: list[int]) -> dict[int, tuple[str, str]]:
    """Text and label of some rows, by row; "" for no label."""
    found = pq.read_table(
        dataset.path / "rows.parquet",
        columns=["row", "text", "label"],
        filters=[("row", "in", rows)] if rows else [("row", "<", 0)],
    ).to_pylist()
    return {one["row"]: (one["text"], one["label"] or "") for one in found}


def _said(model: Artifact, cases: list[_Case], work: Work) -> tuple[list[str], list[float]]:
    """What a classifier says of each case, and the probability it gives the label."""
    work.progress.stage(f"Asking {model.title}", total=len(cases), unit="texts")
    classifier: Classifier = load_classifier(model.path)
    shares = classifier.probabilities([case.text for case in cases], progress=work.progress)
    place = {label: n for n, label in enumerate(classifier.labels)}
    of = [place.get(case.label, -1) for case in cases]
    names = [classifier.labels[n] for n in shares.argmax(axis=1).tolist()]
    return names, [float(row[n]) if n >= 0 else 0.0 for row, n in zip(shares, of, strict=True)]


def _summary(columns: dict[str, Any]) -> dict[str, dict[str, float]]:
    cohorts, labels = np.array(columns["cohort"]), np.array(columns["label"])
    found: dict[str, dict[str, float]] = {}
    for name in dict.fromkeys(columns["cohort"]):
        mine = cohorts == name
        found[name] = {"rows": int(mine.sum())}
        for when in ("before", "after"):
            right = np.array(columns[when]) == labels
            share = np.asarray(columns[f"{when}_share"], dtype=np.float64)
            found[name] |= {f"right_{when}": int(right[mine].sum()),
                            f"share_{when}": float(share[mine].mean())}  # fmt: skip
    return found
