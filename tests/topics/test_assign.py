"""New documents in topics: neighbours, votes, how sure they are, and what edits change."""

from __future__ import annotations

import shutil

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.data.duplicates import text_hash
from engine.errors import InputError
from engine.store import Store
from engine.topics.assign import nearest as nearest_module
from engine.topics.assign.assigner import Assigner
from engine.topics.assign.build import made_from
from engine.topics.assign.card import load_card
from engine.topics.assign.judge import learn_judge, opinion
from engine.topics.assign.nearest import nearest
from engine.topics.assign.neighbourhood import learn, load_neighbourhood
from engine.topics.assign.opening import edits_at, open_assigner, topics_at
from engine.topics.assign.pull import scale, weights
from engine.topics.assign.shared_words import shared_words
from engine.topics.assign.spec import AssignerSpec
from engine.topics.edit import pending
from engine.topics.edit.edits import Delete, Merge, Rename
from engine.topics.topics import Topic, Topics, load_topics
from engine.topics.words.counts import load_words
from engine.work import run
from tests.topics.made import make_topics, texts

K = 5


def corpus(n=60, width=8, seed=0):
    """Vectors about three centres, of three topics; the last of each topic in none."""
    rng = np.random.default_rng(seed)
    kinds = np.arange(n) % 3
    vectors = np.eye(3, width)[kinds] + rng.normal(scale=0.25, size=(n, width))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    assigned = kinds.astype(np.int32) * 10
    assigned[-3:] = -1
    return vectors.astype(np.float32), topics_of(assigned)


def topics_of(assigned):
    ids, sizes = np.unique(assigned[assigned >= 0], return_counts=True)
    found = tuple(
        Topic(int(i), int(size), (("word", 1.0),), f"Topic {i}")
        for i, size in zip(ids, sizes, strict=True)
    )
    return Topics(assigned, np.ones(len(assigned), np.float32), found,
                  np.zeros((len(found), 8), np.float32))  # fmt: skip


def hashes(n):
    return np.array([text_hash(f"text {i}") for i in range(n)], dtype=np.uint64)


def assigner(vectors, topics, groups=None):
    groups = np.arange(len(vectors)) if groups is None else groups
    near = learn(vectors, groups, K)
    return Assigner(topics, vectors, hashes(len(vectors)), near, K)


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 40), st.integers(1, 30), st.integers(1, 12), st.integers(1, 9),
       st.integers(0, 3))  # fmt: skip
