"""Two classifiers and the edits between them in, what became of the faults out: the stage 'mended'.

What the later one learnt from it should know; whether the fault is gone shows on texts that neither
has learnt from: those of the test that hold the word, and those that are given it.
"""

from __future__ import annotations

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
from engine.explain.what_if.mended_word import added_by, by_when, moved, probes, speaks_for
from engine.explain.what_if.put_in import standing
from engine.explain.what_if.spec import MendedSpec
from engine.proportions import wilson
from engine.store.files import read_json

if TYPE_CHECKING:
    from engine.store import Artifact
    from engine.work import Work

FILE = "mended.parquet"
ADDED, RELABELLED, ORIGINS, WORD = "added", "relabelled", "made from", "with the word"
PLAIN, PUT = "without the word", "word put in"

_LOOKED_AT = 20_000


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
    label. Cohorts: "added" texts, "relabelled" rows, rows that added texts were "made from", test
    texts "with the word", and those "without the word", of other categories than the one it speaks
    for, beside the same texts with the "word put in".

    Returns:
        word; cohorts: of each its rows, how many are right before and after with their 95 %
        intervals, and the mean probability of the label; and, of a word, what it does: see
        :func:`_word_told`.

    Raises:
        InputError: the dataset is gone, or no text was edited in it and no word is given; or it has
            no test text to look at the word with.
    """
    model, before = work.inputs["model"], work.inputs["before"]
    dataset = dataset_of(model, work.store)
    if dataset is None:
        raise InputError(f"The dataset that {model.title} learnt from is not kept any more.")
    word = spec.word.strip()
    rows = dataset.path / "rows.parquet"
    if word and not any(_holders(one, word) for one in _versions(dataset, work)):
        raise InputError(
            f"No text of {dataset.title} holds “{word}” as a word: name one whose texts are to be "
            "compared."
        )
    cases = [*_edited(dataset, work), *_with_word(dataset, word, spec.most)]
    for cohort, found in zip((PLAIN, PUT), probes(rows, word) if word else (), strict=False):
        cases += [_Case(cohort, *one) for one in found]
    if not cases:
        raise InputError(
            f"{dataset.title} has no labelled test text to ask." if word else
            f"No text was relabelled in or added to {dataset.title}: name a word whose texts are "
            "to be compared."
        )  # fmt: skip
    answers = {name: _Answers(one, cases, work) for name, one in _both(before, model)}
    told: dict[str, Any] = {"word": word}
    kept = list(range(len(cases)))
    if any(case.cohort == PUT for case in cases):
        told["moves"] = moves = _word_told(cases, answers)
        kept = [n for n in kept if _matters(cases[n], moves["category"])]
        work.progress.stage(f"Weighing “{word}”")
        texts = [cases[n].text for n in kept if cases[n].cohort == PUT]
        moves |= by_when({name: added_by(one, texts, word, moves["category"])
                          for name, one in _both(before, model)})  # fmt: skip
    columns = _columns([cases[n] for n in kept], answers, kept)
    pq.write_table(pa.table(columns), work.out / FILE)
    return {**told, "cohorts": _summary(columns)}


def _matters(case: _Case, category: str) -> bool:
    """Whether a case is shown: what has the word's category is no test of whether it misleads."""
    return case.cohort not in (PLAIN, PUT) or case.label != category


def _both(before: Artifact, after: Artifact) -> list[tuple[str, Artifact]]:
    return [("before", before), ("after", after)]


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
    relabelled = [edit for edit in edits if edit.action == "relabel"]
    adds = [edit for edit in edits if edit.action == "add"]
    now = _rows(dataset, [edit.row for edit in relabelled])
    origins = {edit.row for edit in adds} - {NO_ROW}
    were: dict[int, tuple[str, str]] = {}
    for version in reversed(_versions(dataset, work)):
        were |= _rows(version, sorted(origins))
    return [
        *(_Case(ADDED, NO_ROW, edit.text, str(edit.value)) for edit in adds),
        *(_Case(RELABELLED, row, *one) for row, one in sorted(now.items())),
        *(_Case(ORIGINS, row, *one) for row, one in sorted(were.items()) if one[1]),
    ]


