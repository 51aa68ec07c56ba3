"""Reducing vectors: who does it, that equal seeds agree, and how much of the nearness is kept."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from engine.errors import InputError
from engine.store import Store
from engine.topics.reduce import manifolds
from engine.topics.reduce.copies import stand_ins
from engine.topics.reduce.faithful import neighbours_kept, trustworthy
from engine.topics.reduce.reduced import Graph, reduce
from tests.topics.made import make_topics


@pytest.fixture(scope="module")
def vectors():
    rng = np.random.default_rng(0)
    centres = rng.normal(size=(4, 32))
    rows = centres[np.arange(240) % 4] + rng.normal(scale=0.4, size=(240, 32))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


@pytest.mark.parametrize("method", ["umap", "tsne", "pca"])
def test_groups_stay_groups(vectors, method):
    reduced = reduce(vectors, dims=2, method=method, seed=1)
    assert reduced.points.shape == (240, 2)
    assert reduced.points.dtype == np.float32
    far = ((reduced.points[:, None] - reduced.points[None]) ** 2).sum(axis=2)
    np.fill_diagonal(far, np.inf)
    assert (far.argmin(axis=1) % 4 == np.arange(240) % 4).mean() > 0.9


def test_equal_seeds_give_equal_points_in_a_new_process_too(vectors, tmp_path):
    np.save(tmp_path / "v.npy", vectors)
    code = (
        "import numpy as np; from engine.topics.reduce.reduced import reduce; "
        f"np.save({str(tmp_path / 'p.npy')!r}, "
        f"reduce(np.load({str(tmp_path / 'v.npy')!r}), dims=5, seed=7).points)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    here = reduce(vectors, dims=5, seed=7).points
    np.testing.assert_array_equal(here, np.load(tmp_path / "p.npy"))
    assert not np.array_equal(here, reduce(vectors, dims=5, seed=8).points)


@pytest.mark.parametrize("n", [1, 2, 5, 14, 15, 16, 20])
def test_few_documents_have_points_too(vectors, n):
    points = reduce(vectors[:n], dims=5).points
    assert points.shape == (n, 5)
    assert np.isfinite(points).all()


def test_documents_that_are_all_alike_have_points(vectors):
    alike = np.repeat(vectors[:1], 60, axis=0)
    for dims in (2, 5):
        assert np.isfinite(reduce(alike, dims=dims).points).all()


def test_a_library_that_is_not_here_is_named(vectors):
    with pytest.raises(InputError, match="cuml"):
        reduce(vectors, dims=2, engine="cuml")
    with pytest.raises(InputError, match="t-SNE"):
        reduce(vectors, dims=2, method="tsne", engine="manifolds")


def test_without_manifolds_umap_learn_is_taken_and_says_so(vectors, monkeypatch):
    import engine.topics.reduce.reduced as module

    monkeypatch.setattr(module, "_installed", lambda package: package == "umap")
    name, why = module._umap_engine("auto")
    assert name == "umap-learn"
    assert "umap-learn" in why


def test_neighbours_kept_is_one_for_the_vectors_themselves_and_chance_for_noise(vectors):
    assert neighbours_kept(vectors, vectors) == 1.0
    rng = np.random.default_rng(0)
    kept = neighbours_kept(vectors, rng.normal(size=(240, 2)).astype(np.float32))
    assert kept < 0.15


def test_main_axes_are_those_of_scikit_learn_whatever_the_block(vectors, monkeypatch):
    from sklearn.decomposition import PCA

    import engine.topics.reduce.axes as module

    whole = module.main_axes(vectors, 3)
    monkeypatch.setattr(module, "_BLOCK", 37)
    np.testing.assert_allclose(module.main_axes(vectors, 3), whole, atol=1e-5)
    peer = PCA(3, svd_solver="full").fit_transform(vectors)
    np.testing.assert_allclose(np.abs(whole), np.abs(peer), atol=1e-4)


def test_all_axes_uncentred_keep_every_cosine(vectors):
    from engine.topics.reduce.axes import main_axes

    turned = main_axes(vectors, 32, centred=False)
    np.testing.assert_allclose(turned @ turned.T, vectors @ vectors.T, atol=1e-4)


def test_very_many_documents_go_through_their_main_axes(vectors, monkeypatch):
    import engine.topics.reduce.reduced as module

    seen = []
    real = module._umap
    monkeypatch.setattr(
        module,
        "_umap",
        lambda library, rows, *rest: seen.append(rows) or real(library, rows, *rest),
    )
    monkeypatch.setattr(module, "MANY", 100)
    monkeypatch.setattr(module, "AXES_OF_MANY", 8)
    points = reduce(vectors, dims=2, seed=1).points
    assert seen[0].shape == (240, 8)
    far = ((points[:, None] - points[None]) ** 2).sum(axis=2)
    np.fill_diagonal(far, np.inf)
    assert (far.argmin(axis=1) % 4 == np.arange(240) % 4).mean() > 0.9


def test_cuml_that_fails_is_replaced_and_named(vectors, monkeypatch):
    import engine.topics.reduce.reduced as module

    real = module._umap

    def failing(library, *rest):
        if library == "cuml":
            raise RuntimeError("out of memory")
        return real(library, *rest)

    monkeypatch.setattr(module, "_umap", failing)
    monkeypatch.setattr(module, "_on_gpu", lambda: True)
    monkeypatch.setattr(module, "_installed", lambda package: package in ("cuml", "manifolds_rs"))
    reduced = reduce(vectors, dims=2)
    assert reduced.engine == "manifolds"
    assert "cuML" in reduced.why
    assert "out of memory" in reduced.why


def test_trustworthiness_is_one_for_the_vectors_and_about_half_for_noise(vectors):
    rng = np.random.default_rng(0)
    noise = rng.normal(size=(240, 2)).astype(np.float32)
    assert trustworthy(vectors, vectors) > 0.999
    assert 0.4 < trustworthy(vectors, noise) < 0.6
    assert trustworthy(vectors[:2], noise[:2]) == 1.0


@pytest.mark.parametrize("dims", [2, 5])
def test_points_are_the_same_whether_the_neighbours_were_known_or_not(vectors, dims):
    places, away = manifolds.neighbours(vectors, k=15, seed=3)
    known = reduce(vectors, dims=dims, seed=3, graph=Graph(places, away))
    np.testing.assert_array_equal(known.points, reduce(vectors, dims=dims, seed=3).points)


def _with_copies(vectors, copies):
    """Each vector and `copies` - 1 near-copies of it, at a cosine of about 0.99."""
    rows = np.repeat(vectors, copies, axis=0)
    rows += np.random.default_rng(1).normal(scale=0.02, size=rows.shape)
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def test_many_near_copies_do_not_decide_where_documents_lie(vectors):
    rows = _with_copies(vectors, 16)  # every one of the 15 nearest is a copy
    points = reduce(rows, dims=5, seed=0).points
    group = np.repeat(np.arange(240) % 4, 16)
    centres = np.stack([points[group == g].mean(axis=0) for g in range(4)])
    far = ((points[:, None] - centres[None]) ** 2).sum(axis=2)
    assert (far.argmin(axis=1) == group).mean() > 0.95
    of = stand_ins(rows, *manifolds.neighbours(rows, k=15))
    assert (of // 16 == np.arange(len(rows)) // 16).all(), "copies of another vector"
    assert len(np.unique(of)) < 2 * len(vectors)


def test_few_copies_change_nothing(vectors):
    rows = np.concatenate([vectors, _with_copies(vectors[:5], 2)[::2]])
    of = stand_ins(rows, *manifolds.neighbours(rows, k=15))
    np.testing.assert_array_equal(of, np.arange(len(rows)))


def test_neighbours_are_the_nearest_ones(vectors):
    places, away = manifolds.neighbours(vectors, k=10)
    alike = vectors @ vectors.T
    np.fill_diagonal(alike, -np.inf)
    best = np.sort(alike, axis=1)[:, -10:]
    assert (places != np.arange(len(vectors))[:, None]).all()
    np.testing.assert_allclose(1 - away, np.take_along_axis(alike, places, axis=1), atol=1e-5)
    assert (1 - away >= best.min(axis=1)[:, None] - 1e-5).mean() > 0.99


def test_documents_that_are_all_alike_have_neighbours_too(vectors):
    places, away = manifolds.neighbours(np.repeat(vectors[:1], 40, axis=0), k=15)
    assert places.shape == (40, 15)
    assert (places >= 0).all()
    np.testing.assert_allclose(away, 0, atol=1e-6)


def test_both_projections_of_topics_share_one_graph(tmp_path):
    store = Store(tmp_path / "cache")
    artifact = make_topics(store, tmp_path, each=30)
    (graph,) = store.artifacts("neighbors")
    used = [f"neighbors/{graph.key}" in p.manifest.inputs.values()
            for p in store.artifacts("projection")]  # fmt: skip
    assert used == [True, True]
    assert graph.facts["recall"] > 0.95
    assert graph.facts["documents"] == artifact.facts["documents"]
