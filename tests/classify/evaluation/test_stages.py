"""Baseline, comparison and evaluation as stages: never on a text that taught, always the truth."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pyarrow.parquet as pq
import pytest
from sklearn import metrics

from engine.classify.evaluation.answers import read_answers, texts_of
from engine.classify.evaluation.comparison import flips, flips_by_label
from engine.classify.evaluation.leakage import (
    learnt_rows,
    read_seen,
    score_unseen,
    seen_rows,
    seen_texts,
)
from engine.classify.evaluation.spec import BaselineSpec, CompareSpec
from engine.classify.spec import EvaluateSpec, TrainSpec
from engine.data.spec_edit import EditSpec
from engine.errors import InputError
from engine.work import run
from tests.classify.conftest import add_dataset, labelled_texts, write_csv


@pytest.fixture
def model(store, dataset, encoder_folder):
    return run(TrainSpec(dataset=dataset.key, encoder=str(encoder_folder)), store=store)


def rows_of(dataset, *columns):
    return pq.read_table(dataset.path / "rows.parquet", columns=list(columns)).to_pydict()


def test_the_baseline_learns_words_and_is_scored_on_the_held_out(store, dataset):
    found = run(BaselineSpec(dataset=dataset.key), store=store)
    scores = json.loads((found.path / "scores.json").read_text())
    answers = read_answers(found.path, scores["labels"])
    rows = rows_of(dataset, "row", "split", "label")
    test = {r: label for r, split, label in zip(*rows.values(), strict=True) if split == "test"}
    assert set(answers.rows.tolist()) == set(test)
    assert [answers.labels[t] for t in answers.targets] == [test[r] for r in answers.rows.tolist()]
    assert found.facts["accuracy"] == pytest.approx(
        metrics.accuracy_score(answers.targets, answers.chosen)
    )
    # The words of the topics tell them apart, which guessing the most frequent one cannot.
    assert found.facts["accuracy"] > 0.9 > 0.6 > found.facts["majority"]
    np.testing.assert_allclose(answers.probabilities.sum(axis=1), 1, atol=1e-5)


def test_the_baseline_says_where_it_took_only_some_texts(store, dataset):
    found = run(BaselineSpec(dataset=dataset.key, most=100), store=store)
    assert 100 <= found.facts["train_rows"] <= 130 < found.facts["of_rows"]


def test_the_baseline_can_be_scored_on_another_dataset(store, dataset, tmp_path):
    other = add_dataset(store, write_csv(tmp_path / "other.csv", labelled_texts(60, seed=5)))
    found = run(BaselineSpec(dataset=dataset.key, scored_on=other.key, split="all"), store=store)
    assert found.facts["rows"] == 60
    assert found.facts["accuracy"] > 0.9


def test_scored_on_validation_the_baseline_does_not_learn_from_it(store, dataset):
    found = run(BaselineSpec(dataset=dataset.key, split="validation"), store=store)
    assert found.facts["train_rows"] == dataset.facts["splits"]["train"]


def test_texts_without_a_common_word_are_a_sentence(store, tmp_path):
    rows = [(f"only{n} here{n}", "ab"[n % 2]) for n in range(400)]
    found = add_dataset(store, write_csv(tmp_path / "odd.csv", rows))
    with pytest.raises(InputError, match="No word occurs in two of the training texts"):
        run(BaselineSpec(dataset=found.key), store=store)


def test_comparing_with_the_baseline_tells_the_flips(store, dataset, model):
    found = run(CompareSpec(model=model.key, dataset=dataset.key), store=store)
    told = json.loads((found.path / "comparison.json").read_text())
    assert told["rows"] == dataset.facts["splits"]["test"]
    assert told["left_out"] == 0
    table = pq.read_table(found.path / "pairs.parquet").to_pylist()
    fixed = [r for r in table if r["first"] == r["label"] != r["second"]]
    broken = [r for r in table if r["second"] == r["label"] != r["first"]]
    assert (told["fixed"], told["broken"]) == (len(fixed), len(broken))
    assert broken, "an encoder of random weights should miss what words tell"
    shown = flips(found.path, dataset.path / "rows.parquet", fixed=False)
    assert {r["row"] for r in shown} == {r["row"] for r in broken}
    sure = [r["confidence"] for r in shown]
    assert sure == sorted((r["first_confidence"] for r in broken), reverse=True)
    assert flips(found.path, dataset.path / "rows.parquet", fixed=False, limit=1) == shown[:1]
    by_label = flips_by_label(found.path)
    assert {label: (one, other) for label, one, other in by_label} == {
        label: tuple(sum(r["label"] == label for r in rows) for rows in (fixed, broken))
        for label in {r["label"] for r in fixed + broken}
    }
    totals = [one + other for _, one, other in by_label]
    assert totals == sorted(totals, reverse=True)
    label = by_label[0][0]
    only = flips(found.path, dataset.path / "rows.parquet", fixed=False, label=label)
    assert only == [r for r in shown if r["label"] == label]
    texts = dict(zip(*rows_of(dataset, "row", "text").values(), strict=True))
    assert all(r["text"] == texts[r["row"]] and r["prediction"] != r["label"] for r in shown)
    assert told["verdict"].startswith(
        ("No difference can be claimed", "TF-IDF + linear is better than")
    )


def test_a_new_version_is_compared_on_what_taught_neither(
    store, dataset, model, encoder_folder, tmp_path
):
    rows = rows_of(dataset, "row", "label", "split")
    test = [r for r, _, split in zip(*rows.values(), strict=True) if split == "test"]
    edits = tmp_path / "edits.json"
    edits.write_text(json.dumps([{"row": row, "action": "exclude"} for row in test[:3]]))
    edited = run(EditSpec(dataset=dataset.key, edits=str(edits)), store=store)
    newer = run(TrainSpec(dataset=edited.key, encoder=str(encoder_folder)), store=store)
    found = run(CompareSpec(model=newer.key, dataset=edited.key, other=model.key), store=store)
    assert found.facts["rows"] == len(test) - 3
    assert found.facts["left_out"] == 0


def test_rows_that_one_of_them_learnt_are_left_out(store, tmp_path, encoder_folder):
    path = write_csv(tmp_path / "news.csv", labelled_texts(240))
    one, two = (add_dataset(store, path, seed=seed) for seed in (0, 1))
    models = [
        run(TrainSpec(dataset=d.key, encoder=str(encoder_folder)), store=store) for d in (one, two)
    ]
    found = run(CompareSpec(model=models[0].key, dataset=one.key, other=models[1].key), store=store)
    learnt = set(learnt_rows(models[1], store).tolist())
    test = [r for r, split in zip(*rows_of(one, "row", "split").values(), strict=True)
            if split == "test"]  # fmt: skip
    kept = pq.read_table(found.path / "pairs.parquet")["row"].to_pylist()
    assert set(kept) == set(test) - learnt
    assert found.facts["left_out"] == len(test) - len(kept) > 0
    with pytest.raises(InputError, match="taught one of the two"):
        run(CompareSpec(model=models[0].key, dataset=one.key, other=models[1].key,
                        split="validation"), store=store)  # fmt: skip


def test_what_cannot_be_compared_is_a_sentence(store, dataset, model, tmp_path, encoder_folder):
    with pytest.raises(InputError, match="cannot be compared with itself"):
        run(CompareSpec(model=model.key, dataset=dataset.key, other=model.key), store=store)
    rows = [(text, label.lower()) for text, label in labelled_texts(120, seed=3)]
    lower = add_dataset(store, write_csv(tmp_path / "lower.csv", rows))
    with pytest.raises(InputError, match="has no test rows of the categories"):
        run(CompareSpec(model=model.key, dataset=lower.key), store=store)
    other = run(TrainSpec(dataset=lower.key, encoder=str(encoder_folder)), store=store)
    with pytest.raises(InputError, match="know different categories"):
        run(CompareSpec(model=model.key, dataset=dataset.key, other=other.key), store=store)


def _with_copies(tmp_path, n_copies=8):
    """A file whose own split has test texts that also occur in training, some nearly."""
    import csv

    rows = labelled_texts(150, seed=4)
    path = tmp_path / "leaky.csv"
    copied = [(text + (" again" if n % 2 else ""), label, "test")
              for n, (text, label) in enumerate(rows[:n_copies])]  # fmt: skip
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(
            [
                ("text", "label", "part"),
                *((text, label, "train") for text, label in rows[:100]),
                *((text, label, "validation") for text, label in rows[100:115]),
                *((text, label, "test") for text, label in rows[115:]),
                *copied,
            ]
        )
    return path


def test_copies_of_training_texts_are_found_and_scored_without(store, tmp_path, encoder_folder):
    from engine.data.spec_dataset import DatasetSpec
    from engine.data.spec_source import SourceSpec

    source = run(SourceSpec(path=str(_with_copies(tmp_path))), store=store)
    dataset = run(DatasetSpec(source=source.key, split_column="part", near_threshold=0.6,
                              label="label", text=["text"]), store=store)  # fmt: skip
    model = run(TrainSpec(dataset=dataset.key, encoder=str(encoder_folder)), store=store)
    labels = model.facts["labels"]
    answers = read_answers(model.path, labels, split="test")
    seen = seen_rows(model, dataset, answers.rows, store)
    assert seen.near
    copies = set(range(150, 158))
    assert copies <= set(answers.rows[seen.flags].tolist())
    found = score_unseen(model, model, dataset, labels=labels, split="test", store=store)
    left = answers.where(~seen.flags)
    assert found["seen"] == seen.flags.sum()
    assert found["rows"] == len(left)
    assert found["accuracy"] == pytest.approx(left.right.mean())
    # Read from the texts, whatever the file, it is the same.
    listed = texts_of(model.path, dataset.path / "rows.parquet", answers.rows.tolist())
    by_text = seen_texts(model, [one["text"] for one in listed], store)
    assert {150, 152, 154, 156} <= set(answers.rows[by_text.flags].tolist())


def test_an_evaluation_elsewhere_knows_which_texts_taught_it(store, dataset, model, tmp_path):
    taught = rows_of(dataset, "text", "label", "split")
    known = [(t, label) for t, label, s in zip(*taught.values(), strict=True) if s == "train"][:10]
    new = labelled_texts(40, seed=9)
    other = add_dataset(store, write_csv(tmp_path / "mixed.csv", known + new))
    found = run(EvaluateSpec(model=model.key, dataset=other.key, split="all"), store=store)
    labels = found.facts["labels"]
    answers = read_answers(found.path, labels)
    seen = read_seen(found.path, answers.rows)
    assert set(range(10)) <= set(answers.rows[seen].tolist())
    assert found.facts["seen"] == seen.sum() < 50
    scored = score_unseen(found, model, other, labels=labels, split="all", store=store)
    assert scored["rows"] == (~seen).sum()
    assert scored["accuracy"] == pytest.approx(answers.where(~seen).right.mean())


def test_all_rows_of_the_own_dataset_count_as_seen_but_those_held_out(store, dataset, model):
    found = run(EvaluateSpec(model=model.key, dataset=dataset.key, split="all"), store=store)
    splits = dataset.facts["splits"]
    assert found.facts["seen"] == splits["train"] + splits["validation"]


def test_errors_come_first_and_the_surest_of_them(model, dataset):
    answers = read_answers(model.path, model.facts["labels"], split="test")
    order = answers.errors_first(np.ones(len(answers), dtype=bool))
    assert sorted(order.tolist()) == list(range(len(answers)))
    right, sure = answers.right[order], answers.confidence[order]
    assert (np.diff(right.astype(int)) >= 0).all()
    for part in (right, ~right):
        assert (np.diff(sure[part]) <= 0).all()
    rows = answers.rows[order].tolist()
    listed = texts_of(model.path, dataset.path / "rows.parquet", rows, limit=7)
    assert [one["row"] for one in listed] == rows[:7]
    texts = dict(zip(*rows_of(dataset, "row", "text").values(), strict=True))
    assert all(one["text"] == texts[one["row"]] for one in listed)


def test_what_is_not_known_to_have_taught_is_not_said_to_be_new(
    store, dataset, model, tmp_path, encoder_folder
):
    """As of a classifier brought in from elsewhere: what it learnt from is not here."""
    other = add_dataset(store, write_csv(tmp_path / "new.csv", labelled_texts(80, seed=9)))
    newer = run(TrainSpec(dataset=other.key, encoder=str(encoder_folder)), store=store)
    shutil.rmtree(dataset.path)
    found = run(EvaluateSpec(model=model.key, dataset=other.key), store=store)
    assert found.facts["seen"] is None
    told = run(CompareSpec(model=newer.key, dataset=other.key, other=model.key), store=store)
    assert told.facts["unknown"] == [model.title]
    with pytest.raises(InputError, match="the baseline has nothing to learn from"):
        run(CompareSpec(model=model.key, dataset=other.key), store=store)
