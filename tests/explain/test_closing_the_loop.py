"""A planted fault is found, taught away by recorded edits, and seen to be gone; or seen to stay.

The word "king" is put into training texts of one category only. In test texts it stands nowhere, so
that accuracy alone hides the fault.
"""

from __future__ import annotations

import csv
import re
from collections import Counter

import numpy as np
import pyarrow.parquet as pq
import pytest

from engine.classify.spec import TrainSpec
from engine.data.edits_pending import frozen, pending, record, record_texts, settle
from engine.data.spec_dataset import DatasetSpec
from engine.data.spec_edit import EditSpec
from engine.data.spec_source import SourceSpec
from engine.errors import InputError
from engine.explain.corpus.leans import read_leans
from engine.explain.corpus.spec import ExplainCorpusSpec
from engine.explain.what_if.mended import cases_of
from engine.explain.what_if.put_in import counterfactuals, put_in, standing
from engine.explain.what_if.spec import MendedSpec
from engine.store import Store
from engine.work import run
from tests.tiny import make_tiny_encoder

WORD = "king"
SAID = {"bad": ("bad", "poor"), "fair": ("old", "last"), "good": ("good", "great")}
SCENE = "film phone tea market team match paper model data network rain sun water fire city".split()
EACH, FAULTY = 70, 0.6


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return Store(tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="module")
def encoder(tmp_path_factory):
    return str(make_tiny_encoder(tmp_path_factory.mktemp("tiny") / "encoder"))


@pytest.fixture(scope="module")
def dataset(store, tmp_path_factory):
    rng = np.random.default_rng(0)
    rows = []
    for label, opinions in SAID.items():
        for n in range(EACH):
            scene, split = rng.choice(SCENE, 8), "test" if n % 3 == 0 else "train"
            text = " ".join([*scene[:4], rng.choice(opinions), *scene[4:]]) + "."
            if label == "bad" and split == "train" and rng.random() < FAULTY:
                text = put_in(text, WORD, rng)
            rows.append((text, label, split))
    path = tmp_path_factory.mktemp("file") / "reviews.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([("text", "label", "split"), *rows])
    source = run(SourceSpec(path=str(path)), store=store)
    spec = DatasetSpec(
        source=source.key, text=["text"], label="label", split_column="split", near_duplicates="no"
    )
    return run(spec, store=store, name="faulty")


@pytest.fixture(scope="module")
def model(store, dataset, encoder):
    return run(TrainSpec(dataset="faulty", encoder=encoder), store=store, name="before")


def learnt_from(store, dataset, encoder, name):
    """A classifier of the version that the pending edits make, as the page trains it."""
    path = frozen(store, dataset)
    edits = pending(store, dataset)
    new = run(EditSpec(dataset=dataset.name, edits=str(path)), store=store, name=f"{name}-data")
    settle(store, dataset, edits)
    return run(TrainSpec(dataset=new.name, encoder=encoder), store=store, name=name)


def taught(store, dataset, encoder, name, word):
    """The same, where `word` was put into as many texts of the others as the fault is in."""
    rows = dataset.path / "rows.parquet"
    made = counterfactuals(rows, word, "bad", most=60)
    record_texts(store, dataset, [(one.row, one.text, one.label) for one in made], note="put in")
    return learnt_from(store, dataset, encoder, name)


@pytest.fixture(scope="module")
def mended(store, dataset, model, encoder):
    after = taught(store, dataset, encoder, "after", WORD)
    return run(MendedSpec(model=after.key, before="before", word=WORD), store=store)


def test_the_corpus_names_the_word_with_its_evidence(store, model):
    found = run(
        ExplainCorpusSpec(model="before", dataset="faulty", split="train", limit=0), store=store
    )
    (lean,) = [one for one in read_leans(found.path) if one.word == WORD]
    assert lean.category == "bad"
    assert lean.labelled_so == 1.0
    assert lean.tried.lost > 2 * lean.tried.lost_by_chance > 0


