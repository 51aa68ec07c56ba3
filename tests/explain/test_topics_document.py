"""Why a document is in one topic and not in another: sums, signs, what is refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.encoder.draft import DraftEncoder
from engine.errors import InputError
from engine.explain.methods.integrated import integrated_gradients
from engine.explain.of_topics import explained_topics, made_from, topic_names
from engine.explain.reading import read
from engine.explain.target import Target
from engine.explain.topics.document import (
    contrast,
    explain_document,
    text_of,
    usual_baseline,
    usual_method,
)
from engine.explain.topics.shares import exact_shares, has_shares
from engine.topics.edit import pending
from engine.topics.edit.edits import Merge, Rename
from engine.topics.topics import NO_TOPIC, Topic, Topics, load_topics
from tests.explain.topics_made import changed, made_topics
from tests.tiny import WORDS


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return made_topics(tmp_path_factory.mktemp("topics"))


@pytest.fixture(scope="module", params=["whole", "draft"])
def kind(request):
    return request.param


@pytest.fixture(scope="module")
def topics(made, kind):
    return getattr(made, kind)


@pytest.fixture(scope="module")
def subject(made, topics):
    return explained_topics(made.store, topics)


@pytest.fixture(scope="module")
def draft(made):
    return explained_topics(made.store, made.draft)


def attributed(subject, reading, target):
    if has_shares(subject):
        return exact_shares(subject, reading, target)
    return integrated_gradients(subject, [reading], [target], baseline=usual_baseline(subject))[0]


def test_its_cosines_are_those_of_the_stored_vectors(made, topics, subject):
    now = load_topics(topics)
    stored = np.load(made_from(made.store, topics, "vectors").path / "vectors.npy")
    rows = [read(subject, text_of(made.store, topics, place)).ids for place in range(20)]
    assert np.allclose(subject.answers(rows), stored[:20] @ now.centroids.T, atol=2e-5)


def test_words_sum_to_the_difference_of_the_cosines(made, topics, subject):
    for place in (0, 1, 2, 50):
        reading = read(subject, text_of(made.store, topics, place))
        cosines = subject.answers([reading.ids])[0]
        found = attributed(subject, reading, Target(0, 1))
        assert found.value == pytest.approx(cosines[0] - cosines[1], abs=1e-5)
        assert found.complete
        assert found.relative_delta < 0.02


def test_swapping_the_topics_flips_every_sign(made, topics, subject):
    reading = read(subject, text_of(made.store, topics, 4))
    one, other = (attributed(subject, reading, t) for t in (Target(0, 2), Target(2, 0)))
    assert np.allclose(one.scores, -other.scores, atol=1e-5)
    assert one.value == pytest.approx(-other.value, abs=1e-6)
    assert np.abs(one.scores).max() > 1e-3


def test_a_difference_is_the_difference_of_both_alone(made, topics, subject):
    reading = read(subject, text_of(made.store, topics, 7))
    both, one, other = (
        attributed(subject, reading, t).scores for t in (Target(1, 2), Target(1), Target(2))
    )
    assert np.allclose(both, one - other, atol=1e-3)


@settings(deadline=None, max_examples=40)
@given(words=st.lists(st.sampled_from([w for w in WORDS if len(w) > 1]), min_size=1, max_size=12))
def test_a_draft_is_recovered_exactly(draft, words):
    reading = read(draft, " ".join(words))
    found = exact_shares(draft, reading, Target(0, 1))
    table, centres = draft.encoder.table.numpy(), draft.read.centres.numpy()
    tokens = table[reading.ids]
    length = np.linalg.norm(tokens.sum(axis=0))
    if length < 1e-6:
        return
    known = reading.by_word(tokens @ (centres[0] - centres[1]) / length)
    assert np.allclose(found.scores, known, atol=1e-5)
    assert found.delta == pytest.approx(0, abs=1e-5)
    same = [n for n, word in enumerate(words) if word == words[0]]
    assert np.ptp(found.scores[same]) < 1e-6


def test_a_word_that_the_draft_does_not_know_says_nothing(draft):
    reading = read(draft, "paper \u2603 model data")
    found = exact_shares(draft, reading, Target(0, 1))
    at = reading.words.index("\u2603")
    assert found.scores[at] == 0
    assert np.abs(np.delete(found.scores, at)).max() > 0


def test_exact_shares_are_for_drafts_alone(made):
    whole = explained_topics(made.store, made.whole)
    assert usual_method(whole) == "integrated gradients"
    with pytest.raises(InputError, match="draft encoder alone"):
        exact_shares(whole, read(whole, "a paper"), Target(0, 1))


def test_a_document_is_explained_against_the_runner_up(made, topics, kind):
    subject, found = explain_document(made.store, topics, 3)
    now = load_topics(topics)
    cosines = subject.answers([found.reading.ids])[0]
    own = now.ids.tolist().index(int(now.assigned[3]))
    cosines[own] = -2
    assert found.target == Target(own, int(cosines.argmax()))
    assert found.method == ("exact shares" if kind == "draft" else "integrated gradients")
    assert isinstance(subject.encoder, DraftEncoder) == (kind == "draft")
    assert found.reading.text == text_of(made.store, topics, 3)


def test_any_two_topics_can_be_chosen_and_one_alone(made):
    names = topic_names(load_topics(made.draft))
    _, found = explain_document(made.store, made.draft, 0, of=names[2], against=names[0])
    assert found.target == Target(2, 0)
    _, alone = explain_document(made.store, made.draft, 0, of=names[1], against=None)
    assert alone.target == Target(1)
    _, other = explain_document(made.store, made.draft, 0, method="occlusion")
    assert other.method == "occlusion"


def test_what_cannot_be_explained_is_refused_in_a_sentence(made):
    name = load_topics(made.draft).found[0].name
    with pytest.raises(InputError, match="against itself"):
        explain_document(made.store, made.draft, 0, of=name, against=name)
    with pytest.raises(InputError, match="no 'nowhere' here; choose from"):
        explain_document(made.store, made.draft, 0, of="nowhere")
    for place in (-1, 180):
        with pytest.raises(InputError, match="0 to 179 are"):
            explain_document(made.store, made.draft, place)


def topics_of(assigned, names):
    k = len(names)
    found = tuple(Topic(10 + n, 1, (), name) for n, name in enumerate(names))
    return Topics(
        np.array(assigned, dtype=np.int32), np.ones(len(assigned), dtype=np.float32), found,
        np.eye(k, 4, dtype=np.float32),
    )  # fmt: skip


def test_the_contrast_of_a_document():
    now = topics_of([11], ["a", "b", "c"])
    cosines = np.array([0.2, 0.9, 0.5], dtype=np.float32)
    assert contrast(now, cosines, 11) == Target(1, 2)
    assert contrast(now, cosines, 10) == Target(0, 1)
    assert contrast(now, cosines, NO_TOPIC) == Target(1, 2)
    assert contrast(now, cosines, 11, against=None) == Target(1)
    assert contrast(topics_of([10], ["a"]), cosines[:1], 10) == Target(0)


def test_a_topic_is_called_by_its_name_or_its_number():
    now = topics_of([11], ["a", "10", "c, d"])
    cosines = np.array([0.2, 0.9, 0.5], dtype=np.float32)
    assert contrast(now, cosines, 11, of="12", against="A") == Target(2, 0)
    assert contrast(now, cosines, 11, of="10", against="c, d") == Target(1, 2)
    with pytest.raises(InputError, match="no '99' here; choose from a; 10; c, d"):
        contrast(now, cosines, 11, of="99")
    with pytest.raises(InputError, match="against itself"):
        contrast(now, cosines, 11, of="12", against="c, d")


@given(st.lists(st.sampled_from(["x", "X", "y", "z"]), min_size=1, max_size=8))
def test_names_of_topics_are_told_apart(names):
    found = topic_names(topics_of([10], names))
    assert len({name.casefold() for name in found}) == len(names)
    assert all(mine.startswith(name) for mine, name in zip(found, names, strict=True))


def test_edits_that_wait_hold(made):
    topics = changed(made.store, made.draft, [])
    first, second, third = load_topics(topics).ids.tolist()
    pending.add(made.store, topics, [Merge(into=(first, second)), Rename(topic=third, name="Left")])
    subject, found = explain_document(made.store, topics, 0)
    assert len(subject.names) == 2
    assert "Left" in subject.names
    assert np.linalg.norm(subject.read.centres.numpy(), axis=1) == pytest.approx([1, 1], abs=1e-5)
    assert found.relative_delta < 1e-3


@pytest.mark.parametrize("gone", ["vectors", "dataset"])
def test_what_topics_were_made_from_must_be_there(made, gone):
    told = rf"made from is gone \(their {gone}\)|{gone} of .* not here any more"
    with pytest.raises(InputError, match=told):
        explain_document(made.store, changed(made.store, made.draft, [gone]), 0)


def test_an_encoder_that_changed_is_refused(made):
    with pytest.raises(InputError, match="has changed since the documents were read"):
        explain_document(made.store, changed(made.store, made.whole, [], fingerprint="0" * 64), 0)


def test_vectors_of_another_encoder_are_refused(made):
    with pytest.raises(InputError, match="come from another encoder"):
        explain_document(made.store, changed(made.store, made.whole, [], width=7), 0)
