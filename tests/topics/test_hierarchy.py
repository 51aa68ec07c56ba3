"""The tree of topics: every level parts the topics, what is most alike merges first."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from engine.topics.centres import unit
from engine.topics.views.hierarchy import hierarchy, joint_words, topic_counts
from engine.topics.views.likeness import closest, likeness
from engine.topics.words.counts import Words


def _centres(k, seed=0):
    return unit(np.random.default_rng(seed).normal(size=(k, 6)).astype(np.float32))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 12), st.integers(0, 5), st.sampled_from(["average", "ward"]), st.data())
def test_every_cut_parts_the_topics(k, seed, method, data):
    found = hierarchy(_centres(k, seed), method=method)
    assert sorted(found.order.tolist()) == list(range(k))
    if k < 2:
        assert len(found.merges) == 0
        return
    left = data.draw(st.integers(1, k))
    branches = found.branches(left)
    assert len(branches) == left
    assert sorted(n for branch in branches for n in branch) == list(range(k))
    # One after the other, the branches are the leaves as they are drawn.
    assert [n for branch in branches for n in branch] == found.order.tolist()
    # A coarser cut only joins branches.
    for coarse in found.branches(max(1, left - 1)):
        assert any(set(branch) <= set(coarse) for branch in branches)
    heights = found.merges[:, 2]
    assert (heights < found.height(left)).sum() == k - left


def test_the_two_most_alike_merge_first():
    centres = unit(np.array([[1, 0, 0], [0, 1, 0], [0.05, 1, 0], [0, 0, 1]], dtype=np.float32))
    found = hierarchy(centres)
    assert set(found.merges[0, :2].astype(int)) == {1, 2}
    assert found.merges[0, 2] == pytest.approx(1 - float(centres[1] @ centres[2]), abs=1e-6)
    assert (1, 2) in [tuple(sorted(branch)) for branch in found.branches(3)]


def test_equal_and_empty_centres_make_a_tree_too():
    found = hierarchy(np.zeros((3, 4), dtype=np.float32))
    assert np.isfinite(found.merges).all()
    assert hierarchy(np.ones((3, 4), dtype=np.float32) / 2).merges[-1, 2] == pytest.approx(0)


def test_a_branch_has_the_words_it_would_have_as_one_topic():
    from engine.topics.words.describe import topic_words, weights_of

    rng = np.random.default_rng(2)
    counts = csr_matrix(rng.poisson(0.4, size=(40, 15)).astype(np.uint16))
    words = Words(counts, [f"word{n:02}" for n in range(15)])
    assigned = (np.arange(40) % 4).astype(np.int32)
    each = topic_counts(words, assigned, np.arange(4, dtype=np.int32))
    found = joint_words(each, words.vocabulary, [(0, 3), (1,), (2,)])
    merged = np.where(assigned == 3, 0, assigned).astype(np.int32)
    alone = topic_words(
        weights_of(words, merged, np.arange(3, dtype=np.int32)), words.vocabulary, top=8
    )
    assert found == alone


def test_likeness_is_cosine_and_pairs_come_nearest_first():
    vectors = np.array([[2, 0], [0, 3], [1, 1], [0, 0]], dtype=np.float32)
    alike = likeness(vectors)
    assert alike[0, 2] == pytest.approx(np.sqrt(0.5))
    assert np.diag(alike).tolist() == [1, 1, 1, 1]
    assert (alike == alike.T).all()
    pairs = closest(alike, most=3)
    assert [(p.one, p.other) for p in pairs] == [(0, 2), (1, 2), (0, 1)]
    assert closest(likeness(vectors[:1])) == []
