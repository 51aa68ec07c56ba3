"""A document's passages and what speaks for its topic."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from engine.errors import InputError
from engine.topics.centres import unit
from engine.topics.topics import Topic, Topics
from engine.topics.views.passages import read_passages, shares, spans_of
from engine.topics.views.reasons import NEIGHBOURS, reasons, words_used
from engine.topics.words.counts import Words

CENTRES = np.eye(3, 4, dtype=np.float32)


@given(st.text(alphabet="ab .!?\n。é", max_size=600))
def test_passages_hold_the_whole_text_in_order(text):
    spans = spans_of(text)
    assert all(0 <= a < b <= len(text) for a, b in spans)
    assert all(one[1] <= other[0] for one, other in zip(spans, spans[1:], strict=False))
    kept = "".join(text[a:b] for a, b in spans)
    assert "".join(kept.split()) == "".join(text.split())


def test_short_sentences_go_together_and_long_texts_have_few_passages():
    assert len(spans_of("One. Two. Three.")) == 1
    sentence = "This " + "is said at some length " * 4 + "here. "
    text = sentence + "Short one. " + sentence
    assert [text[a:b][:4] for a, b in spans_of(text)] == ["This", "Shor"]
    assert len(spans_of(sentence * 2000)) <= 80
    assert spans_of("  ") == []


def test_each_passage_is_of_the_nearest_topic_and_clear_where_no_other_is_near():
    vectors = np.array([[1, 0, 0, 0], [0.9, 0.8, 0, 0], [0, 0, 5, 0]], dtype=np.float32)
    found = read_passages([(0, 10), (10, 20), (20, 60)], vectors, CENTRES)
    assert [one.topic for one in found] == [0, 0, 2]
    assert found[0].cosine == pytest.approx(1)
    assert found[1].clear < found[0].clear == found[2].clear == 1
    assert shares(found) == pytest.approx({2: 2 / 3, 0: 1 / 3})
    assert list(shares(found)) == [2, 0]


def test_passages_of_another_encoder_are_refused():
    with pytest.raises(InputError, match="have 7 numbers and topics have 4"):
        read_passages([(0, 5)], np.ones((1, 7), dtype=np.float32), CENTRES)


def test_one_topic_is_always_clear():
    (one,) = read_passages([(0, 5)], np.ones((1, 4), dtype=np.float32), CENTRES[:1])
    assert (one.topic, one.clear) == (0, 1)
    assert read_passages([], np.zeros((0, 4), dtype=np.float32), CENTRES) == []
    assert shares([]) == {}


@pytest.fixture
def corpus():
    """Sixty documents of three topics, the last one in none; ids are not places."""
    rng = np.random.default_rng(0)
    of = np.arange(60) % 3
    vectors = unit((CENTRES[of] + rng.normal(0, 0.05, (60, 4))).astype(np.float32))
    ids = np.array([7, 2, 4], dtype=np.int32)
    assigned = ids[of]
    assigned[59] = -1
    found = tuple(Topic(int(i), 20, (), f"topic {i}") for i in ids)
    topics = Topics(assigned, np.ones(60, dtype=np.float32), found, CENTRES)
    counts = np.zeros((60, 6), dtype=np.uint16)
    counts[np.arange(60), of] = 3
    counts[:, 5] = 1
    words = Words(csr_matrix(counts), ["alpha", "beta", "gamma", "never", "nowhere", "all"])
    weights = np.zeros((3, 6), dtype=np.float32)
    weights[np.arange(3), np.arange(3)] = 2
    weights[:, 5] = 0.1
    return topics, vectors, words, weights


def test_everything_speaks_for_the_topic_of_a_clear_document(corpus):
    topics, vectors, words, weights = corpus
    for place in (0, 1, 2, 30):
        own = place % 3
        found = reasons(place, topics, vectors, words, weights)
        assert found.cosines.argmax() == found.votes.argmax() == found.by_words.argmax() == own
        assert place not in found.near
        assert len(found.near) == NEIGHBOURS
        assert found.votes.sum() == NEIGHBOURS - (topics.assigned[found.near] < 0).sum()
        assert (np.diff(found.near_cosines) <= 0).all()


def test_neighbours_are_the_nearest_there_are(corpus):
    topics, vectors, words, weights = corpus
    found = reasons(5, topics, vectors, words, weights)
    cosines = vectors @ vectors[5]
    cosines[5] = -2
    assert set(found.near.tolist()) == set(np.argsort(-cosines)[:NEIGHBOURS].tolist())


def test_a_small_corpus_has_as_many_neighbours_as_others(corpus):
    topics, vectors, words, weights = corpus
    few = Topics(topics.assigned[:4], topics.strength[:4], topics.found, topics.centroids)
    found = reasons(0, few, vectors[:4], Words(words.counts[:4], words.vocabulary), weights)
    assert sorted(found.near.tolist()) == [1, 2, 3]


def test_words_used_are_those_of_the_document_that_the_topic_weighs(corpus):
    _, _, words, weights = corpus
    found = words_used(1, 1, words, weights)
    assert [(one.word, one.times) for one in found] == [("beta", 3), ("all", 1)]
    assert found[0].weight == 1
    assert found[1].weight == pytest.approx(0.1 / 6)
    # What the topic does not weigh says nothing for it.
    assert words_used(1, 0, words, np.zeros_like(weights)) == []
