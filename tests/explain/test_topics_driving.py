"""The words that drive whole topics: means over documents, beside what is counted; the stage."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import InputError
from engine.explain.of_topics import explained_topics
from engine.explain.reading import read
from engine.explain.target import Target
from engine.explain.topics.document import attribute, text_of
from engine.explain.topics.drivers import Driver, drivers
from engine.explain.topics.driving import Driving, load_driving, save_driving
from engine.explain.topics.sample import sample
from engine.explain.topics.spec import ExplainTopicsSpec
from engine.explain.topics.two_lists import jaccard, two_lists
from engine.topics.topics import load_topics
from engine.work import run
from tests.explain.topics_made import SUBJECTS, made_topics

WORDS = st.lists(st.sampled_from("abcdefghij"), max_size=10, unique=True)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return made_topics(tmp_path_factory.mktemp("topics"))


def explained(made, topics, **asked):
    return run(ExplainTopicsSpec.parse({"topics": topics.key, **asked}), store=made.store)


def test_scores_sum_to_the_mean_difference(made):
    subject = explained_topics(made.store, made.draft)
    every = [
        attribute(subject, read(subject, text_of(made.store, made.draft, n)), Target(0, 1))
        for n in range(6)
    ]
    found = drivers(every)
    marks = [
        score
        for one in every
        for word, score in zip(one.reading.words, one.scores, strict=True)
        if not any(sign.isalpha() for sign in word)
    ]
    total = sum(one.score for one in found) + sum(marks) / 6
    assert total == pytest.approx(np.mean([one.value for one in every]), abs=1e-5)
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
    assert all(one.word == one.word.casefold() for one in found)
    assert all(1 <= one.documents <= min(6, one.times) for one in found)


def test_no_documents_drive_nothing():
    assert drivers([]) == []


@given(WORDS, WORDS)
def test_jaccard_is_a_share_the_same_both_ways(one, other):
    found = jaccard(one, other)
    assert 0 <= found <= 1
    assert found == jaccard(other, one)
    assert jaccard(one, one) == (1 if one else 0)


def test_words_of_one_list_only_are_named():
    found = [Driver(word, 1 - n / 10, 3, 3) for n, word in enumerate("xaby")]
    found += [Driver("rare", 0.9, 1, 1), Driver("no", -0.5, 3, 3)]
    weights = {"a": 1.0, "b": 3.0, "c": 2.0, "no": 0.5, "y": 0.1, "rare": 9.0}
    lists = two_lists(found, weights, least=2)
    assert lists.driving == ("a", "b", "y")
    assert lists.counted == ("rare", "b", "c", "a", "no", "y")
    assert lists.only_driving == ()
    assert lists.only_counted == ("rare", "c", "no")
    assert lists.uncounted == ("x",)
    assert lists.jaccard_20 == pytest.approx(3 / 6)


def test_the_same_order_correlates_fully():
    found = [Driver(word, float(9 - n), 2, 2) for n, word in enumerate("abcd")]
    weights = {word: float(9 - n) for n, word in enumerate("abcd")}
    assert two_lists(found, weights, least=1).rank_correlation == pytest.approx(1)
    turned = {word: float(n + 1) for n, word in enumerate("abcd")}
    assert two_lists(found, turned, least=1).rank_correlation == pytest.approx(-1)
    assert math.isnan(two_lists(found[:2], weights, least=1).rank_correlation)


@given(n=st.integers(1, 40), most=st.integers(2, 20), seed=st.integers(0, 5))
def test_a_sample_holds_the_nearest_and_some_others(n, most, seed):
    rng = np.random.default_rng(n)
    vectors = rng.normal(size=(50, 4)).astype(np.float32)
    places = np.sort(rng.permutation(50)[:n])
    centre = vectors[0]
    found = sample(places, vectors, centre, most=most, seed=seed)
    assert len(found) == min(n, most)
    assert len(set(found.tolist())) == len(found)
    assert set(found.tolist()) <= set(places.tolist())
    assert (np.diff(found) > 0).all()
    near = places[np.argsort(-(vectors[places] @ centre), kind="stable")]
    assert set(near[: (len(found) + 1) // 2].tolist()) <= set(found.tolist())
    assert np.array_equal(found, sample(places, vectors, centre, most=most, seed=seed))


@pytest.mark.parametrize("kind", ["whole", "draft"])
def test_every_topic_is_driven_by_words_of_its_subject(made, kind):
    topics = getattr(made, kind)
    done = explained(made, topics, documents=4)
    found = load_driving(done.path)
    now = load_topics(topics)
    assert [one.id for one in found] == now.ids.tolist()
    assert done.facts["topics"] == 3
    assert done.facts["documents"] == sum(len(one.read) for one in found) == 12
    assert done.facts["worst_delta"] < 0.02
    assert done.facts["kernel"] == ("none" if kind == "draft" else done.facts["kernel"])
    for one in found:
        assert set(one.read) <= set(now.places(one.id).tolist())
        assert one.other == "All other documents"
        assert one.value > 0
        assert one.words
    if kind == "draft":
        own = {word for words in SUBJECTS.values() for word in words}
        assert all(set(one.lists.driving[:2]) <= own for one in found)


def test_a_topic_against_the_one_most_like_it(made):
    number = int(load_topics(made.draft).ids[1])
    done = explained(made, made.draft, topic=number, against="next", documents=3)
    (one,) = load_driving(done.path)
    names = {topic.name for topic in load_topics(made.draft).found}
    assert one.id == number
    assert one.other in names - {one.name}
    assert done.facts["against"] == "next"


def test_chosen_documents_are_explained_as_if_they_were_a_topic(made):
    places = [0, 3, 6, 9, 12]
    done = explained(made, made.draft, places=places, documents=4)
    (one,) = load_driving(done.path)
    assert (one.id, one.name, one.documents) == (-1, "The selection", 5)
    assert set(one.read) <= set(places)
    assert one.value > 0
    assert set(one.lists.driving[:2]) <= set(SUBJECTS["film"])


def test_what_cannot_be_asked_is_refused(made):
    with pytest.raises(InputError, match="There is no topic 99; choose from"):
        explained(made, made.draft, topic=99)
    with pytest.raises(InputError, match="no document 500: the last one is 179"):
        explained(made, made.draft, places=[1, 500])
    with pytest.raises(InputError, match="All documents are chosen"):
        explained(made, made.draft, places=list(range(180)))
    with pytest.raises(InputError, match="leave topic and against out"):
        explained(made, made.draft, places=[1], against="next")
    with pytest.raises(InputError, match="numbered from 0"):
        explained(made, made.draft, places=[-1])


def test_what_is_saved_is_read_again(tmp_path):
    lists = two_lists([], {}, least=1)
    word = {"word": "a", "score": 0.5, "documents": 1, "times": 2, "counted": 0.0}
    one = Driving(3, "n", "o", 9, (1, 2), 0.25, 0.0, (word,), lists)
    save_driving(tmp_path, [one])
    (again,) = load_driving(tmp_path)
    assert math.isnan(again.lists.rank_correlation)
    assert repr(again) == repr(one)
