"""What would change an answer: words taken out or swapped do just what a new reading says."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import combinations

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.errors import InputError
from engine.explain.methods.occlusion import occlusion
from engine.explain.reading import read
from engine.explain.target import Target
from engine.explain.what_if.answers import answers_of, readable
from engine.explain.what_if.changed import changed, like, mask_word, without
from engine.explain.what_if.flip import fewest_to_flip
from engine.explain.what_if.swap import swaps_that_flip
from engine.explain.what_if.whole_words import whole_words
from tests.explain.subjects import tiny_subject
from tests.tiny import WORDS

_MARKS = (", ", " ", ". ", " - ", "! ")
_texts = st.lists(
    st.tuples(st.sampled_from(WORDS), st.sampled_from(_MARKS)), min_size=2, max_size=12
).map(lambda parts: "".join(word + mark for word, mark in parts).strip())
_calm = settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.fixture(scope="module")
def subject(tmp_path_factory):
    return tiny_subject(tmp_path_factory.mktemp("tiny") / "encoder")


@_calm
@given(text=_texts, data=st.data())
def test_a_text_without_words_is_read_as_its_ids_without_theirs(subject, text, data):
    reading = read(subject, text)
    places = data.draw(st.sets(st.integers(0, reading.n_words - 1), max_size=reading.n_words - 1))
    gone = np.zeros(reading.n_words, dtype=bool)
    gone[list(places)] = True
    assert read(subject, without(reading, places)).ids.tolist() == reading.without(gone).tolist()


@_calm
@given(text=_texts, data=st.data())
def test_a_word_in_place_of_another_stands_alone_where_that_stood(subject, text, data):
    reading = read(subject, text)
    place = data.draw(st.integers(0, reading.n_words - 1))
    new = read(subject, changed(reading, {place: "zebra"}))
    assert new.words == (*reading.words[:place], "zebra", *reading.words[place + 1 :])


@pytest.mark.parametrize(
    ("text", "gone", "left"),
    [
        ("good tea, bad soup", [1], "good, bad soup"),
        ("good tea, bad soup", [0], "tea, bad soup"),
        ("not good", [1], "not "),
        ("It is (very) good.", [3], "It is () good."),
        ("one\n\ntwo three", [1], "one\n\nthree"),
        ("a  b c", [1], "a  c"),
    ],
)
def test_spaces_stay_as_one_would_write_them(subject, text, gone, left):
    assert without(read(subject, text), gone) == left


def test_a_mask_is_read_as_the_mask_token(subject):
    reading = read(subject, "the tea was very good")
    masked = read(subject, changed(reading, {3: mask_word(subject)}))
    gone = np.arange(reading.n_words) == 3
    expected = reading.masked(gone, subject.special_tokens["mask"])
    assert masked.ids.tolist() == expected.tolist()


def test_capitals_are_kept():
    assert [like(*pair) for pair in (("Good", "bad"), ("GOOD", "bad"), ("good", "bad"))] == [
        "Bad", "BAD", "bad"
    ]  # fmt: skip


def _all_that_flip(subject, reading, size):
    before = answers_of(subject, [reading.text])[0].name
    found = []
    for places in combinations(range(reading.n_words), size):
        text = without(reading, places)
        if readable(subject, text) and answers_of(subject, [text])[0].name != before:
            found.append(places)
    return found


@_calm
@given(text=_texts)
def test_the_fewest_words_are_the_fewest_there_are(subject, text):
    reading = read(subject, text)
    scores = np.zeros(reading.n_words, dtype=np.float32)
    search = fewest_to_flip(subject, reading, scores)
    if search.found is None:
        assert "flip it" in search.why
        assert not _all_that_flip(subject, reading, 1)
        return
    flip = search.found
    size = len(flip.gone)
    assert answers_of(subject, [flip.text])[0].name == flip.after.name != flip.before.name
    assert answers_of(subject, [text])[0].name == flip.before.name
    if flip.smallest:
        for smaller in range(1, size):
            assert not _all_that_flip(subject, reading, smaller)
    elif size <= 4:
        assert "may still exist" in search.why
    assert flip.irreducible
    for fewer in combinations(flip.gone, size - 1):
        if fewer:
            said = answers_of(subject, [without(reading, fewer)])[0].name
            assert said == flip.before.name


def test_few_tokens_give_a_flip_that_is_not_called_the_smallest(subject):
    text = "the film was very good and the tea was poor, not bad; new people in the old city"
    reading = read(subject, text)
    scores = occlusion(subject, reading, Target(0)).scores
    whole = fewest_to_flip(subject, reading, scores)
    assert whole.found is not None
    few = fewest_to_flip(subject, reading, scores, tokens=3 * len(reading.ids))
    assert few.tried < whole.tried or len(whole.found.gone) == 1
    if few.found is None:
        assert "a longer search may" in few.why
        return
    assert not few.found.smallest or len(few.found.gone) == 1
    assert answers_of(subject, [few.found.text])[0].name == few.found.after.name


def test_a_search_lets_others_go_on_between_its_blocks(subject):
    free = []

    class Watching:
        stop_requested = False

        def advance(self, n=1):
            with ThreadPoolExecutor(1) as other:
                got = other.submit(subject.lock.acquire, timeout=5).result()
                free.append(got)
                if got:
                    other.submit(subject.lock.release).result()

        def stage(self, *args, **more):
            pass

    reading = read(subject, "a very good film and a bad tea on the old market")
    fewest_to_flip(subject, reading, np.zeros(reading.n_words), progress=Watching())
    assert free
    assert all(free)


def test_a_text_of_one_word_has_nothing_to_take_out(subject):
    assert fewest_to_flip(subject, read(subject, "good"), np.zeros(1)).found is None


def test_where_no_word_matters_nothing_flips_and_it_says_so(subject):
    import dataclasses

    fixed = torch.tensor([0.0, 1.0, 0.0])
    deaf = dataclasses.replace(
        subject, read=lambda vectors: fixed.expand(len(vectors), 3) + 0 * vectors[:, :3]
    )
    search = fewest_to_flip(deaf, read(deaf, "good tea and bad soup"), np.zeros(5))
    assert search.found is None
    assert "the answer stays fair" in search.why
    assert swaps_that_flip(deaf, read(deaf, "good tea and bad soup")) == []


def test_swaps_flip_when_read_and_are_one_word_of_the_vocabulary(subject):
    reading = read(subject, "The film was very good and the tea was poor")
    before = answers_of(subject, [reading.text])[0].name
    swaps = swaps_that_flip(subject, reading, most=50, alike=-1)
    assert swaps, "random weights flip easily"
    known = set(whole_words(subject)[1])
    for swap in swaps:
        new = read(subject, swap.text)
        assert answers_of(subject, [swap.text])[0].name == swap.after.name != before
        different = [n for n, (a, b) in enumerate(zip(reading.words, new.words, strict=True))
                     if a != b]  # fmt: skip
        assert different == [swap.place]
        assert swap.new.lower() in known
        assert swap.new[:1].isupper() == swap.old[:1].isupper()
    assert [s.closeness for s in swaps] == sorted((s.closeness for s in swaps), reverse=True)
    only = swaps_that_flip(subject, reading, most=50, alike=-1, among={"king", "queen", "rain"})
    assert {swap.new.lower() for swap in only} <= {"king", "queen", "rain"}


def test_parts_of_words_and_special_tokens_are_no_words(subject):
    _, words = whole_words(subject)
    assert set(words) == {word for word in WORDS if len(word) > 1}


def test_a_tokenizer_without_mask_says_so(subject):
    import dataclasses

    bare = dataclasses.replace(subject)
    bare.__dict__["special_tokens"] = {}
    with pytest.raises(InputError, match="no MASK token"):
        mask_word(bare)
