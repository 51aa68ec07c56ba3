"""Same texts share a group, almost same ones too, and different ones never do."""

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.data.duplicates import connected, exact_groups, jaccard, near_groups, text_hash


def sentence(pick, n=60):
    return [f"w{pick.randrange(5000)}" for _ in range(n)]


def hashes(texts):
    return np.array([text_hash(text) for text in texts], dtype=np.uint64)


def test_case_spaces_and_punctuation_make_no_difference():
    groups = exact_groups(hashes(["It's here!", "its  here", "IT S HERE", "It s here", "other"]))
    assert groups.tolist() == [0, 1, 0, 0, 4]


def test_texts_without_words_are_compared_as_they_are():
    assert exact_groups(hashes(["!!!", "???", "!!!"])).tolist() == [0, 1, 0]


@given(st.lists(st.text(max_size=5), max_size=30))
def test_a_group_is_named_after_its_first_member(texts):
    groups = exact_groups(hashes(texts))
    assert all(groups[g] == g and g <= i for i, g in enumerate(groups))


def test_one_changed_word_is_a_near_duplicate_and_another_text_is_not():
    pick = random.Random(0)
    base = [sentence(pick) for _ in range(200)]
    twin = [list(words) for words in base]
    for words in twin:
        words[30] = "changed"
    texts = [" ".join(words) for words in base + twin]
    groups = near_groups(texts, len(texts), threshold=0.8)
    assert (groups[200:] == np.arange(200)).mean() >= 0.98
    assert (groups[:200] == np.arange(200)).all()


def test_every_candidate_is_checked_against_the_true_similarity():
    pick = random.Random(1)
    words = sentence(pick)
    half = words[:30] + sentence(pick, 30)
    assert near_groups([" ".join(words), " ".join(half)], 2, threshold=0.8).tolist() == [0, 1]


def test_groups_do_not_depend_on_the_order_of_the_texts():
    pick = random.Random(2)
    base = [" ".join(sentence(pick)) for _ in range(50)]
    texts = base + [text + " more" for text in base]
    order = pick.sample(range(len(texts)), len(texts))
    groups = near_groups(texts, len(texts))
    moved = near_groups([texts[i] for i in order], len(texts))
    same = groups[order][:, None] == groups[order][None, :]
    assert (same == (moved[:, None] == moved[None, :])).all()


@pytest.mark.parametrize("texts", [[], ["one"], ["", ""], ["a b", "a b", "c"]])
def test_short_and_empty_texts(texts):
    assert len(near_groups(texts, len(texts))) == len(texts)


def test_a_chain_is_one_group():
    assert connected(np.array([[0, 1], [1, 2], [4, 5]]), 6).tolist() == [0, 0, 0, 3, 4, 4]


def test_jaccard():
    a, b = np.array([1, 2, 3], dtype=np.uint64), np.array([2, 3, 4], dtype=np.uint64)
    assert jaccard(a, b) == 0.5
    assert jaccard(a, a) == 1.0
