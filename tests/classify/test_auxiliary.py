"""A column learnt beside the categories: what it says, where it begins, what it asks for."""

from __future__ import annotations

import numpy as np
import pytest

from engine.classify.auxiliary import with_auxiliary, with_rows
from engine.classify.classifier import load_classifier
from engine.classify.examples import read_examples
from engine.classify.head import LinearHead, class_weights
from engine.classify.spec import TrainSpec
from engine.errors import InputError
from engine.work import run
from tests.classify.conftest import add_dataset


@pytest.fixture
def rated(store, tmp_path):
    """Reviews with the stars behind their sentiment; every twentieth has lost its stars."""
    lines = ["text,label,stars,number"]
    for n in range(200):
        stars = n % 5 + 1
        taste = "grim cold stale" if stars < 3 else "fine warm fresh"
        shown = "" if n % 20 == 19 else stars
        lines.append(f"the {taste} meal of table {n},{'bad' if stars < 3 else 'good'},{shown},{n}")
    path = tmp_path / "rated.csv"
    path.write_text("\n".join(lines))
    return add_dataset(store, path, text=["text"], label="label")


def test_answers_are_the_columns_and_its_gaps_teach_nothing(store, rated):
    examples = with_auxiliary(read_examples(rated), "stars", rated, store)
    for row, answer in zip(examples.rows, examples.beside, strict=True):
        assert answer == (-1 if row % 20 == 19 else row % 5)


def test_without_a_name_nothing_is_learnt_beside(store, rated):
    examples = read_examples(rated)
    assert with_auxiliary(examples, "", rated, store) is examples
    head = LinearHead(np.eye(2, dtype=np.float32), np.zeros(2, dtype=np.float32))
    assert with_rows(head, examples) is head


def test_a_value_begins_as_the_category_its_texts_belong_to(store, rated):
    examples = with_auxiliary(read_examples(rated), "stars", rated, store)
    rng = np.random.default_rng(0)
    head = LinearHead(rng.normal(size=(2, 4)).astype("f4"), rng.normal(size=2).astype("f4"))
    more = with_rows(head, examples)
    bad, good = examples.labels.index("bad"), examples.labels.index("good")
    of = [bad, bad, good, good, good]
    np.testing.assert_allclose(more.weight, head.weight[[0, 1, *of]], rtol=1e-6)
    np.testing.assert_allclose(more.bias, head.bias[[0, 1, *of]], rtol=1e-6)


@pytest.mark.parametrize(
    ("name", "said"), [("starz", "text, label, stars, number"), ("number", "different values")]
)
def test_a_column_that_cannot_be_learnt_is_named(store, rated, name, said):
    with pytest.raises(InputError, match=f"{name}.*{said}|{said}"):
        with_auxiliary(read_examples(rated), name, rated, store)


def test_the_classifier_knows_its_categories_alone(store, rated, encoder_folder):
    spec = TrainSpec(
        dataset=rated.key, route="finetune", epochs=1, batch_size=16, learning_rate=1e-3,
        encoder=str(encoder_folder), auxiliary="stars", label_smoothing=0.1, class_balance=0.5,
    )  # fmt: skip
    model = run(spec, store=store)
    assert sorted(model.facts["labels"]) == ["bad", "good"]
    assert len(load_classifier(model.path).head.bias) == 2
    alone = run(spec.model_copy(update={"auxiliary": ""}), store=store)
    assert alone.key != model.key


def test_half_a_balance_is_the_square_root_and_keeps_the_whole_weight():
    targets = np.repeat([0, 1, 2], [90, 9, 1])
    counts = np.ones(100, dtype=np.float32)
    whole, half, none = (class_weights(targets, counts, 3, power=p) for p in (1.0, 0.5, 0.0))
    np.testing.assert_allclose(half / half[0], np.sqrt(whole / whole[0]), rtol=1e-5)
    np.testing.assert_allclose(none, 1.0)
    for weights in (whole, half, none):
        assert (counts * weights[targets]).sum() == pytest.approx(100, rel=1e-5)
