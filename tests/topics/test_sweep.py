"""Many least sizes: the same as HDBSCAN one by one, cliffs, the safe range, and the stage."""

from __future__ import annotations

import hdbscan
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import InputError
from engine.figures.topic_sweep import sweep_figure
from engine.store import Store
from engine.topics.cluster.cluster import NoTopics, cluster
from engine.topics.cluster.grains import dense, least
from engine.topics.cluster.plscan import plscan
from engine.topics.sweep.build import load_sweep
from engine.topics.sweep.plateau import cliffs, plateau
from engine.topics.sweep.spec import SweepSpec
from engine.topics.sweep.sweep import Row, clusters, rows, sizes_for
from engine.work import run
from tests.topics.made import make_topics
from tests.topics.test_cluster import blobs, same


@pytest.mark.parametrize("seed", [0, 1])
def test_one_tree_for_all_sizes_gives_what_hdbscan_gives_for_each(seed):
    rng = np.random.default_rng(seed)
    points = np.concatenate(
        [rng.normal(size=(40 + 30 * n, 4)) + rng.normal(size=4) * 4 for n in range(6)]
    ).astype(np.float32)
    sizes = [5, 7, 10, 14, 30, 60, 120]
    for size, found in zip(sizes, clusters(points, sizes), strict=True):
        model = hdbscan.HDBSCAN(min_cluster_size=size, min_samples=min(10, size),
                                approx_min_span_tree=False)  # fmt: skip
        np.testing.assert_array_equal(found, model.fit(points.astype(np.float64)).labels_)
        np.testing.assert_array_equal(found, dense(points, size))


@given(st.integers(10, 10**6), st.integers(5, 100))
def test_sizes_rise_and_stay_below_a_quarter_of_many(n, many):
    sizes = sizes_for(n, many)
    assert sizes == sorted(set(sizes))
    assert len(sizes) <= many
    assert sizes[0] >= 2
    assert sizes[-1] <= max(3, n / 4)


@pytest.mark.parametrize("points", [
    np.zeros((40, 5), dtype=np.float32),
    np.random.default_rng(0).normal(size=(20, 5)).astype(np.float32),
    np.random.default_rng(0).normal(size=(4, 5)).astype(np.float32),
])  # fmt: skip
def test_copies_of_one_and_a_handful_are_no_error(points):
    sizes = sizes_for(len(points), 8)
    found = list(clusters(points, sizes))
    assert all(len(labels) == len(points) for labels in found)
    assert [row.size for row in rows(sizes, found, found, found[0])] == sizes


def _rows(*told):
    return [Row(size, topics, 0.1, 0.5, seeds, after) for size, topics, seeds, after in told]


def test_a_fall_by_more_than_half_is_a_cliff():
    nan = float("nan")
    told = _rows((10, 53, 0.9, 0.9), (20, 27, 0.9, 0.2), (40, 3, 0.9, 0.9), (80, 2, 0.9, nan))
    assert cliffs(told) == [(20, 40)]


def test_the_widest_range_where_neighbours_and_seeds_agree_is_recommended():
    nan = float("nan")
    told = _rows(
        (10, 50, 0.6, 0.9),  # another seed says something else
        (20, 30, 0.8, 0.9), (40, 28, 0.95, 0.9), (80, 20, 0.8, 0.4),  # then neighbours do
        (100, 9, 0.9, 0.9), (120, 9, 0.9, 0.9),
        (160, 1, 0.99, 1.0), (1000, 1, 0.99, nan),  # one topic tells nothing
    )  # fmt: skip
    found = plateau(told)
    assert (found.low, found.high, found.best) == (20, 80, 40)
    assert plateau(told[:1]) is None
    assert plateau([]) is None


def test_no_range_reaches_over_a_cliff():
    nan = float("nan")
    told = _rows((10, 50, 0.9, 0.99), (20, 40, 0.9, 0.99), (30, 4, 0.9, 0.99), (40, 4, 0.9, nan))
    found = plateau(told)
    assert (found.low, found.high) == (10, 20)


