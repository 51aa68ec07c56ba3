"""Where a document goes as its words are taken out, and the few words that decide it."""

from __future__ import annotations

import numpy as np
import pytest

from engine.explain.of_topics import explained_topics, made_from
from engine.explain.reading import read
from engine.explain.target import Target
from engine.explain.topics.ablation import ablate, cosines_of, marked
from engine.explain.topics.beside import neighbours
from engine.explain.topics.document import attribute, text_of
from engine.explain.topics.smallest import smallest_move
from engine.explain.topics.vectors import vectors_of
from engine.topics.topics import load_topics
from tests.explain.topics_made import made_topics


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return made_topics(tmp_path_factory.mktemp("topics"))


@pytest.fixture(scope="module", params=["whole", "draft"])
def topics(made, request):
    return getattr(made, request.param)


@pytest.fixture(scope="module")
def subject(made, topics):
    return explained_topics(made.store, topics)


@pytest.fixture(scope="module")
def attribution(made, topics, subject):
    return of_place(made, topics, subject, 3)


def of_place(made, topics, subject, place):
    reading = read(subject, text_of(made.store, topics, place))
    order = np.argsort(-subject.answers([reading.ids])[0]).tolist()
    return attribute(subject, reading, Target(order[0], order[1]))


def test_vectors_are_those_that_topics_were_found_among(made, topics, subject):
    stored = np.load(made_from(made.store, topics, "vectors").path / "vectors.npy")
    rows = [read(subject, text_of(made.store, topics, place)).ids for place in range(5)]
    found = vectors_of(subject, rows)
    assert np.allclose(found, stored[:5], atol=1e-5)
    assert np.allclose(cosines_of(subject, found), subject.answers(rows), atol=1e-5)


def test_each_step_is_what_the_encoder_says_of_the_words_that_are_left(subject, attribution):
    moved = ablate(subject, attribution, steps=(0, 1, 3, 500))
    assert moved.gone.tolist() == [0, 1, 3]
    assert moved.words.tolist() == attribution.order[:3].tolist()
    reading, target = attribution.reading, attribution.target
    for at, k in enumerate((0, 1, 3)):
        left = reading.without(marked(reading.n_words, attribution.order[:k]))
        said = subject.scored([left], [target])[0]
        assert moved.values[at] == pytest.approx(said, abs=1e-5)
        assert moved.cosines[at] == pytest.approx(subject.answers([left])[0], abs=1e-5)
    assert moved.values[0] == pytest.approx(attribution.value, abs=1e-5)
    assert moved.ranks[0] == 0
    assert (moved.nearest == moved.cosines.argmax(axis=1)).all()


def test_chance_lies_between_its_extremes_and_begins_with_the_whole_text(subject, attribution):
    moved = ablate(subject, attribution)
    assert moved.chance[0] == moved.low[0] == moved.high[0] == pytest.approx(moved.values[0])
    assert (moved.low <= moved.chance + 1e-6).all()
    assert (moved.chance <= moved.high + 1e-6).all()
    again = ablate(subject, attribution)
    assert np.array_equal(again.chance, moved.chance)


def test_its_strongest_words_take_it_farther_than_random_ones(made, subject, topics):
    ends = []
    for place in range(8):
        moved = ablate(subject, of_place(made, topics, subject, place))
        ends.append(moved.values[-1] - moved.chance[-1])
    assert np.mean(ends) < 0


def test_neighbours_are_others_and_vote_by_topic(made, topics, subject, attribution):
    now = load_topics(topics)
    stored = np.load(made_from(made.store, topics, "vectors").path / "vectors.npy")
    moved = ablate(subject, attribution)
    found = neighbours(moved.vectors, stored, now, without=3)
    assert 3 not in found.near
    assert (np.diff(found.cosines, axis=1) <= 0).all()
    for near, votes in zip(found.near, found.votes, strict=True):
        by_hand = [int((now.assigned[near] == number).sum()) for number in now.ids]
        assert votes.tolist() == by_hand


def test_the_few_words_decide_it_and_each_is_needed(made, topics, subject):
    decided = 0
    for place in range(12):
        one = of_place(made, topics, subject, place)
        chosen = smallest_move(subject, one)
        if chosen is None:
            continue
        decided += 1
        assert 0 < len(chosen) <= one.reading.n_words // 2
        n = one.reading.n_words

        def value(gone, one=one, n=n):
            return subject.scored([one.reading.without(marked(n, gone))], [one.target])[0]

        assert value(chosen) < 0
        for at in range(len(chosen)):
            assert len(chosen) == 1 or value(np.delete(chosen, at)) >= 0
    assert decided


def test_nothing_needs_to_go_where_the_other_is_nearer_already(made, topics, subject):
    one = of_place(made, topics, subject, 0)
    swapped = attribute(subject, one.reading, Target(one.target.against, one.target.of))
    assert len(smallest_move(subject, swapped)) == 0
