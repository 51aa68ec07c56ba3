"""Topics asked for by name or by seed words: they come out, and the rest stays as it was."""

from __future__ import annotations

import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import InputError
from engine.store import Store
from engine.topics.centres import unit
from engine.topics.guided import asked, carved, directions, drawn, not_found
from engine.topics.reduce.spec import embed_spec
from engine.topics.spec import TopicsSpec
from engine.topics.topics import load_topics
from engine.work import run
from tests.classify.conftest import add_dataset, write_csv
from tests.topics.made import SUBJECTS, texts

WIDTH = 64


def encode(phrases):
    """Each word has a direction of its own; a phrase is the mean of its words."""
    found = []
    for phrase in phrases:
        words = [
            np.random.default_rng(zlib.crc32(w.encode())).normal(size=WIDTH)
            for w in phrase.lower().split()
        ]
        found.append(np.mean(words, axis=0))
    return unit(np.array(found, dtype=np.float32))


@pytest.fixture(scope="module")
def corpus():
    """Texts, the subject of each, their vectors, and a dense spot for each ten of a subject."""
    rows = texts(60)
    subjects = np.array([label for _, label in rows])
    vectors = encode([text for text, _ in rows])
    spots = np.zeros(len(rows), dtype=np.int32)
    for n, name in enumerate(SUBJECTS):
        mine = np.flatnonzero(subjects == name)
        spots[mine] = n * 6 + np.arange(len(mine)) // 10
    usual = encode([word for words in SUBJECTS.values() for word in words])
    return subjects, vectors, spots, usual


def test_documents_go_to_the_topic_they_are_about_and_others_to_none(corpus):
    subjects, vectors, spots, usual = corpus
    topics = asked(["oven flour dough"], [["robot", "gripper", "motor"]])
    place = drawn(vectors, spots, directions(topics, encode), usual)
    for n, name in enumerate(["bread", "robots"]):
        assert (place[subjects == name] == n).mean() > 0.9
    assert (place[subjects == "stars"] == -1).all()


def test_the_order_in_which_topics_are_asked_for_does_not_matter(corpus):
    _, vectors, spots, usual = corpus
    wanted = directions(asked(["oven flour", "planet orbit", "torque joint"], []), encode)
    place = drawn(vectors, spots, wanted, usual)
    turned = drawn(vectors, spots, wanted[::-1], usual)
    np.testing.assert_array_equal(np.where(place < 0, -1, 2 - place), turned)


@pytest.mark.parametrize("share", [0.9, 0.5, 0.1])
def test_an_encoder_that_finds_everything_alike_draws_the_same(corpus, share):
    """Cosines from 1 - share to 1 instead of from 0 to 1."""
    _, vectors, spots, usual = corpus
    wanted = directions(asked(["robot arm", "comet nebula"], []), encode)

    def narrow(rows):
        same = np.full((len(rows), 1), np.sqrt(1 - share), dtype=np.float32)
        return np.hstack([np.sqrt(share) * rows, same]).astype(np.float32)

    place = drawn(vectors, spots, wanted, usual)
    assert (place >= 0).any()
    # A cosine on the border may round to the other side.
    there = drawn(narrow(vectors), spots, narrow(wanted), narrow(usual))
    assert (place == there).mean() > 0.99


def test_a_topic_that_no_document_is_about_takes_none_and_is_told_of(corpus):
    _, vectors, spots, usual = corpus
    topics = asked(["violin sonata", "oven flour dough"], [])
    place = drawn(vectors, spots, directions(topics, encode), usual)
    assert set(place.tolist()) == {-1, 1}
    said = not_found(topics, {1: 0})
    assert "'violin sonata'" in said
    assert "oven" not in said
    assert not_found(topics, {0: 0, 1: 1}) == ""


def test_less_likeness_takes_in_more(corpus):
    _, vectors, spots, usual = corpus
    wanted = directions(asked(["robot arm"], []), encode)
    took = [
        set(np.flatnonzero(drawn(vectors, spots, wanted, usual, least=least) == 0).tolist())
        for least in (0.2, 1.0, 3.0)
    ]
    assert took[0] >= took[1] >= took[2]
    assert took[0] > took[2]


def test_without_dense_spots_each_document_stands_for_itself(corpus):
    subjects, vectors, _, usual = corpus
    one = np.zeros(len(vectors), dtype=np.int32)
    wanted = directions(asked([], [["robot", "gripper", "motor", "arm"]]), encode)
    mine = drawn(vectors, one, wanted, usual) == 0
    assert (subjects[mine] == "robots").mean() > 0.9
    assert mine.any()


def test_vectors_of_another_encoder_are_said(corpus):
    _, vectors, spots, usual = corpus
    with pytest.raises(InputError, match="have 63 numbers, this encoder's 64"):
        drawn(vectors[:, :63], spots, directions(asked(["oven"], []), encode), usual[:, :63])


