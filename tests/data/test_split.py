"""Splits keep groups whole, classes balanced and do not depend on the order of the file."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.data.split import check_trainable, from_column, stratified
from engine.errors import InputError

SHARES = (0.8, 0.1, 0.1)


def keys(n):
    return np.random.default_rng(9).integers(0, 2**63, n, dtype=np.uint64)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(-1, 4), st.integers(0, 20)), min_size=1, max_size=80))
def test_no_group_is_divided_and_every_label_can_be_learnt(rows):
    labels = np.array([label for label, _ in rows])
    groups = np.array([group for _, group in rows])
    splits = stratified(labels, groups, keys(len(rows)), SHARES, seed=1)
    for group in set(groups.tolist()):
        assert len(set(splits[groups == group].tolist())) == 1
    assert set(splits.tolist()) <= {0, 1, 2}
    if len(set(groups.tolist())) == len(groups):
        for label in set(labels.tolist()):
            assert (splits[labels == label] == 0).any()


def test_shares_hold_within_every_label():
    labels = np.repeat([0, 1, 2], [1000, 500, 100])
    splits = stratified(labels, np.arange(1600), keys(1600), SHARES, seed=0)
    for label, n in ((0, 1000), (1, 500), (2, 100)):
        counts = np.bincount(splits[labels == label], minlength=3)
        assert counts.tolist() == pytest.approx([0.8 * n, 0.1 * n, 0.1 * n], abs=1)


def test_a_small_class_is_found_in_every_split():
    splits = stratified(np.zeros(4, int), np.arange(4), keys(4), SHARES, seed=0)
    assert set(splits.tolist()) == {0, 1, 2}


def test_one_row_is_learnt_from():
    assert stratified(np.zeros(1, int), np.arange(1), keys(1), SHARES, seed=0).tolist() == [0]


def test_the_order_of_the_file_does_not_matter_and_the_seed_does():
    labels, hashes = np.arange(300) % 3, keys(300)
    groups, order = np.arange(300), np.random.default_rng(0).permutation(300)
    splits = stratified(labels, groups, hashes, SHARES, seed=4)
    moved = stratified(labels[order], groups[order], hashes[order], SHARES, seed=4)
    assert (splits[order] == moved).all()
    assert (splits != stratified(labels, groups, hashes, SHARES, seed=5)).any()


def test_no_test_share_means_no_test_rows():
    splits = stratified(np.arange(50) % 2, np.arange(50), keys(50), (0.9, 0.1, 0.0), seed=0)
    assert not (splits == 2).any()


def test_a_column_of_names_is_read():
    splits, unknown = from_column(["Train", " val", "DEV", "valid", "test", "extra", None])
    assert splits.tolist() == [0, 1, 1, 1, 2, -1, -1]
    assert unknown == {"extra": 1, "": 1}


@pytest.mark.parametrize(
    ("labels", "splits", "said"),
    [({}, None, "no labels"), ({"a": 5}, None, "All 5 labelled texts are 'a'"),
     ({"a": 1, "b": 1}, {"train": 0}, "training split")],
)  # fmt: skip
def test_what_cannot_be_learnt_is_said_in_a_sentence(labels, splits, said):
    with pytest.raises(InputError, match=said):
        check_trainable(labels, splits)


def test_a_class_with_one_row_is_worth_a_note():
    assert check_trainable({"a": 9, "b": 1}) == [
        "'b' has only one text: it is learnt from but cannot be tested."
    ]
