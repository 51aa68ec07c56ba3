"""The command ``predict --text``: the page's own answer, without PyTorch where there is one."""

from __future__ import annotations

import logging

import numpy as np
import pytest

from engine.classify.classifier import load_classifier
from engine.classify.live.classifier import export_needed
from engine.classify.spec import TrainSpec
from engine.commands import predict
from engine.errors import InputError
from engine.store import Store
from engine.work import run
from tests.classify.conftest import add_dataset, labelled_texts, write_csv
from tests.tiny import make_tiny_encoder

TEXT = "The team won the match and the bank lost oil shares"


@pytest.fixture(scope="module")
def encoder_folder(tmp_path_factory):
    return make_tiny_encoder(tmp_path_factory.mktemp("tiny") / "encoder")


@pytest.fixture
def store(tmp_path, monkeypatch):
    store = Store(tmp_path / "cache")
    monkeypatch.setattr(predict, "default_store", lambda: store)
    return store


@pytest.fixture
def dataset(store, tmp_path):
    return add_dataset(store, write_csv(tmp_path / "news.csv", labelled_texts(120)))


@pytest.fixture
def torch_answers(monkeypatch):
    """Counts how often the classifier was loaded with PyTorch."""
    loaded = []

    def load(folder, **choices):
        loaded.append(folder)
        return load_classifier(folder, **choices)

    monkeypatch.setattr("engine.classify.classifier.load_classifier", load)
    return loaded


def _same(said, model):
    classifier = load_classifier(model.path, device="cpu")
    wanted = classifier.probabilities([TEXT])[0]
    assert list(said["probabilities"]) == list(classifier.labels)
    np.testing.assert_allclose(list(said["probabilities"].values()), wanted, atol=1e-4)
    assert said["prediction"] == classifier.labels[int(wanted.argmax())]


def test_the_default_encoder_answers_live(store, dataset, torch_answers, caplog):
    caplog.set_level(logging.INFO)
    model = run(TrainSpec(dataset=dataset.key), store=store)
    said = predict.run([model.key, "--text", TEXT])
    assert not torch_answers
    assert "PyTorch" not in caplog.text
    _same(said, model)


def test_another_encoder_says_that_it_is_not_prepared(
    store, dataset, encoder_folder, torch_answers, caplog
):
    caplog.set_level(logging.INFO)
    model = run(TrainSpec(dataset=dataset.key, encoder=str(encoder_folder)), store=store)
    _same(predict.run([model.key, "--text", TEXT]), model)
    assert len(torch_answers) == 1
    assert f"python -m engine onnx --encoder={encoder_folder}" in caplog.text
    run(export_needed(model), store=store)
    _same(predict.run([model.key, "--text", TEXT]), model)
    assert len(torch_answers) == 1, "prepared, it answers live"


def test_texts_without_words(store, dataset):
    model = run(TrainSpec(dataset=dataset.key), store=store)
    assert "no words" in predict.run([model.key, "--text", "🙂🙂"])["note"]
    for empty in ("", "  \n"):
        with pytest.raises(InputError, match="empty"):
            predict.run([model.key, "--text", empty])


@pytest.mark.parametrize(
    ("name", "told"), [("out.doc", "must end in"), ("no/out.csv", "There is no folder")]
)
def test_where_it_cannot_be_written_is_told_before_the_file_is_read(
    store, dataset, encoder_folder, tmp_path, name, told
):
    model = run(TrainSpec(dataset=dataset.key, encoder=str(encoder_folder)), store=store)
    path, before = write_csv(tmp_path / "in.csv", labelled_texts(9)), store.artifacts("source")
    with pytest.raises(InputError, match=told):
        predict.run([model.key, "--input", str(path), "--output", str(tmp_path / name)])
    assert store.artifacts("source") == before
