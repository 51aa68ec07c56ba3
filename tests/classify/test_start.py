"""Going on from a classifier, rows that count more than others, and ending in time."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from engine.classify.beginning import Beginning
from engine.classify.classifier import load_classifier
from engine.classify.examples import read_examples
from engine.classify.finetune import make_lesson, measures
from engine.classify.head import LinearHead, class_weights, fit_head
from engine.classify.spec import TrainSpec
from engine.errors import InputError
from engine.progress import _Silent
from engine.work import run
from tests.classify.conftest import add_dataset, labelled_texts, write_csv


class Notes(_Silent):
    def __init__(self):
        self.notes, self.points = [], []

    def note(self, sentence):
        self.notes.append(sentence)

    def point(self, **values):
        self.points.append(values)


def fine(dataset, **more):
    given = {"route": "finetune", "epochs": 1, "batch_size": 16, "learning_rate": 1e-3}
    return TrainSpec(dataset=dataset.key, **{**given, **more})


@pytest.fixture
def more(store, tmp_path):
    """Other texts of the same categories and one besides."""
    rows = [
        *labelled_texts(120, seed=3),
        *((f"rain sun storm water {n}", "Weather") for n in range(30)),
    ]
    return add_dataset(store, write_csv(tmp_path / "more.csv", rows))


@pytest.fixture
def tuned(store, dataset, encoder_folder):
    return run(fine(dataset, encoder=str(encoder_folder)), store=store)


def test_the_head_it_goes_on_with_says_what_it_said(store, dataset, tuned):
    progress = Notes()
    again = run(fine(dataset, start=tuned.key), store=store, progress=progress)
    looked = progress.points[0]
    assert looked["step"] == 0
    stored = pq.read_table(tuned.path / "predictions.parquet").to_pydict()
    three = zip(stored["prediction"], stored["label"], stored["split"], strict=True)
    mine = [said == label for said, label, split in three if split == "validation"]
    assert looked["validation_accuracy"] == pytest.approx(np.mean(mine))
    assert tuned.key in {a.key for a in store.inputs(again)}
    assert again.facts["encoder"] == tuned.facts["encoder"]
    # No vectors of the whole dataset were needed.
    assert not any(a.kind == "vectors" for a in store.inputs(again))


@pytest.mark.parametrize("route", ["quick", "finetune", "lora"])
def test_new_categories_join_the_old_ones_on_every_route(store, more, tuned, route):
    model = run(fine(more, start=tuned.key, route=route), store=store)
    assert set(model.facts["labels"]) == {"Business", "Sports", "Science", "Weather"}
    classifier = load_classifier(model.path)
    assert classifier.card.encoder == ""
    if route == "quick":
        theirs = load_classifier(tuned.path)
        texts = ["rain over the city", "the team won"]
        assert np.abs(classifier.vectors(texts) - theirs.vectors(texts)).max() < 1e-5


def test_the_head_matches_labels_by_name_and_keeps_the_rest():
    own = LinearHead(np.eye(3, 4, dtype=np.float32), np.array([1, 2, 3], dtype=np.float32))
    begin = Beginning("e", 0, head=own, labels=("a", "b", "c"))
    head = begin.head_for(("c", "a"))
    assert np.array_equal(head.weight, own.weight[[2, 0]])
    assert np.array_equal(head.bias, own.bias[[2, 0]])
    fitted = LinearHead(np.ones((3, 4), dtype=np.float32), np.zeros(3, dtype=np.float32))
    mixed = begin.head_for(("new", "b", "a"), fitted)
    assert np.array_equal(mixed.weight[0], fitted.weight[0])
    vectors = np.random.default_rng(0).normal(size=(5, 4)).astype(np.float32)
    ours, theirs = mixed.logits(vectors), own.logits(vectors)
    # Between the old ones it decides as before.
    assert np.allclose(ours[:, 1] - ours[:, 2], theirs[:, 1] - theirs[:, 0], atol=1e-5)
    assert begin.head_for(("x", "y"), fitted) is fitted


def test_a_start_and_an_encoder_are_one_too_many():
    with pytest.raises(InputError, match="brings its own"):
        TrainSpec.parse({"dataset": "d", "start": "m", "encoder": "/some/folder"})


def test_a_start_whose_encoder_changed_is_a_sentence(store, dataset, tmp_path):
    from tests.tiny import make_tiny_encoder

    mine = make_tiny_encoder(tmp_path / "mine")
    quick = run(TrainSpec(dataset=dataset.key, encoder=str(mine)), store=store)
    make_tiny_encoder(tmp_path / "mine", seed=1)
    with pytest.raises(InputError, match="nothing to go on from"):
        run(fine(dataset, start=quick.key), store=store)


def with_weights(dataset, weights):
    path = dataset.path / "rows.parquet"
    table = pq.read_table(path)
    pq.write_table(table.append_column("weight", pa.array(weights, pa.float32())), path)


def test_without_a_column_every_row_counts_once(dataset):
    assert set(read_examples(dataset).weights.tolist()) == {1.0}


def test_a_rows_weight_and_its_categorys_count_together(store, dataset, encoder_folder):
    weights = np.random.default_rng(0).uniform(0.1, 4, dataset.facts["rows"]).astype(np.float32)
    with_weights(dataset, weights)
    examples = read_examples(dataset)
    assert np.array_equal(examples.weights, weights[examples.places])
    train = examples.where("train")
    head = LinearHead(np.zeros((3, 32), np.float32), np.zeros(3, np.float32))
    from engine.store import Store

    class Work:
        inputs = {"dataset": dataset}

        def make(self, spec):
            return run(spec, store=store)

    assert isinstance(store, Store)
    spec = fine(dataset, encoder=str(encoder_folder), class_balance=1.0)
    begin = Beginning(spec.encoder, 0)
    lesson = make_lesson(spec, begin, examples, head, Work())
    mass = [lesson.counts[train][examples.targets[train] == n].sum() for n in range(3)]
    assert np.allclose(mass, mass[0], rtol=1e-5)
    assert np.isclose(sum(mass), examples.weights[train].sum(), rtol=1e-5)


def test_a_row_that_counts_twice_is_as_two_rows():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(60, 5)).astype(np.float32), np.arange(60) % 3
    twice = np.concatenate([x, x[:20]]), np.concatenate([y, y[:20]])
    counts = np.ones(60, dtype=np.float32)
    counts[:20] = 2
    nothing = x[:0], y[:0]
    for balance in (False, True):
        one = fit_head(x, y, n_labels=3, validation=nothing, weights=counts, balance=balance)
        two = fit_head(*twice, n_labels=3, validation=nothing, balance=balance)
        assert np.allclose(one.weight, two.weight, atol=1e-3)


def test_balanced_weights_are_scikit_learns():
    from sklearn.utils.class_weight import compute_class_weight

    y = np.array([0] * 7 + [1] * 2 + [2])
    ours = class_weights(y, np.ones(10, dtype=np.float32), 3)
    assert np.allclose(ours, compute_class_weight("balanced", classes=np.arange(3), y=y))


def test_measures_are_scikit_learns():
    from sklearn.metrics import accuracy_score, balanced_accuracy_score, f1_score, log_loss

    rng = np.random.default_rng(1)
    logits, y = rng.normal(size=(90, 4)).astype(np.float32), rng.integers(0, 4, 90)
    found, said = measures(logits, y), logits.argmax(1)
    assert found["accuracy"] == pytest.approx(accuracy_score(y, said))
    assert found["balanced_accuracy"] == pytest.approx(balanced_accuracy_score(y, said))
    assert found["macro_f1"] == pytest.approx(f1_score(y, said, average="macro"))
    shares = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    assert found["loss"] == pytest.approx(log_loss(y, shares), rel=1e-4)


def test_patience_ends_a_run_that_no_longer_betters_and_the_best_is_kept(
    store, dataset, encoder_folder
):
    progress = Notes()
    spec = fine(dataset, encoder=str(encoder_folder), epochs=6, learning_rate=1e-2, patience=2,
                metric="loss")  # fmt: skip
    model = run(spec, store=store, progress=progress)
    assert model.facts["early"]
    assert "stopped_at" not in model.facts
    looks = [p["validation_loss"] for p in progress.points]
    assert np.argmin(looks) == len(looks) - 3
    assert model.facts["best_step"] == progress.points[-3]["step"]
    assert any("Ended early" in note for note in progress.notes)
