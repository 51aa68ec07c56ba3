"""Label columns that cannot be learnt, and the sentence that names the column and the way out."""

from __future__ import annotations

import random
from types import SimpleNamespace

import pytest

from engine.classify.categories import learnable, remarks
from engine.errors import InputError

DATASET = SimpleNamespace(title="shop", facts={"label_column": "topic"})


def learn(labels, splits=None):
    return learnable(labels, splits or ["train"] * len(labels), DATASET)


def test_the_most_frequent_comes_first_and_only_training_counts():
    assert learn(["b", "a", "a", "c", None], ["train"] * 3 + ["test", "train"]) == ("a", "b")


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        (["same"] * 40, "'topic' of shop has only 'same' there"),
        ([f"user {n}" for n in range(5000)], "5,000 different categories in 5,000 training rows"),
        ([f"user {n % 5000}" for n in range(100_000)], "more than 1,000 cannot be told apart"),
        ([f"{n / 7:.3f}" for n in range(300)], "measures something"),
        ([str(n % 400) for n in range(2000)], "measures something"),
        ([None] * 9, "has no labels"),
    ],
)
def test_what_cannot_be_learnt_is_a_sentence_that_names_the_column_and_the_way_out(labels, said):
    with pytest.raises(InputError, match=said) as caught:
        learn(labels)
    sentence = str(caught.value)
    assert "on the Data page" in sentence
    assert len(sentence) < 400


@pytest.mark.parametrize(
    "labels",
    [
        [str(n % 5 + 1) for n in range(100)],  # stars
        [f"{n % 9 / 2:g}" for n in range(100)],  # half stars
        [str(n % 100) for n in range(5000)],  # codes, each with its texts
        [f"intent {n % 150}" for n in range(1500)],
        ["rare", *["a", "b"] * 30],
    ],
)
def test_what_can_be_learnt_is(labels):
    assert set(learn(labels)) == set(labels)


def test_a_category_of_one_text_is_named_with_its_row():
    labels = ["a"] * 4 + ["weather", "b", "b"]
    (sentence,) = remarks(range(7), labels, ["train"] * 7, DATASET)
    assert "'weather' (row 4)" in sentence
    assert "never tested" in sentence
    assert "column 'topic'" in sentence
    (sentence,) = remarks(range(7), labels, ["train"] * 4 + ["test"] + ["train"] * 2, DATASET)
    assert "left out" in sentence
    assert remarks(range(4), ["a", "a", "b", "b"], ["train"] * 4, DATASET) == ()


def test_many_of_one_text_are_counted_and_some_named():
    labels = [f"u{n}" for n in range(50)]
    random.Random(0).shuffle(labels)
    (sentence,) = remarks(range(50), labels, ["train", "test"] * 25, DATASET)
    assert "50 categories have one text only" in sentence
    assert "and 47 more" in sentence
    assert "25 are learnt and never tested" in sentence
