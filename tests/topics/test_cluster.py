"""Finding topics: grains, their tree, the level that is chosen, and who is left out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import InputError
from engine.topics.centres import sums
from engine.topics.cluster.cluster import MOST_OUTSIDE, agreement, cluster, largest_first
from engine.topics.cluster.grains import grains, joined
from engine.topics.cluster.levels import choose, simplified_silhouette
from engine.topics.cluster.tree import merge_tree


def blobs(k, each=120, width=16, dims=5, seed=0):
    """Points in few dimensions and vectors in many, k groups in both; and the groups."""
    rng = np.random.default_rng(seed)
    group = np.repeat(np.arange(k), each)
    centres = rng.normal(size=(k, width))
    vectors = centres[group] + rng.normal(scale=0.35, size=(k * each, width))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    points = rng.normal(size=(k, dims), scale=12)[group] + rng.normal(size=(k * each, dims))
    return points.astype(np.float32), vectors.astype(np.float32), group


def same(one, other):
    """Whether two labellings part the documents alike."""
    pairs = {(a, b) for a, b in zip(one.tolist(), other.tolist(), strict=True)}
    return len(pairs) == len(set(one.tolist())) == len(set(other.tolist()))


@pytest.mark.parametrize("k", [2, 4, 9])
def test_groups_that_lie_apart_are_found_without_being_told(k):
    points, vectors, group = blobs(k, seed=k)
    found = cluster(points, vectors)
    kept = found.labels >= 0
    assert same(found.labels[kept], group[kept])
    assert (~kept).mean() <= MOST_OUTSIDE


def test_equal_seeds_give_equal_topics_and_order_does_not_matter():
    points, vectors, _ = blobs(5)
    one, again = cluster(points, vectors, seed=3), cluster(points, vectors, seed=3)
    np.testing.assert_array_equal(one.labels, again.labels)
    order = np.random.default_rng(1).permutation(len(points))
    turned = cluster(points[order], vectors[order], seed=3)
    assert same(one.labels[order], turned.labels)


def test_topics_asked_for_are_given_and_sizes_fall():
    points, vectors, _ = blobs(6)
    for method in ("hdbscan", "kmeans"):
        found = cluster(points, vectors, method=method, topics=3)
        sizes = np.bincount(found.labels[found.labels >= 0])
        assert len(sizes) == 3
        assert (np.diff(sizes) <= 0).all()


def test_more_topics_than_documents_is_a_sentence():
    points, vectors, _ = blobs(1, each=20)
    with pytest.raises(InputError, match="21 topics are wanted of 20 documents"):
        cluster(points, vectors, topics=21)


def test_plain_hdbscan_that_finds_nothing_names_the_knob():
    rng = np.random.default_rng(0)
    points = rng.normal(size=(60, 3)).astype(np.float32)
    with pytest.raises(InputError, match="min_cluster_size"):
        cluster(points, points, min_cluster_size=50)


def test_documents_that_are_all_alike_are_one_topic():
    points = np.zeros((50, 5), dtype=np.float32)
    vectors = np.ones((50, 8), dtype=np.float32) / np.sqrt(np.float32(8))
    found = cluster(points, vectors)
    assert set(found.labels.tolist()) == {0}
    assert found.levels == ()
    assert "do not fall apart" in found.why


def test_vectors_that_are_all_alike_are_one_topic_however_they_were_scattered():
    points, _, _ = blobs(3)
    vectors = np.repeat(np.float32([[0.6, 0.8, 0.0]]), len(points), axis=0)
    found = cluster(points, vectors)
    assert set(found.labels[found.labels >= 0].tolist()) == {0}
    assert "do not fall apart" in found.why


def test_more_topics_than_dense_spots_says_who_made_them():
    points, vectors, _ = blobs(2, each=30)
    found = cluster(points, vectors, topics=25)
    assert found.labels.max() == 24
    assert "K-Means" in found.why
    assert cluster(points, vectors, topics=2).why == ""


def test_every_level_of_the_tree_holds_every_document_and_only_merges():
    points, _, _ = blobs(7)
    grain, _ = grains(points)
    tree = merge_tree(points, grain)
    finer = tree.labels_at(tree.most)
    assert same(finer, grain)
    for k in range(tree.most - 1, 0, -1):
        coarser = tree.labels_at(k)
        assert set(coarser.tolist()) == set(range(k))
        pairs = {(a, b) for a, b in zip(finer.tolist(), coarser.tolist(), strict=True)}
        assert len(pairs) == k + 1, "one merge a level, nobody changes sides"
        finer = coarser


def test_ward_of_single_points_is_scipys():
    from scipy.cluster.hierarchy import fcluster, linkage

    rng = np.random.default_rng(4)
    points = rng.normal(size=(30, 4)).astype(np.float32)
    tree = merge_tree(points, np.arange(30, dtype=np.int32))
    theirs = linkage(points.astype(np.float64), "ward")
    # SciPy's height is the square root of twice the growth of the squared distances.
    np.testing.assert_allclose(np.sqrt(2 * tree.merges[:, 2]), theirs[:, 2], rtol=1e-6)
    for k in (2, 5, 11):
        assert same(tree.labels_at(k), fcluster(theirs, k, "maxclust"))


def test_a_silhouette_counts_nobody_as_near_to_a_mean_that_is_only_oneself():
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(40, 30)).astype(np.float32)
    labels = np.repeat(np.arange(20), 2).astype(np.int32)
    sizes = np.bincount(labels).astype(float)
    means = (sums(rows, labels, 20) / sizes[:, None]).astype(np.float32)
    # Pairs drawn at random belong together no more than others do.
    assert simplified_silhouette(rows, labels, means, sizes) < 0.01


def test_silhouettes_are_taken_down_to_85_percent_and_no_further():
    assert choose([0.5, 0.9, 0.8, 0.77, 0.7, 0.78]) == 3
    assert choose([0.9]) == 0
    # A later peak that is nearly as good is where to begin.
    assert choose([0.9, 0.5, 0.6, 0.85, 0.8, 0.3]) == 4
    assert choose([-0.2, -0.1, -0.3]) is None
    assert choose([0.0, 0.0]) is None


def test_few_topics_that_explain_little_are_only_taken_at_a_clear_break():
    silhouettes, explained = [0.9, 0.5, 0.4, 0.3], [0.6, 0.8, 0.91, 0.95]
    assert choose(silhouettes, joins=[9.0, 8.0, 7.0, 6.0], explained=explained) == 2
    assert choose(silhouettes, joins=[9.0, 2.0, 1.5, 1.0], explained=explained) == 0


def test_a_cliff_in_the_merges_ends_it_too():
    assert choose([0.5, 0.9, 0.8], joins=[90.0, 80.0, 7.0]) == 1
    assert choose([0.5, 0.9, 0.8], joins=[90.0, 80.0, 9.0]) == 2


@given(st.lists(st.integers(-1, 4), min_size=1, max_size=40))
def test_labels_by_size_part_the_same_documents(labels):
    labels = np.array(labels, dtype=np.int32)
    fresh = largest_first(labels)
    assert same(labels, fresh)
    np.testing.assert_array_equal(labels < 0, fresh < 0)
    sizes = np.bincount(fresh[fresh >= 0])
    assert (np.diff(sizes) <= 0).all()


@settings(deadline=None, max_examples=20)
@given(st.integers(2, 60), st.integers(0, 1000))
def test_agreement_is_the_share_of_neighbours_with_the_same_label(n, seed):
    rng = np.random.default_rng(seed)
    points = rng.normal(size=(n, 3)).astype(np.float32)
    labels = rng.integers(0, 3, n).astype(np.int32)
    k = min(15, n - 1)
    far = ((points[:, None] - points[None]) ** 2).sum(axis=2)
    np.fill_diagonal(far, np.inf)
    near = np.argsort(far, axis=1)[:, :k]
    np.testing.assert_allclose(
        agreement(points, labels), (labels[near] == labels[:, None]).mean(axis=1), atol=1e-6
    )


def test_points_between_join_the_nearest_mean():
    points = np.array([[0], [1], [10], [11], [3], [9]], dtype=np.float32)
    labels = np.array([0, 0, 1, 1, -1, -1], dtype=np.int32)
    assert joined(points, labels).tolist() == [0, 0, 1, 1, 0, 1]


@given(st.integers(1, 200), st.integers(1, 6), st.integers(0, 99))
def test_sums_are_those_of_each_label(n, k, seed):
    rng = np.random.default_rng(seed)
    vectors = rng.normal(size=(n, 4)).astype(np.float32)
    labels = rng.integers(-1, k, n).astype(np.int32)
    expected = np.stack([vectors[labels == i].sum(axis=0) for i in range(k)])
    np.testing.assert_allclose(sums(vectors, labels, k), expected, atol=1e-4)


def test_copies_of_one_text_move_nothing():
    points, vectors, group = blobs(4, each=100)
    alone = cluster(points, vectors)
    copied = np.concatenate([np.arange(400), np.full(300, 7)])
    found = cluster(points[copied], vectors[copied])
    assert found.levels == alone.levels
    assert (found.labels[400:] == found.labels[7]).all()
    for label in range(4):
        assert len(np.unique(found.labels[:400][group == label])) == 1
    assert (np.diff(np.bincount(found.labels)) <= 0).all(), "largest first, copies counted"
    assert found.tree is not None
    assert len(found.tree.grain) == 700
