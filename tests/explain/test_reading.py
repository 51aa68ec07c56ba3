"""Tokens and words: every token of the text belongs to one word, and the words stand in it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import InputError
from engine.explain.reading import read, windows
from engine.explain.target import Target, target
from tests.explain.subjects import tiny_subject


@pytest.fixture(scope="module")
def subject(tmp_path_factory):
    return tiny_subject(tmp_path_factory.mktemp("encoder"))


def test_pieces_and_marks_become_words(subject):
    reading = read(subject, "The tea's not good!!! (very bad)")
    assert reading.words == ("The", "tea's", "not", "good", "!!!", "(", "very", "bad", ")")
    assert reading.owner[0] == reading.owner[-1] == -1
    assert set(reading.owner[1:-1].tolist()) == set(range(9))


@settings(max_examples=40, deadline=None)
@given(st.text(st.sampled_from("abc tea.!?'-éß日本\n"), min_size=1, max_size=60))
def test_every_token_belongs_to_a_word_that_stands_in_the_text(subject, text):
    try:
        reading = read(subject, text)
    except InputError:
        return
    spans = reading.spans
    assert all(start < stop for start, stop in spans)
    assert all(a[1] <= b[0] for a, b in zip(spans, spans[1:], strict=False))
    assert sorted(set(reading.owner.tolist()) - {-1}) == list(range(len(spans)))
    values = np.arange(len(reading.ids), dtype=np.float32)
    assert reading.by_word(values).sum() == values[reading.owner >= 0].sum()


def test_words_are_left_out_and_masked(subject):
    reading = read(subject, "the good tea")
    gone = np.array([False, True, False])
    assert read(subject, "the tea").ids.tolist() == reading.without(gone).tolist()
    assert read(subject, "the [MASK] tea").ids.tolist() == reading.masked(
        gone, subject.special_tokens["mask"]
    ).tolist()  # fmt: skip


def test_windows_hold_the_whole_text_and_the_first_is_what_is_read(subject):
    text = " ".join(["good tea"] * 60)
    found = windows(subject, text)
    assert len(found) == 3
    assert found[0].ids.tolist() == read(subject, text).ids.tolist()
    assert found[0].cut
    said = [text[start:stop] for one in found for start, stop in one.spans]
    assert " ".join(said) == text


@pytest.mark.parametrize(("text", "told"), [("", "nothing to read"), ("☃ ☃", "knows none")])
def test_what_cannot_be_read_is_said(subject, text, told):
    with pytest.raises(InputError, match=told):
        read(subject, text)


def test_one_word_is_enough(subject):
    assert read(subject, "tea").n_words == 1


def test_targets_by_name():
    assert target(["Good", "bad"], "good") == Target(0)
    assert target(["Good", "bad"], "bad", "Good") == Target(1, 0)
    with pytest.raises(InputError, match="There is no 'fine' here; choose from Good, bad"):
        target(["Good", "bad"], "fine")
    with pytest.raises(InputError, match="against itself"):
        target(["Good", "bad"], "bad", "bad")
