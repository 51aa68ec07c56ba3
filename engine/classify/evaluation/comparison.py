"""Two classifiers and a dataset in, a paired test on rows neither has learnt out: compare."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from engine.classify.evaluation.answers import Answers, Flags, Ints, read_answers, same_labels
from engine.classify.evaluation.leakage import dataset_of, known, seen_by
from engine.classify.evaluation.pairs import compare, verdict
from engine.classify.evaluation.spec import BaselineSpec, CompareSpec
from engine.classify.examples import Examples, read_labelled
from engine.classify.predictions import FILE
from engine.classify.spec import EvaluateSpec
from engine.errors import InputError
from engine.store import Artifact
from engine.store.files import write_json
from engine.work import Work

PAIRS = "pairs.parquet"
BASELINE = "TF-IDF + linear"


def build(spec: CompareSpec, work: Work) -> dict[str, Any]:
    """Let both answer the same rows, leave out what either has learnt from, and test the rest.

    Writes ``comparison.json`` (everything :class:`engine.classify.evaluation.pairs.Pair` holds, the
    names and the verdict) and ``pairs.parquet``: row, label, first, second (what each said),
    first_confidence, second_confidence.

    Raises:
        InputError: the categories differ, or no row is left that neither has learnt from.
    """
    model, dataset, other = work.inputs["model"], work.inputs["dataset"], work.inputs.get("other")
    labels = tuple(model.facts["labels"])
    if other is not None:
        if other.key == model.key:
            raise InputError(f"{model.title} cannot be compared with itself; choose another.")
        same_labels(labels, other.facts["labels"], (model.title, other.title))
    examples = read_labelled(dataset, labels)
    places = examples.where(spec.split)
    if not len(places):
        raise InputError(
            f"{dataset.title} has no {spec.split} rows of the categories "
            f"{', '.join(labels[:6])}; choose another split or dataset."
        )
    kept, seen = _unseen(spec, work, examples, places)
    second_name = other.title if other else BASELINE
    first = _said(work, model, dataset, spec.split, examples.rows[kept], labels)
    second = (
        _said(work, other, dataset, spec.split, examples.rows[kept], labels)
        if other
        else _baseline(work, model, dataset, spec.split, examples.rows[kept], labels)
    )
    work.progress.stage("Comparing", unit="resamples")
    targets = examples.targets[kept]
    pair = compare(
        targets, first.chosen, second.chosen, len(labels), resamples=spec.resamples, seed=spec.seed
    )
    names = [model.title, second_name]
    told = verdict(pair, *names)
    _write_pairs(work.out, examples.rows[kept], targets, first, second)
    facts = {**asdict(pair), "winner": pair.winner, "names": names, "verdict": told,
             "split": spec.split, "unknown": _unknown(work), "left_out": seen}  # fmt: skip
    facts["labels"] = list(labels)
    write_json(work.out / "comparison.json", facts)
    return facts


def flips(
    folder: Path, dataset_rows: Path, *, fixed: bool, label: str = "", limit: int = 500
) -> list[dict[str, Any]]:
    """The texts that only the first has right (`fixed`), or only the second.

    The surest mistakes come first, whoever made them.

    Args:
        folder: A comparison's folder.
        dataset_rows: ``rows.parquet`` of the dataset they were compared on.
        fixed: Which of the two.
        label: Only texts of this category; all where it is empty.
        limit: Most texts to return.

    Returns:
        row, text, title, label, prediction and confidence (of the one that is wrong) and split.
    """
    from engine.data.duck import connect, file_literal

    right, wrong = ("first", "second") if fixed else ("second", "first")
    sql = (
        f"SELECT d.row, d.text, d.title, p.label, p.{wrong} AS prediction, "
        f"p.{wrong}_confidence AS confidence, d.split "
        f"FROM read_parquet({file_literal(folder / PAIRS)}) p "
        f"JOIN read_parquet({file_literal(dataset_rows)}) d USING (row) "
        f"WHERE p.{right} = p.label AND p.{wrong} <> p.label AND (? = '' OR p.label = ?) "
        f"ORDER BY p.{wrong}_confidence DESC, d.row LIMIT {int(limit)}"
    )
    with connect() as con:
        found: list[dict[str, Any]] = (
            con.sql(sql, params=[label, label]).to_arrow_table().to_pylist()
        )
    return found


def flips_by_label(folder: Path) -> list[tuple[str, int, int]]:
    """(category, texts only the first has right, texts only the second has), most flips first.

    Categories without a flip are left out.
    """
    pairs = pq.read_table(folder / PAIRS, columns=["label", "first", "second"])
    label, first, second = (
        np.asarray(pairs[name].to_pylist(), dtype=object) for name in ("label", "first", "second")
    )
    fixed, broken = (first == label) & (second != label), (second == label) & (first != label)
    found = [
        (str(one), int(fixed[label == one].sum()), int(broken[label == one].sum()))
        for one in sorted(set(label[fixed | broken]))
    ]
    return sorted(found, key=lambda one: -(one[1] + one[2]))


def _unseen(spec: CompareSpec, work: Work, examples: Examples, places: Ints) -> tuple[Ints, int]:
    """Places that no model has learnt from, and how many others there are."""
    work.progress.stage("Looking for texts that were learnt from")
    texts = [examples.texts[i] for i in places]
    rows = examples.rows[places]
    learnt: Flags = np.zeros(len(places), dtype=bool)
    dataset = work.inputs["dataset"]
    for name in ("model", "other"):
        if found := work.inputs.get(name):
            learnt |= seen_by(found, dataset, rows, texts, work.store, progress=work.progress).flags
    if learnt.all():
        raise InputError(
            f"Every {spec.split} text of {dataset.title} taught one of the two, so none is left "
            "to compare them on; choose another dataset or split."
        )
    if learnt.any():
        work.progress.note(
            f"{int(learnt.sum()):,} texts are left out, for one of the two has learnt from them or "
            "from a copy."
        )
    return places[~learnt], int(learnt.sum())


def _unknown(work: Work) -> list[str]:
    """Names of the classifiers of which nobody here knows what they learnt from."""
    both = [found for name in ("model", "other") if (found := work.inputs.get(name))]
    return [found.title for found in both if not known(found, work.store)]


def _said(
    work: Work, model: Artifact, dataset: Artifact, split: str, rows: Ints, labels: tuple[str, ...]
) -> Answers:
    """What the model said of `rows`: kept from its training, or asked now."""
    folder, names = model.path, model.facts["labels"]
    own = dataset_of(model, work.store)
    if own is None or not _same_texts(own, dataset) or not _holds(folder, rows):
        asked = EvaluateSpec.parse({"model": model.key, "dataset": dataset.key, "split": split})
        folder = work.make(asked).path
    return _ordered(read_answers(folder, names), rows, labels)


def _baseline(
    work: Work, model: Artifact, dataset: Artifact, split: str, rows: Ints, labels: tuple[str, ...]
) -> Answers:
    own = dataset_of(model, work.store)
    if own is None:
        raise InputError(
            f"The dataset that {model.title} learnt from is not kept, so the baseline has nothing "
            "to learn from; compare with another classifier."
        )
    elsewhere = "" if own.key == dataset.key else dataset.key
    asked = BaselineSpec.parse({"dataset": own.key, "scored_on": elsewhere, "split": split})
    found = work.make(asked)
    return _ordered(read_answers(found.path, found.facts["labels"]), rows, labels)


def _same_texts(one: Artifact, other: Artifact) -> bool:
    """Whether the rows of the two hold the same texts: then what is said of them is the same."""
    return one.key == other.key or (
        one.facts["text_digest"] == other.facts["text_digest"]
        and pq.read_table(one.path / "rows.parquet", columns=["row"]).equals(
            pq.read_table(other.path / "rows.parquet", columns=["row"])
        )
    )


def _holds(folder: Path, rows: Ints) -> bool:
    kept = pq.read_table(folder / FILE, columns=["row"])["row"].to_numpy()
    return bool(np.isin(rows, kept).all())


def _ordered(answers: Answers, rows: Ints, labels: tuple[str, ...]) -> Answers:
    """The answers to `rows`, in that order, their probabilities in the order of `labels`."""
    order = np.argsort(answers.rows)
    places = order[np.searchsorted(answers.rows, rows, sorter=order)]
    columns = [answers.labels.index(label) for label in labels]
    found = answers.where(places)
    place = np.argsort(np.asarray(columns))
    return Answers(
        rows=found.rows,
        targets=place[found.targets],
        probabilities=found.probabilities[:, columns],
        labels=labels,
    )


def _write_pairs(out: Path, rows: Ints, targets: Ints, first: Answers, second: Answers) -> None:
    names = np.asarray(first.labels, dtype=object)
    pq.write_table(
        pa.table(
            {
                "row": rows,
                "label": pa.array(names[targets].tolist(), pa.string()),
                "first": pa.array(names[first.chosen].tolist(), pa.string()),
                "second": pa.array(names[second.chosen].tolist(), pa.string()),
                "first_confidence": first.confidence,
                "second_confidence": second.confidence,
            }
        ),
        out / PAIRS,
    )
