"""What a classifier may learn from, and the sentence where there is nothing to learn."""

from __future__ import annotations

import numpy as np
import pytest

from engine.classify.examples import count_examples, read_examples, read_labelled
from engine.errors import InputError
from tests.classify.conftest import add_dataset, labelled_texts, write_csv


def test_rows_and_targets_belong_together(dataset):
    examples = read_examples(dataset)
    assert set(examples.labels) == {"Business", "Sports", "Science"}
    written = dict(labelled_texts(240))
    for text, target in zip(examples.texts, examples.targets, strict=True):
        assert written[text] == examples.labels[target]
    assert set(np.unique(examples.split)) == {"train", "validation", "test"}


def test_one_category_only(store, tmp_path):
    rows = [(text, "Sports") for text, _ in labelled_texts(30)]
    dataset = add_dataset(store, write_csv(tmp_path / "one.csv", rows), label="label")
    with pytest.raises(InputError, match="two categories"):
        read_examples(dataset)


def test_no_labels(store, tmp_path):
    rows = [(text, "") for text, _ in labelled_texts(30)]
    dataset = add_dataset(store, write_csv(tmp_path / "none.csv", rows), label="")
    with pytest.raises(InputError, match="no labels"):
        read_examples(dataset)


def test_stray_spaces_make_no_second_category_and_a_category_of_one_row_does_no_harm(
    store, tmp_path
):
    rows = labelled_texts(90)
    rows[0] = (rows[0][0], f" {rows[0][1]} ")
    rows[1] = (rows[1][0], "Weather")
    dataset = add_dataset(store, write_csv(tmp_path / "stray.csv", rows))
    examples = read_examples(dataset)
    assert set(examples.labels) <= {"Business", "Sports", "Science", "Weather"}
    assert {"Business", "Sports", "Science"} <= set(examples.labels)


def test_a_validation_split_is_made_where_the_file_has_none(store, tmp_path):
    path = write_csv(tmp_path / "two.csv", labelled_texts(200))
    dataset = add_dataset(store, path, train=0.8, validation=0.0, test=0.2)
    examples = read_examples(dataset)
    share = (examples.split == "validation").sum() / (examples.split != "test").sum()
    assert 0.05 < share < 0.15


def test_scoring_leaves_out_what_the_model_does_not_know(dataset):
    examples = read_labelled(dataset, ("Sports", "Science"))
    assert set(examples.targets.tolist()) == {0, 1}
    assert len(examples.texts) + sum(examples.left_out.values()) == 240
    assert sum(examples.left_out.values()) > 0


def test_the_validation_rows_made_here_share_no_text_with_those_learnt_from(store, tmp_path):
    texts = labelled_texts(80)
    rows = [row for row in texts for _ in range(3)] + [(texts[0][0], "Weather")]
    path = write_csv(tmp_path / "copies.csv", rows)
    dataset = add_dataset(store, path, train=1.0, validation=0.0, test=0.0, keep_duplicates=True)
    examples = read_examples(dataset)
    learnt = {examples.texts[i] for i in examples.where("train")}
    chosen_by = {examples.texts[i] for i in examples.where("validation")}
    assert chosen_by
    assert not learnt & chosen_by
    # Its one row says otherwise than the copies beside it, so they all stay to learn from.
    assert "Weather" in {examples.labels[t] for t in examples.targets[examples.where("train")]}
    counted = count_examples(dataset)
    assert sum(one["validation"] for one in counted.values()) == len(examples.where("validation"))
