"""The loop: a text is changed, added with its label, learnt from, and the fault looked at again."""

from __future__ import annotations

import csv
import json

import numpy as np
import pyarrow.parquet as pq
import pytest

from engine.classify.classifier import load_classifier
from engine.classify.spec import TrainSpec
from engine.data.spec_dataset import DatasetSpec
from engine.data.spec_edit import EditSpec
from engine.data.spec_source import SourceSpec
from engine.errors import InputError
from engine.explain.of_classifier import explained_classifier
from engine.explain.what_if.mended import cases_of
from engine.explain.what_if.spec import MendedSpec
from engine.explain.what_if.training_texts import (
    influential_texts,
    nearest_texts,
    vector_of,
    vectors_spec,
)
from engine.store import Store
from engine.work import run
from tests.tiny import make_tiny_encoder

GOOD = "a very good film, great tea and sun number {n}"
BAD = "a poor old film, bad oil and rain number {n}"


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return Store(tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="module")
def encoder(tmp_path_factory):
    return str(make_tiny_encoder(tmp_path_factory.mktemp("tiny") / "encoder"))


@pytest.fixture(scope="module")
def dataset(store, tmp_path_factory):
    path = tmp_path_factory.mktemp("file") / "films.csv"
    with path.open("w", newline="") as file:
        rows = [(text.format(n=n * 37), label) for n in range(40)
                for text, label in ((GOOD, "good"), (BAD, "bad"))]  # fmt: skip
        csv.writer(file).writerows([("text", "label"), *rows, rows[0]])
    source = run(SourceSpec(path=str(path)), store=store)
    spec = DatasetSpec(source=source.key, label="label", near_duplicates="no")
    return run(spec, store=store, name="films")


@pytest.fixture(scope="module")
def model(store, dataset, encoder):
    return run(TrainSpec(dataset="films", encoder=encoder), store=store, name="first")


@pytest.fixture(scope="module")
def edited(store, dataset, tmp_path_factory):
    rows = pq.read_table(dataset.path / "rows.parquet").to_pylist()
    train = [row for row in rows if row["split"] == "train"]
    edits = [
        {"row": train[0]["row"], "action": "add", "value": "bad", "text": "the king of the court"},
        {"row": -1, "action": "add", "value": "bad", "text": "the queen of the court"},
        {"row": train[1]["row"], "action": "relabel", "value": "bad"},
    ]
    path = tmp_path_factory.mktemp("edits") / "edits.json"
    path.write_text(json.dumps(edits))
    return run(EditSpec(dataset="films", edits=str(path)), store=store, name="films-edited")


@pytest.fixture(scope="module")
def later(store, edited, encoder):
    return run(TrainSpec(dataset="films-edited", encoder=encoder), store=store, name="second")


@pytest.fixture(scope="module")
def vectors(store, model, dataset):
    return run(vectors_spec(model, dataset), store=store)


def test_vectors_of_a_frozen_encoder_are_those_it_was_trained_on(store, model, vectors):
    assert vectors.key in {a.key for a in store.lineage(model)}


def test_a_text_is_nearest_to_itself_and_copies_are_shown_once(store, model, dataset, vectors):
    subject = explained_classifier(model.path, key=model.key)
    text = pq.read_table(dataset.path / "rows.parquet")["text"][0].as_py()
    vector = vector_of(subject, text)
    found = nearest_texts(model, dataset, vectors, vector, store, most=6)
    stored = np.load(vectors.path / "vectors.npy")
    np.testing.assert_allclose(vector, stored[0], atol=1e-5)
    held_out = {row["row"] for row in pq.read_table(model.path / "predictions.parquet",
                filters=[("split", "=", model.facts["scored_on"])]).to_pylist()}  # fmt: skip
    assert not held_out & {one.row for one in found}
    assert len({one.text for one in found}) == len(found) == 6
    assert [one.value for one in found] == sorted((one.value for one in found), reverse=True)
    if 0 not in held_out:
        assert found[0].text == text


def test_proponents_and_opponents_are_training_texts_with_the_larger_products(
    store, model, dataset, vectors
):
    subject = explained_classifier(model.path, key=model.key)
    vector = vector_of(subject, "a very good film")
    pro, con = influential_texts(model, dataset, vectors, vector, "good", store, most=5)
    assert pro
    assert all(one.value > 0 for one in pro)
    assert all(one.value < 0 for one in con)


def test_texts_of_another_dataset_taught_nothing_and_it_says_so(
    store, model, edited, vectors, encoder
):
    other = run(vectors_spec(model, edited), store=store)
    vector = np.ones(32, dtype=np.float32)
    assert len(nearest_texts(model, edited, other, vector, store, most=3)) == 3
    with pytest.raises(InputError, match="did not learn from films-edited"):
        influential_texts(model, edited, other, vector, "good", store)


def test_what_became_of_the_edited_texts_is_what_both_classifiers_say(store, model, edited, later):
    found = run(MendedSpec(model="second", before="first", word="film"), store=store)
    table = pq.read_table(found.path / "mended.parquet").to_pylist()
    for name, one in (("before", model), ("after", later)):
        classifier = load_classifier(one.path)
        shares = classifier.probabilities([row["text"] for row in table])
        for row, mine in zip(table, shares, strict=True):
            assert row[name] == classifier.labels[int(mine.argmax())]
            place = classifier.labels.index(row["label"])
            assert row[f"{name}_share"] == pytest.approx(float(mine[place]), abs=1e-5)
    cohorts = found.facts["cohorts"]
    edited_rows = {name: cohorts[name]["rows"] for name in ("added", "relabelled", "made from")}
    assert edited_rows == {"added": 2, "relabelled": 1, "made from": 1}
    splits = dict(zip(*pq.read_table(edited.path / "rows.parquet",
                  columns=["row", "split"]).to_pydict().values(), strict=True))  # fmt: skip
    held = [row for row in table if row["cohort"] == "with the word"]
    assert held
    assert all(splits[row["row"]] == "test" and "film" in row["text"] for row in held)
    for name, one in cohorts.items():
        mine = [row for row in table if row["cohort"] == name]
        assert one["right_after"] == sum(row["after"] == row["label"] for row in mine)
        assert one["share_before"] == pytest.approx(np.mean([r["before_share"] for r in mine]))
    ordered = cases_of(found.path, "with the word")
    changed = [row["before"] != row["after"] for row in ordered]
    assert changed == sorted(changed, reverse=True)


def test_a_part_of_a_word_is_not_the_word(store, model, later):
    with pytest.raises(InputError, match="No text of films-edited holds “fil” as a word"):
        run(MendedSpec(model="second", before="first", word="fil"), store=store)


def test_with_nothing_edited_and_no_word_it_says_what_to_do(store, model):
    with pytest.raises(InputError, match="name a word"):
        run(MendedSpec(model="first", before="first"), store=store)
    with pytest.raises(InputError, match="No text of films holds “zebra”"):
        run(MendedSpec(model="first", before="first", word="zebra"), store=store)