def _versions(dataset: Artifact, work: Work) -> list[Artifact]:
    """The dataset, and the one it was edited from where it was."""
    return [dataset, *(a for a in work.store.inputs(dataset) if a.kind == "dataset")]


def _with_word(dataset: Artifact, word: str, most: int) -> list[_Case]:
    held = _holders(dataset, word, split="test") if word else []
    labelled = [one for one in held if one["label"]]
    return [_Case(WORD, one["row"], one["text"], one["label"]) for one in labelled[:most]]


def _holders(dataset: Artifact, word: str, **where: str) -> list[dict[str, Any]]:
    """Row, text and label of rows that hold the word as such; _LOOKED_AT are looked at."""
    found = table.page(
        dataset.path / "rows.parquet",
        columns=["row", "text", "label"],
        where={**where, "text": table.Contains(word)},
        limit=_LOOKED_AT,
    ).to_pylist()
    holds = standing(word)
    return [one for one in found if holds.search(one["text"])]


def _rows(dataset: Artifact, rows: list[int]) -> dict[int, tuple[str, str]]:
    """Text and label of some rows, by row; "" for no label."""
    found = pq.read_table(
        dataset.path / "rows.parquet",
        columns=["row", "text", "label"],
        filters=[("row", "in", rows)] if rows else [("row", "<", 0)],
    ).to_pylist()
    return {one["row"]: (one["text"], one["label"] or "") for one in found}


class _Answers:
    """What a classifier says of each case: (n, k) shares of its labels."""

    def __init__(self, model: Artifact, cases: list[_Case], work: Work) -> None:
        work.progress.stage(f"Asking {model.title}", total=len(cases), unit="texts")
        classifier: Classifier = load_classifier(model.path)
        self.labels = classifier.labels
        self.shares = classifier.probabilities(
            [case.text for case in cases], progress=work.progress
        )

    def of(self, cases: list[_Case], cohort: str) -> Any:
        """The (m, k) shares of one cohort."""
        return self.shares[[case.cohort == cohort for case in cases]]


def _word_told(cases: list[_Case], answers: dict[str, _Answers]) -> dict[str, Any]:
    """What the word does to the answers: category, texts, and before and after what :func:`moved`
    and :func:`added_by` tell."""
    was = answers["before"]
    place = speaks_for(was.of(cases, PLAIN), was.of(cases, PUT))
    category = was.labels[place]
    others = [case.label != category for case in cases if case.cohort == PLAIN]
    told: dict[str, Any] = {"category": category, "texts": sum(others)}
    return told | by_when({
        name: moved(one.of(cases, PLAIN)[others], one.of(cases, PUT)[others],
                    one.labels.index(category))
        for name, one in answers.items()
    })  # fmt: skip


def _columns(cases: list[_Case], answers: dict[str, _Answers], kept: list[int]) -> dict[str, Any]:
    columns: dict[str, Any] = {
        "cohort": [case.cohort for case in cases],
        "row": [case.row for case in cases],
        "text": [case.text for case in cases],
        "label": [case.label for case in cases],
    }
    for name, one in answers.items():
        shares, place = one.shares[kept], {label: n for n, label in enumerate(one.labels)}
        of = [place.get(case.label, -1) for case in cases]
        own = [float(row[n]) if n >= 0 else 0.0 for row, n in zip(shares, of, strict=True)]
        columns[name] = [one.labels[n] for n in shares.argmax(axis=1).tolist()]
        columns[f"{name}_share"] = pa.array(own, pa.float32())
    return columns


def _summary(columns: dict[str, Any]) -> dict[str, dict[str, Any]]:
    cohorts, labels = np.array(columns["cohort"]), np.array(columns["label"])
    found: dict[str, dict[str, Any]] = {}
    for name in dict.fromkeys(columns["cohort"]):
        mine = cohorts == name
        rows = int(mine.sum())
        found[name] = {"rows": rows}
        for when in ("before", "after"):
            right = int((np.array(columns[when]) == labels)[mine].sum())
            share = np.asarray(columns[f"{when}_share"], dtype=np.float64)
            found[name] |= {
                f"right_{when}": right,
                f"interval_{when}": [float(end) for end in wilson(right, rows)],
                f"share_{when}": float(share[mine].mean()),
            }
    return found
