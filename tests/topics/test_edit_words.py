"""Words of edited topics: chosen as the fit chose its own, without the encoder where it can be."""

from __future__ import annotations

import logging

import numpy as np
import pytest

from engine.errors import InputError
from engine.store import Store
from engine.topics.edit.context import Context
from engine.topics.edit.edits import Gather, Merge, Move, Rename, Split
from engine.topics.edit.replay import replay
from engine.topics.edit.stand import describe, stand
from engine.topics.edit.state import first_state
from engine.topics.words.describe import name_of, topic_words, weights_of
from engine.topics.words.meanings import Meanings
from tests.topics.made import make_topics


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("topics")
    store = Store(folder / "cache")
    return make_topics(store, folder), store


@pytest.fixture
def context(made):
    return Context(*made)


def after(context, *edits):
    state, _, skipped = replay(list(edits), context)
    assert not skipped
    return stand(state, context)


def no_encoder():
    raise InputError("The encoder was loaded.")


def test_topics_described_again_have_the_words_of_the_fit(context):
    again = describe(context.fit.ids.tolist(), first_state(context.fit), context)
    for topic in context.fit.found:
        assert again[topic.id].topic == topic
    assert not context.meanings.fresh


def test_a_topic_of_the_very_documents_of_another_is_described_as_it_was(context):
    one = context.fit.found[1]
    topics = after(context, Gather(places=tuple(context.fit.places(one.id).tolist())))
    (new,) = [t for t in topics.found if t.id not in context.fit.ids]
    assert (new.words, new.central, new.representative) == (one.words, one.central,
                                                            one.representative)  # fmt: skip
    assert new.name == one.name
    place = topics.ids.tolist().index(new.id)
    np.testing.assert_array_equal(topics.centroids[place], context.fit.centroids[1])


def test_documents_moved_out_and_back_leave_everything_as_it_was(context):
    places = tuple(context.fit.places(0)[:5].tolist())
    topics = after(context, Move(places=places, to=1), Move(places=places, to=0))
    assert topics.found == context.fit.found
    np.testing.assert_array_equal(topics.centroids, context.fit.centroids)


def test_a_merge_is_ranked_by_meaning_and_loads_no_encoder(context, monkeypatch, caplog):
    kept = context.meanings
    monkeypatch.setattr(kept, "_opens", no_encoder)
    with caplog.at_level(logging.WARNING):
        joint = after(context, Merge(into=(0, 1))).topic(0)
    assert not caplog.records
    state, _, _ = replay([Merge(into=(0, 1))], context)
    ids = state.ids
    plain = topic_words(weights_of(context.words, state.assigned, ids), context.words.vocabulary)
    assert joint.words != plain[ids.tolist().index(0)], "c-TF-IDF alone says something else"


def test_what_an_edit_needs_is_read_once_for_every_process(made, monkeypatch):
    one, two = Context(*made), Context(*made)
    asked: list[str] = []

    def encode(phrases):
        asked.extend(phrases)
        return np.ones((len(phrases), 384), dtype=np.float32) / 384**0.5

    one.__dict__["meanings"] = Meanings(lambda: encode)
    first = after(one, Split(topic=0, parts=2))
    assert asked
    assert two.store.folder("edits").joinpath(f"topics-{made[0].key}.safetensors").exists()
    monkeypatch.setattr(two.meanings, "_opens", no_encoder)
    known = two.meanings(asked)
    np.testing.assert_array_equal(known, one.meanings(asked))
    assert [t.words for t in after(two, Split(topic=0, parts=2)).found] == [
        t.words for t in first.found
    ]
    (two.store.folder("edits") / f"topics-{made[0].key}.safetensors").unlink()


def test_where_the_encoder_is_gone_an_edit_is_still_made_and_the_log_says_so(context, caplog):
    context.__dict__["meanings"] = Meanings(no_encoder)
    with caplog.at_level(logging.WARNING):
        topics = after(context, Merge(into=(0, 1)))
    assert topics.topic(0).words
    assert "without the encoder" in caplog.text


def test_a_name_given_before_the_fit_stays_through_edits(context):
    found = context.fit.found
    context.__dict__["fit"] = type(context.fit)(
        context.fit.assigned,
        context.fit.strength,
        (found[0].__class__(**{**found[0].__dict__, "name": "Mine"}), *found[1:]),
        context.fit.centroids,
    )
    topics = after(context, Merge(into=(found[0].id, found[1].id)))
    assert topics.topic(found[0].id).name == "Mine"
    topics = after(context, Rename(topic=found[0].id, name="Other"))
    assert topics.topic(found[0].id).name == "Other"
    assert name_of(topics.found[1].words) == topics.found[1].name