def test_the_stage_finds_the_subjects_and_what_it_says_holds(tmp_path):
    store = Store(tmp_path / "cache")
    topics = make_topics(store, tmp_path, map="none")
    found = run(SweepSpec(topics=topics.key, sizes=8), store=store)
    told = load_sweep(found)
    assert [row.size for row in told] == sizes_for(topics.facts["documents"], 8)
    assert any(row.topics == 3 and row.fit > 0.8 and row.seeds > 0.8 for row in told)
    safe = plateau(told)
    assert (found.facts["low"], found.facts["high"]) == (safe.low, safe.high)
    assert [tuple(pair) for pair in found.facts["cliffs"]] == cliffs(told)
    assert np.isnan(told[-1].next)


def test_the_size_in_use_is_tried_too_and_gives_the_topics_there_are(tmp_path):
    store = Store(tmp_path / "cache")
    topics = make_topics(store, tmp_path, map="none", min_cluster_size=13)
    found = run(SweepSpec(topics=topics.key, sizes=5), store=store)
    (row,) = [row for row in load_sweep(found) if row.size == 13]
    assert row.fit == 1
    assert row.topics == topics.facts["n_topics"]


def test_too_few_documents_say_so(tmp_path):
    store = Store(tmp_path / "cache")
    topics = make_topics(store, tmp_path, each=2, map="none")
    with pytest.raises(InputError, match="6 documents"):
        run(SweepSpec(topics=topics.key), store=store)


@pytest.mark.parametrize("method", ["hdbscan", "plscan"])
def test_copies_of_one_text_have_no_topics_whatever_their_reduction_looks_like(method):
    points, vectors, _ = blobs(3)
    vectors[:] = vectors[0]
    with pytest.raises(NoTopics, match="all alike"):
        cluster(points, vectors, method=method, min_cluster_size=10)


def test_the_least_grain_grows_with_the_corpus():
    assert [least(n) for n in (20, 5_000, 40_000, 100_000, 10**6)] == [5, 5, 40, 100, 100]


def test_plscan_finds_groups_or_says_what_is_missing(monkeypatch):
    points, vectors, group = blobs(4)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(InputError, match="pip install fast-plscan"):
        cluster(points, vectors, method="plscan")
    monkeypatch.undo()
    pytest.importorskip("fast_plscan")
    found = cluster(points, vectors, method="plscan")
    kept = found.labels >= 0
    assert same(found.labels[kept], group[kept])
    np.testing.assert_array_equal(cluster(points, vectors, method="plscan").labels, found.labels)


def test_plscan_chooses_the_number_itself():
    points, vectors, _ = blobs(4)
    with pytest.raises(InputError, match="by itself"):
        cluster(points, vectors, method="plscan", topics=3)


def test_plscan_of_copies_or_a_handful_finds_nothing_and_says_so():
    pytest.importorskip("fast_plscan")
    for points in (np.zeros((50, 5), np.float32), np.eye(5, dtype=np.float32)):
        assert (plscan(points) == -1).all()
        vectors = np.eye(len(points), dtype=np.float32)
        with pytest.raises(NoTopics, match="take hdbscan"):
            cluster(points, vectors, method="plscan")


def test_the_picture_shades_what_is_recommended_and_every_cliff():
    nan = float("nan")
    told = _rows((10, 50, 0.9, 0.99), (20, 40, 0.9, 0.1), (30, 4, 0.9, 0.9), (40, 0, nan, nan))
    figure = sweep_figure(told, safe=plateau(told), cliffs=cliffs(told), present=25, topics_now=12)
    spans = {(shape.x0, shape.x1) for shape in figure.layout.shapes}
    assert {(10, 20), (20, 30), (30, 40), (25, 25)} <= spans
    assert list(figure.data[0].x) == [10, 20, 30, 40]
    assert list(figure.data[0].y) == [50, 40, 4, None]  # none at all has no place on a log axis
    seeds = next(trace for trace in figure.data if trace.name == "with another seed")
    assert list(seeds.y) == [0.9, 0.9, 0.9, None]
    names = [trace.name for trace in figure.data if trace.showlegend is not False]
    assert len(names) == len(set(names))
