"""Documents added to topics: old ones stay, new ones join, what is new shows up."""

from __future__ import annotations

import json

import numpy as np
import pytest

from engine.data.spec_append import AppendSpec
from engine.encoder.spec import EmbedSpec
from engine.errors import InputError
from engine.store import Store
from engine.topics.add.candidates import candidates, loosest
from engine.topics.add.place import mean_of
from engine.topics.add.spec import TopicsAddSpec
from engine.topics.assign.build import made_from
from engine.topics.edit import pending
from engine.topics.edit.apply import apply
from engine.topics.edit.context import Context
from engine.topics.edit.edits import Gather, Merge, Rename, Split
from engine.topics.edit.replay import replay
from engine.topics.edit.state import first_state
from engine.topics.topics import load_topics
from engine.topics.words.counts import load_words
from engine.work import run
from tests.classify.conftest import add_dataset, write_csv
from tests.topics.made import SUBJECTS, make_topics, place_vectors, texts

RIVERS = "river flood delta bank current lake dam".split()
NEW = 30


def new_texts():
    """Thirty of the three subjects and thirty of a fourth that nobody has seen."""
    rng = np.random.default_rng(5)
    rows = texts(each=NEW // len(SUBJECTS), seed=11)
    rows = [(f"{text} again", subject) for text, subject in rows]
    return rows + [(" ".join([*rng.choice(RIVERS, 6), f"r{n}"]), "rivers") for n in range(NEW)]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Topics, and their dataset with new texts behind it."""
    folder = tmp_path_factory.mktemp("add")
    store = Store(folder / "cache")
    topics = make_topics(store, folder, topics=3)
    rows = new_texts()
    more = add_dataset(store, write_csv(folder / "more.csv", rows), text=["text"], label="label")
    place_vectors(store, EmbedSpec(dataset=more.key), [label for _, label in rows])
    own = made_from(store, topics, "dataset")
    whole = run(AppendSpec(dataset=own.key, more=more.key), store=store, name="both")
    return store, topics, whole


@pytest.fixture(scope="module")
def grown(made):
    store, topics, whole = made
    return run(TopicsAddSpec(topics=topics.key, dataset=whole.key), store=store)


def test_old_documents_stay_and_new_ones_join(made, grown):
    store, topics, whole = made
    before, after = load_topics(topics), load_topics(grown)
    n = len(before.assigned)
    np.testing.assert_array_equal(after.assigned[:n], before.assigned)
    np.testing.assert_array_equal(after.strength[:n], before.strength)
    assert len(after.assigned) == whole.facts["rows"] == n + 2 * NEW
    assert {t.id: t.name for t in after.found} == {t.id: t.name for t in before.found}
    assert all(t.size == (after.assigned == t.id).sum() for t in after.found)
    subject = {t.id: texts()[int(before.places(t.id)[0])][1] for t in before.found}
    said = [subject.get(int(i)) for i in after.assigned[n : n + NEW]]
    assert np.mean([s == t for s, (_, t) in zip(said, new_texts(), strict=False)]) > 0.9


def test_points_and_vectors_of_old_documents_are_the_same(made, grown):
    store, topics, whole = made
    for kind in ("vectors", "projection"):
        old = [a for a in store.inputs(topics) if a.kind == kind]
        new = [a for a in store.inputs(grown) if a.kind == kind]
        assert len(new) == len(old)
        for one, other in zip(old, new, strict=True):
            name = "vectors.npy" if kind == "vectors" else "points.npy"
            first, whole_ = np.load(one.path / name), np.load(other.path / name)
            np.testing.assert_array_equal(whole_[: len(first)], first)
            assert len(whole_) == whole.facts["rows"]
            assert np.isfinite(whole_).all()
    assert made_from(store, grown, "dataset").key == whole.key


def test_what_is_new_is_unlike_and_a_candidate(made, grown):
    store, topics, _ = made
    n = len(load_topics(topics).assigned)
    facts = grown.facts
    assert facts["added"] == 2 * NEW
    assert facts["unlike"] >= 0.9 * NEW
    assert facts["drift"]["beyond_chance"]
    assert facts["candidates"] >= 1
    first = json.loads((grown.path / "candidates.json").read_text())[0]
    assert all(place >= n + NEW for place in first["places"])
    assert set(first["words"][:3]) <= set(RIVERS) | {f"{a} {b}" for a in RIVERS for b in RIVERS}


def test_the_grown_topics_can_be_edited_on(made, grown):
    store, _, _ = made
    context = Context(grown, store)
    topics = load_topics(grown)
    places = json.loads((grown.path / "candidates.json").read_text())[0]["places"]
    state, report = apply(first_state(topics), Gather(places=tuple(places)), context)
    assert report.made == (max(t.id for t in topics.found) + 1,)
    state, _ = apply(state, Split(topic=topics.found[0].id, parts=2), context)
    assert len(state.ids) == len(topics.found) + 2


def test_edits_hold_in_the_grown_topics(made):
    store, topics, whole = made
    first, second = (t.id for t in load_topics(topics).found[:2])
    pending.add(store, topics, [Merge(into=(first, second)), Rename(topic=first, name="Both")])
    version = pending.history(store, topics).version
    state, _, _ = replay(pending.history(store, topics).done, Context(topics, store))
    spec = TopicsAddSpec(topics=topics.key, dataset=whole.key, edits=version)
    grown = load_topics(run(spec, store=store))
    np.testing.assert_array_equal(grown.assigned[: len(state.assigned)], state.assigned)
    assert grown.topic(first).name == "Both"
    assert second not in grown.ids
    while pending.history(store, topics).done:
        pending.undo(store, topics)


def test_a_dataset_that_does_not_begin_with_theirs_is_a_sentence(made):
    store, topics, whole = made
    more = next(a for a in store.inputs(whole) if a.facts.get("rows") == 2 * NEW)
    with pytest.raises(InputError, match=r"does not begin with the documents.*data append"):
        run(TopicsAddSpec(topics=topics.key, dataset=more.key), store=store)


def test_few_or_unlike_documents_are_no_candidate(made, grown):
    store, _, _ = made
    words = load_words(made_from(store, grown, "words"))
    vectors = np.load(made_from(store, grown, "vectors").path / "vectors.npy")
    assert candidates(np.arange(4), vectors, words, least=0) == []
    assert candidates(np.zeros(0, dtype=np.int64), vectors, words, least=0) == []
    # One group, if they are as like each other as those of a topic.
    stars = load_topics(grown).places(load_topics(grown).found[0].id)[:12]
    assert len(candidates(stars, vectors, words, least=0.5)) >= 1
    assert candidates(stars[:10], vectors, words, least=1.01) == []
    assert 0.3 < loosest(load_topics(grown), vectors) < 1


def test_a_new_point_lies_among_its_neighbours():
    rng = np.random.default_rng(0)
    points = rng.normal(size=(6, 4, 2)).astype(np.float32)
    heavy = rng.random((6, 4)).astype(np.float32)
    heavy[0] = 0
    heavy[1] = [1, 0, 0, 0]
    found = mean_of(points, heavy)
    np.testing.assert_allclose(found[0], points[0].mean(axis=0), rtol=1e-5)
    np.testing.assert_allclose(found[1], points[1, 0], rtol=1e-5)
    assert (found >= points.min(axis=1) - 1e-6).all()
    assert (found <= points.max(axis=1) + 1e-6).all()