def test_nearest_are_the_nearest_whatever_the_blocks(n, m, k, block, seed):
    rng = np.random.default_rng(seed)
    vectors = rng.normal(size=(n, 4)).astype(np.float32)
    wanted = rng.normal(size=(m, 4)).astype(np.float32)
    patch = pytest.MonkeyPatch()
    with patch.context() as at:
        at.setattr(nearest_module, "_BLOCK", block)
        at.setattr(nearest_module, "_ASKED", max(1, block // 2))
        places, cosines = nearest(vectors, wanted, k)
    true = wanted / np.linalg.norm(wanted, axis=1, keepdims=True)
    true = true @ (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).T
    best = -np.sort(-true, axis=1)[:, :k]
    np.testing.assert_allclose(cosines, best, atol=1e-5)
    np.testing.assert_allclose(np.take_along_axis(true, places, axis=1), best, atol=1e-5)


def test_a_group_is_left_out_and_what_is_missing_is_far():
    vectors = np.eye(4, dtype=np.float32)
    groups = np.array([7, 7, 7, 8])
    places, cosines = nearest(vectors, vectors[:1], 4, groups=groups, own=groups[:1])
    assert places[0, 0] == 3
    assert np.isneginf(cosines[0, 1:]).all()


def test_pulls_add_up_to_the_logarithm_of_the_neighbours():
    away = np.sort(np.random.default_rng(0).uniform(0.1, 1, size=(50, 15)), axis=1)
    found = scale(away.astype(np.float32))
    np.testing.assert_array_equal(found.rho, away[:, 0].astype(np.float32))
    pulls = np.exp(-(away - found.rho[:, None]) / found.sigma[:, None])
    np.testing.assert_allclose(pulls.sum(axis=1), np.log2(15), rtol=1e-3)


def test_scales_of_no_neighbours_are_numbers():
    away = np.array([[np.inf, np.inf], [0.5, np.inf]], dtype=np.float32)
    found = scale(away)
    assert np.isfinite(found.rho).all()
    assert (found.sigma > 0).all()
    assert np.isfinite(weights(away, 2, scale(away).of(np.zeros((2, 2), int)))).all()


def test_a_document_taken_out_is_assigned_as_one_that_was_never_there():
    vectors, topics = corpus()
    groups = np.arange(60)
    groups[[5, 17]] = 5  # copies of each other
    near = learn(vectors, groups, K)
    for one in (0, 5, 17, 40, 59):
        rest = np.flatnonzero(groups != groups[one])
        fresh = learn(vectors[rest], groups[rest], K)
        left = topics_of(topics.assigned[rest])
        places, alike = nearest(vectors[rest], vectors[[one]], 100)
        alone = opinion(places, weights(1 - alike, K, fresh.scale.of(places)), left)
        here = near.sample.tolist().index(one)
        again = opinion(near.near[[here]], near.weight[[here]], topics)
        assert again.first == alone.first
        np.testing.assert_allclose(again.first_share, alone.first_share, atol=2e-3)
        np.testing.assert_allclose(again.second_share, alone.second_share, atol=2e-3)


def test_new_documents_go_where_those_like_them_are():
    vectors, topics = corpus()
    fresh, truth = corpus(n=30, seed=9)
    found = assigner(vectors, topics).assign(fresh[:27], [f"new {n}" for n in range(27)])
    assert (found.topic == truth.assigned[:27]).mean() > 0.9
    assert not found.known.any()
    sure = found.confidence[~found.unlike]
    assert ((sure > 0) & (sure < 1)).all(), "nothing is certain of a document never seen"
    assert (found.second_confidence[~found.unlike] + sure <= 1 + 1e-6).all()
    assert (np.diff(found.cosine, axis=1) <= 0).all()


def test_a_text_that_is_there_keeps_its_topic_also_none():
    vectors, topics = corpus()
    said = [f"text {n}" for n in range(60)]
    said[4] = "TEXT  4!"  # the same but for case, spaces and marks
    # Even if its vector says otherwise.
    found = assigner(vectors, topics).assign(vectors[::-1], said)
    np.testing.assert_array_equal(found.topic, topics.assigned)
    assert found.known.all()
    assert (found.confidence == 1).all()
    assert (found.second == -1).all()


def test_copies_in_different_topics_follow_most_of_them():
    vectors, topics = corpus()
    whole = Assigner(topics, vectors, hashes(60), learn(vectors, np.arange(60), K), K)
    same = np.array([text_hash("one")] * 3 + list(hashes(60)[3:]), dtype=np.uint64)
    assigned = np.array(topics.assigned)
    assigned[:3] = [10, 20, 20]
    voted = Assigner(topics_of(assigned), vectors, same, learn(vectors, np.arange(60), K), K)
    assert voted.assign(vectors[:1], ["one"]).topic == 20
    assert whole.assign(vectors[:1], ["text 0"]).topic == 0


def test_what_is_unlike_everything_gets_no_topic_but_a_likeliest():
    vectors, topics = corpus()
    strange = np.zeros((2, 8), dtype=np.float32)
    strange[0, 7] = 1  # the second says nothing at all
    found = assigner(vectors, topics).assign(strange, ["a", "b"])
    assert found.unlike.all()
    assert (found.topic == -1).all()
    assert np.isnan(found.confidence).all()
    assert set(found.second.tolist()) <= {0, 10, 20}


def test_agreement_is_what_counting_says():
    vectors, topics = corpus(n=300)
    near = learn(vectors, np.arange(300), K)
    judge = learn_judge(near, topics)
    said = opinion(near.near, near.weight, topics)
    inside = topics.assigned[near.sample] >= 0
    same = said.first == topics.assigned[near.sample]
    kept = same & (near.away <= judge.limit)
    assert judge.agreement.documents == inside.sum()
    assert judge.agreement.alone == pytest.approx(same[inside].mean(), abs=1e-4)
    assert judge.agreement.share == pytest.approx(kept[inside].mean(), abs=1e-4)
    assert judge.agreement.share > 0.95
    assert (near.away > judge.limit).mean() == pytest.approx(0.01, abs=0.005)


def test_confidence_rises_with_the_votes_and_is_about_right():
    rng = np.random.default_rng(3)
    vectors, topics = corpus(n=900, seed=3)
    assigned = np.array(topics.assigned)
    moved = rng.random(900) < 0.25  # a quarter is anywhere
    assigned[moved] = rng.choice([0, 10, 20], moved.sum())
    near = learn(vectors, np.arange(900), K)
    judge = learn_judge(near, topics_of(assigned))
    shares = np.linspace(0, 1, 50, dtype=np.float32)
    sure = np.interp(shares, *judge.first)
    assert (np.diff(sure) >= 0).all()
    assert judge.agreement.error < 0.06
    assert 0.6 < judge.agreement.alone < 0.9


def test_all_texts_alike_leave_nothing_to_measure():
    vectors = np.ones((20, 4), dtype=np.float32)
    topics = topics_of(np.zeros(20, dtype=np.int32))
    found = assigner(vectors, topics, groups=np.zeros(20, dtype=np.int64))
    assert found.judge.agreement.share is None
    other = found.assign(np.array([[1, -1, 0, 0]], dtype=np.float32), ["another"])
    assert other.unlike.all()
    assert found.assign(vectors[:1], ["text 3"]).topic == 0


def test_no_topic_and_vectors_of_another_encoder_are_sentences():
    vectors, topics = corpus()
    with pytest.raises(InputError, match="no topic that a document could belong to"):
        assigner(vectors, topics_of(np.full(60, -1, dtype=np.int32)))
    with pytest.raises(InputError, match="5 numbers.*8.*different encoders"):
        assigner(vectors, topics).assign(np.ones((1, 5), np.float32), ["a"])


@pytest.mark.parametrize("n", [5, 6, 20])
def test_few_documents(n):
    vectors, _ = corpus(n=n)
    topics = topics_of((np.arange(n) % 2).astype(np.int32))
    found = assigner(vectors, topics).assign(vectors, [f"new {i}" for i in range(n)])
    assert len(found) == n


def test_many_documents_are_compared_approximately_and_mean_the_same(monkeypatch):
    vectors, topics = corpus(n=600, seed=4)
    exact = learn(vectors, np.arange(600), K)
    monkeypatch.setattr("engine.topics.assign.neighbourhood.EXACT", 100)
    monkeypatch.setattr("engine.topics.assign.neighbourhood.SAMPLE", 150)
    some = learn(vectors, np.arange(600), K)
    assert len(some.sample) == 150
    assert np.isclose(some.sigma, exact.sigma, rtol=0.2).mean() > 0.98
    kept = opinion(exact.near, exact.weight, topics).first[some.sample]
    assert (opinion(some.near, some.weight, topics).first == kept).mean() > 0.97


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("assign")
    store = Store(folder / "cache")
    return store, make_topics(store, folder, topics=3, map="none")


def opened(store, topics, edits=""):
    ready = run(AssignerSpec(topics=topics.key), store=store)
    return open_assigner(store, topics, ready, topics_at(store, topics, edits))


def test_the_artifact_says_how_often_it_is_right(made):
    store, topics = made
    ready = run(AssignerSpec(topics=topics.key), store=store)
    assert ready.facts["documents"] == 180
    assert ready.facts["agreement"] >= 0.95
    assert ready.facts["agreement_documents"] == int((load_topics(topics).assigned >= 0).sum())
    card = load_card(ready)
    assert (card.encoder, card.neighbors, card.text_columns) == ("minilm", 15, ("text",))
    assert card.few_words == 7
    kept = load_neighbourhood(ready.path)
    assert kept.near.shape == (180, 100)


def test_training_texts_come_back_exactly_after_edits_too(made):
    store, topics = made
    said = [text for text, _ in texts()]
    vectors = np.load(made_from(store, topics, "vectors").path / "vectors.npy")
    fit = load_topics(topics)
    np.testing.assert_array_equal(opened(store, topics).assign(vectors, said).topic, fit.assigned)
    first, second, third = (topic.id for topic in fit.found)
    pending.add(store, topics, [Merge(into=(first, second)), Delete(gone=(third,))])
    version = pending.history(store, topics).version
    now = opened(store, topics, version)
    found = now.assign(vectors, said)
    np.testing.assert_array_equal(found.topic, now.topics.assigned)
    # New ones like those of the deleted topic are in none, and so are not put into the other.
    places = fit.places(third)
    fresh = now.assign(vectors[places], [f"never seen {n}" for n in range(len(places))])
    assert (fresh.topic == -1).mean() > 0.9
    assert not fresh.unlike.all()
    pending.undo(store, topics)
    assert len(edits_at(store, topics, version)) == 2, "undone edits can still be named"
    assert edits_at(store, topics, "0") == edits_at(store, topics, "") == ()
    pending.add(store, topics, [Rename(topic=first, name="Mine")])
    with pytest.raises(InputError, match="no edits called .* any more"):
        edits_at(store, topics, version)
    pending.undo(store, topics)


def test_what_is_gone_is_said(tmp_path):
    store = Store(tmp_path / "cache")
    topics = make_topics(store, tmp_path, each=20, topics=3, map="none")
    shutil.rmtree(made_from(store, topics, "vectors").path)
    with pytest.raises(InputError, match=r"made from is gone \(their vectors\)"):
        run(AssignerSpec(topics=topics.key), store=store)


def test_words_of_a_text_that_are_the_topics(made):
    store, topics = made
    words = load_words(made_from(store, topics, "words"))
    weights = np.zeros(len(words.vocabulary), dtype=np.float32)
    for word, weight in (("robot", 1.0), ("gripper", 0.5), ("bread", 0.01)):
        weights[words.vocabulary.index(word)] = weight
    found = shared_words("The bread of a gripper is a Robot", words, weights)
    assert found == ["robot", "gripper"]