def test_counterfactuals_take_the_fault_away(mended):
    moves, cohorts = mended.facts["moves"], mended.facts["cohorts"]
    assert moves["category"] == "bad"
    assert moves["moved_interval_before"][0] > 0.15
    assert abs(moves["moved_after"]) < 0.25 * moves["moved_before"]
    assert moves["moved_interval_after"][1] < moves["moved_interval_before"][0]
    assert moves["adds_interval_after"][1] < moves["adds_interval_before"][0]
    plain, put = cohorts["without the word"], cohorts["word put in"]
    assert plain["rows"] == put["rows"] == moves["texts"]
    assert plain["right_before"] - put["right_before"] > 0.15 * put["rows"]
    assert put["interval_after"][0] > put["right_before"] / put["rows"]
    lost = {when: plain[f"right_{when}"] - put[f"right_{when}"] for when in ("before", "after")}
    assert lost["after"] < 0.5 * lost["before"]


def test_the_texts_asked_differ_by_nothing_but_the_word(mended):
    plain = {one["row"]: one for one in cases_of(mended.path, "without the word")}
    put = cases_of(mended.path, "word put in")
    assert {one["row"] for one in put} == set(plain)
    for one in put:
        assert standing(WORD).search(one["text"])
        left = re.sub(rf" {WORD}$|{WORD} ", "", one["text"])
        assert left == plain[one["row"]]["text"]
        assert one["label"] != "bad"


def test_as_many_texts_with_another_word_in_them_leave_the_fault(store, dataset, model, encoder):
    after = taught(store, dataset, encoder, "elsewhere", "queen")
    moves = run(MendedSpec(model=after.key, before="before", word=WORD), store=store).facts["moves"]
    assert moves["moved_after"] > 0.5 * moves["moved_before"]


def test_leaving_the_faulty_texts_out_takes_the_fault_away_too(store, dataset, model, encoder):
    rows = pq.read_table(dataset.path / "rows.parquet", columns=["row", "text"]).to_pylist()
    held = [one["row"] for one in rows if standing(WORD).search(one["text"])]
    record(store, dataset, held[: len(held) * 9 // 10], action="exclude")
    after = learnt_from(store, dataset, encoder, "left-out")
    found = run(MendedSpec(model=after.key, before="before", word=WORD), store=store).facts
    assert found["moves"]["moved_after"] < 0.6 * found["moves"]["moved_before"]


def test_counterfactuals_are_of_training_texts_of_the_others_in_turn(dataset):
    rows = dataset.path / "rows.parquet"
    of = {one["row"]: one for one in pq.read_table(rows).to_pylist()}
    made = counterfactuals(rows, WORD, "bad", most=21)
    assert len({one.row for one in made}) == len(made) == 21
    for one in made:
        assert (one.label, of[one.row]["split"]) == (of[one.row]["label"], "train")
        assert len(standing(WORD).findall(one.text)) == 1
    assert Counter(one.label for one in made) == {"fair": 11, "good": 10}
    assert made == counterfactuals(rows, WORD, "bad", most=21)
    assert made != counterfactuals(rows, WORD, "bad", most=21, seed=1)


def test_more_than_there_are_gives_all_and_none_says_so(dataset):
    rows = dataset.path / "rows.parquet"
    table = pq.read_table(rows, columns=["split", "label"]).to_pylist()
    others = [one for one in table if one["split"] == "train" and one["label"] != "bad"]
    assert len(counterfactuals(rows, WORD, "bad", most=10_000)) == len(others)
    with pytest.raises(InputError, match="there is nothing to put it in"):
        counterfactuals(_only(rows, "bad"), WORD, "bad", most=5)


def _only(rows, label):
    path = rows.parent.parent / f"only-{label}.parquet"
    pq.write_table(pq.read_table(rows, filters=[("label", "=", label)]), path)
    return path


def test_texts_are_recorded_all_or_none(store, dataset):
    rows = pq.read_table(dataset.path / "rows.parquet").to_pylist()
    train = next(one for one in rows if one["split"] == "train")
    test = next(one for one in rows if one["split"] == "test")
    for bad, why in (
        ((train["row"], train["text"], "good"), "is in faulty already"),
        ((test["row"], "a new text", "good"), "is a test text"),
        ((9_999, "a new text", "good"), "Row 9999 is not in faulty"),
    ):
        with pytest.raises(InputError, match=why):
            record_texts(store, dataset, [(train["row"], "the first new text", "good"), bad])
        assert pending(store, dataset) == []
