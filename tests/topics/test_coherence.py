"""Coherence: NPMI and C_V as their papers define them, worked out window by window."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from engine.topics.quality.coherence import c_v, diversity, in_windows, npmi
from engine.topics.words.counts import Words

LETTERS = ["alpha", "beta", "gamma", "delta", "omega"]
texts_of = st.lists(
    st.lists(st.sampled_from(LETTERS), max_size=12).map(" ".join), min_size=1, max_size=8
)


def windows_of(texts, size):
    for text in texts:
        words = text.split()
        for start in range(max(1, len(words) - size + 1)):
            yield words[start : start + size]


@settings(deadline=None)
@given(texts_of, st.integers(1, 6))
def test_windows_count_as_when_each_is_looked_at(texts, size):
    vocabulary = {word: i for i, word in enumerate([*LETTERS, "alpha beta"])}
    joint = np.zeros((6, 6))
    many = 0
    for window in windows_of(texts, size):
        many += 1
        pairs = {f"{a} {b}" for a, b in zip(window, window[1:], strict=False)}
        there = np.array([word in window or word in pairs for word in vocabulary], dtype=float)
        joint += np.outer(there, there)
    found = in_windows(vocabulary, texts, window=size)
    assert found.places == many
    np.testing.assert_array_equal(found.joint, joint)


def test_c_v_is_the_papers_by_hand():
    texts = ["alpha beta gamma delta", "alpha beta omega", "gamma delta omega", "omega beta"]
    topic = ["alpha", "beta", "gamma"]
    windows = list(windows_of(texts, 3))
    share = lambda *asked: np.mean([all(w in one for w in asked) for one in windows])  # noqa: E731
    each = np.array(
        [
            [
                np.log((share(a, b) + 1e-12) / (share(a) * share(b))) / -np.log(share(a, b) + 1e-12)
                for b in topic
            ]
            for a in topic
        ]
    )
    whole = each.sum(axis=0)
    cosines = [v @ whole / np.linalg.norm(v) / np.linalg.norm(whole) for v in each]
    assert c_v([topic], texts, window=3)[0] == pytest.approx(np.mean(cosines), abs=1e-9)


def of_documents(rows, vocabulary):
    return Words(csr_matrix(np.array(rows, dtype=np.uint16)), vocabulary)


def test_words_always_together_have_1_never_together_about_minus_1_by_chance_0():
    rows = [[2, 1, 0, 1], [1, 1, 0, 0], [0, 0, 1, 1], [0, 0, 3, 0]]
    words = of_documents(rows, ["cat", "dog", "sun", "sky"])
    found = npmi([["cat", "dog"], ["cat", "sun"], ["cat", "sky"]], words)
    assert found[0] == pytest.approx(1)
    assert found[1] < -0.9
    assert found[2] == pytest.approx(0, abs=1e-9)


def test_topics_of_one_or_unknown_words_have_no_coherence():
    words = of_documents([[1, 1], [1, 0]], ["cat", "dog"])
    assert np.isnan(npmi([["cat"], ["bird", "fish"], []], words)).all()
    assert np.isnan(c_v([["cat"], []], ["cat dog"])).all()
    assert np.isnan(npmi([["bird"]], words)).all()


def test_coherence_does_not_depend_on_the_order_of_words_or_texts():
    texts = ["alpha beta", "beta gamma alpha", "delta omega", "omega gamma delta alpha"]
    one = c_v([["alpha", "beta", "delta"]], texts, window=2)
    other = c_v([["delta", "alpha", "beta"]], texts[::-1], window=2)
    np.testing.assert_allclose(one, other)


def test_diversity_is_the_share_of_words_said_once():
    assert diversity([["a1", "b1"], ["c1", "d1"]]) == 1
    assert diversity([["a1", "b1"], ["a1", "b1"]]) == 0.5
    assert np.isnan(diversity([]))
