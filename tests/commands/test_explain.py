"""The command ``explain``: words with their scores, figures of trust, and a sentence where not."""

from __future__ import annotations

import json

import numpy as np
import pytest

from engine.classify.classifier import load_classifier
from engine.classify.spec import TrainSpec
from engine.commands import explain
from engine.errors import InputError
from engine.store import Store
from engine.work import run
from tests.classify.conftest import add_dataset, labelled_texts, write_csv
from tests.tiny import make_tiny_encoder

TEXT = "The team won the match and the bank lost oil shares"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("explain")
    store = Store(folder / "cache")
    encoder = make_tiny_encoder(folder / "encoder")
    dataset = add_dataset(store, write_csv(folder / "news.csv", labelled_texts(120)))
    return store, run(TrainSpec(dataset=dataset.key, encoder=str(encoder)), store=store)


@pytest.fixture
def model(made, monkeypatch):
    monkeypatch.setattr(explain, "default_store", lambda: made[0])
    return made[1]


def test_the_answer_is_explained_and_the_scores_sum_to_it(model):
    said = explain.run([model.key, "--text", TEXT])
    classifier = load_classifier(model.path, device="cpu")
    shares = classifier.probabilities([TEXT])[0]
    best = int(shares.argmax())
    assert said["explained"] == classifier.labels[best]
    odds = float(np.log(shares[best] / (1 - shares[best])))
    assert said["value"] == pytest.approx(odds, abs=1e-3)
    assert [word for word, _ in said["words"]] == TEXT.split()
    assert abs(said["delta"]) <= 0.02 * abs(said["value"] - said["base"]) + 1e-6
    assert {"comprehensiveness", "sufficiency", "believable", "why"} <= set(said)


def test_one_category_against_another_swaps_every_sign(model):
    labels = model.facts["labels"]
    there, back = (
        explain.run([model.key, "--text", TEXT, "--category", a, "--against", b])
        for a, b in (labels[:2], labels[1::-1])
    )
    for (word, score), (other, opposite) in zip(there["words"], back["words"], strict=True):
        assert word == other
        assert score == pytest.approx(-opposite, abs=1e-4)


def test_it_is_written_to_a_file(model, tmp_path):
    said = explain.run([model.key, "--text", TEXT, "--output", str(tmp_path / "why.json")])
    kept = json.loads((tmp_path / "why.json").read_text())
    assert [one["word"] for one in kept["words"]] == [word for word, _ in said["words"]]
    explain.run([model.key, "--text", TEXT, "--output", str(tmp_path / "why.csv")])
    assert (tmp_path / "why.csv").read_text(encoding="utf-8-sig").count("\n") == 12


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "Give MODEL --text"),
        (["--text", TEXT, "--document", "3"], "Give MODEL --text"),
        (["--text", " "], "The text is empty"),
        (["--text", "☃"], "knows none of the characters"),
        (["--text", TEXT, "--category", "Weather"], "There is no 'Weather' here"),
        (["--text", TEXT, "--method", "tealeaves"], "tealeaves"),
        (["--text", TEXT, "--baseline", "nothing"], "There is no baseline 'nothing'"),
        (["--text", TEXT, "--baseline", "text"], "Type the neutral text"),
        (["--text", TEXT, "--baseline", "pad", "--neutral", "so"], "--neutral goes with"),
        (["--text", TEXT, "--output", "why.doc"], "--output ends in"),
        (["--text", TEXT, "--output", "not/here/why.csv"], "There is no folder"),
        (["--text", TEXT, "--attention", "magic"], "magic"),
    ],
)
def test_what_cannot_be_explained_is_said(model, words, told):
    with pytest.raises(InputError, match=told):
        explain.run([model.key, *words])