@given(
    st.lists(st.tuples(st.integers(-1, 4), st.integers(-1, 2)), min_size=1, max_size=60),
    st.integers(1, 6),
)
def test_what_is_not_drawn_keeps_its_topic(pairs, least):
    labels, place = np.array(pairs, dtype=np.int32).T
    found, mine = carved(labels, place, least=least)
    assert set(mine) == set(place[place >= 0].tolist())
    for one, label in mine.items():
        assert (found[place == one] == label).all()
    for one in range(5):
        all_of_it, rest = labels == one, np.flatnonzero((labels == one) & (place < 0))
        took = np.bincount(place[all_of_it & (place >= 0)], minlength=1)
        if not len(rest):
            continue
        (label,) = set(found[rest].tolist())
        if took.max() >= 0.6 * all_of_it.sum():
            assert label == mine[int(took.argmax())], "most of it went, so the rest goes along"
        elif not took.sum() or len(rest) >= least:
            np.testing.assert_array_equal(np.flatnonzero(found == label), rest)
        else:
            assert label == -1
    assert (found[(labels < 0) & (place < 0)] == -1).all()
    sizes = np.bincount(found[found >= 0])
    assert (np.diff(sizes) <= 0).all()
    assert (sizes > 0).all()


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "cache")


@pytest.fixture
def dataset(store, tmp_path, monkeypatch):
    """The corpus as a dataset, whose encoder is the one above."""
    return _dataset(store, tmp_path, monkeypatch, texts(60))


def _dataset(store, folder, monkeypatch, rows):
    monkeypatch.setattr("engine.topics.build.phrase_encoder", lambda encoder, work: encode)
    path = write_csv(folder / "subjects.csv", rows)
    made = add_dataset(store, path, text=["text"], label="label")
    _publish(store, embed_spec(TopicsSpec(dataset=made.key)), encode([text for text, _ in rows]))
    return made


def _publish(store, spec, vectors):
    from engine.progress import SILENT
    from engine.work import _manifest, resolve

    resolved = resolve(spec, store, SILENT)
    with store.temporary() as out:
        np.save(out / "vectors.npy", vectors)
        store.publish(out, _manifest(resolved, {"embeddings": len(vectors)}, 0.1))


def test_topics_asked_for_come_out_and_the_others_stay(store, dataset):
    subjects = np.array([label for _, label in texts(60)])
    plain = load_topics(run(TopicsSpec(dataset=dataset.key, map="none"), store=store))
    spec = TopicsSpec(
        dataset=dataset.key,
        map="none",
        names=["Robot arm and gripper", "Violin sonata"],
        seeds=[["telescope", "planet", "orbit"]],
    )
    artifact = run(spec, store=store)
    found = load_topics(artifact)
    known = {one["asked"]: one for one in artifact.facts["known"]}
    assert known["Violin sonata"] == {"asked": "Violin sonata", "topic": None, "documents": 0}
    assert "Violin sonata" in artifact.facts["why"]
    robots = found.topic(known["Robot arm and gripper"]["topic"])
    stars = found.topic(known["telescope, planet, orbit"]["topic"])
    assert robots.name == "Robot arm and gripper"
    assert stars.name == ", ".join(word for word, _ in stars.words[:3])
    for topic, subject in ((robots, "robots"), (stars, "stars")):
        mine = found.assigned == topic.id
        assert topic.size == mine.sum() == known[_asked(known, topic.id)]["documents"]
        assert (subjects[mine] == subject).mean() > 0.95
        assert mine[subjects == subject].mean() > 0.85
        said = {one for word, _ in topic.words[:5] for one in word.split()}
        assert said <= set(SUBJECTS[subject])
    rest = ~np.isin(found.assigned, [robots.id, stars.id]) & (found.assigned >= 0)
    for topic in set(found.assigned[rest].tolist()):
        assert len(set(plain.assigned[found.assigned == topic].tolist())) == 1


def _asked(known, topic):
    return next(name for name, one in known.items() if one["topic"] == topic)


def test_the_number_of_topics_counts_those_asked_for(store, dataset):
    spec = TopicsSpec(dataset=dataset.key, map="none", topics=3, names=["flour dough oven"])
    artifact = run(spec, store=store)
    assert artifact.facts["n_topics"] == 3
    assert artifact.facts["known"][0]["documents"] > 40


def test_a_seed_word_that_is_nowhere_is_named_and_nothing_is_made(store, dataset):
    seeds = [["Robot", "grippper"], ["sonata"]]
    before = len(store.artifacts())
    with pytest.raises(InputError, match=r"No document has these seed words: 'grippper', 'sonata'"):
        run(TopicsSpec(dataset=dataset.key, seeds=seeds), store=store)
    assert len(store.artifacts()) == before


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        ({"names": ["Stars", " "]}, "one of the names is empty"),
        ({"names": ["Stars", "stars"]}, "'stars' is named twice"),
        ({"seeds": [["star"], [" "]]}, "without seed words"),
        ({"seeds": ["star", "planet"]}, r'a list of words for each topic, as in \[\["robot"'),
        ({"names": ["a", "b"], "topics": 2}, "leaves none for the other documents"),
    ],
)
def test_what_cannot_be_asked_is_said(wish, said):
    with pytest.raises(InputError, match=said):
        TopicsSpec.parse({"dataset": "d", **wish})


def test_more_names_than_documents_are_said(store, dataset):
    names = [f"topic {n}" for n in range(181)]
    with pytest.raises(InputError, match="181 topics are given for 180 documents"):
        run(TopicsSpec(dataset=dataset.key, names=names), store=store)


def test_few_texts_that_share_no_word_can_be_asked_too(store, tmp_path, monkeypatch):
    words = "apple bridge candle desert engine forest".split()
    made = _dataset(store, tmp_path, monkeypatch, [(word, "a") for word in words])
    artifact = run(TopicsSpec(dataset=made.key, map="none", seeds=[["apple"]]), store=store)
    assert load_topics(artifact).assigned.shape == (6,)
    assert len(artifact.facts["known"]) == 1
