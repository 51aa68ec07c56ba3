"""The choices before topics are looked for: those that a person knows of already."""

from __future__ import annotations

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.flags import arguments
from engine.topics.spec import TopicsSpec
from pages._ui.topics.known_topics import read_topics
from tests.pages.seen import button, said

PARTS = st.text(st.characters(exclude_categories=("C", "Z"), exclude_characters=","), min_size=1)


def test_names_and_words_go_to_the_command_and_the_job(visit, dataset, submitted):
    app = visit("topics", dataset=dataset.key)
    app.text_area(key="topics-known").set_value("Football\nbank, shares,  loans\n\n").run()
    assert not app.exception
    assert "1 name and 1 topic by words" in said(app)
    shown = next(c.value for c in app.code if "engine topics" in c.value)
    assert "--names=Football" in shown
    button(app, "Find the topics").click().run()
    ((spec, _),) = submitted
    assert spec.names == ["Football"]
    assert spec.seeds == [["bank", "shares", "loans"]]
    words = shlex.split(shown)
    assert words[3:] == ["topics", *arguments(spec.model_copy(update={"dataset": "small"}))]


def test_nothing_typed_asks_for_nothing(visit, dataset, submitted):
    app = visit("topics", dataset=dataset.key)
    button(app, "Find the topics").click().run()
    ((spec, _),) = submitted
    assert (spec.names, spec.seeds) == ([], [])
    assert spec.likeness == TopicsSpec.model_fields["likeness"].default


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [("Football\nfootball", "named twice"), ("A\nB\nC", "leaves none for the other documents")],
)
def test_what_cannot_be_asked_is_said_on_the_page(visit, dataset, typed, sentence):
    app = visit("topics", dataset=dataset.key)
    app.text_area(key="topics-known").set_value(typed)
    app.number_input(key="topics-topics").set_value(3)
    app.run()
    assert not app.exception
    assert sentence in said(app)
    assert not [b for b in app.button if b.label == "Find the topics"]


@given(st.lists(PARTS, max_size=5), st.lists(st.lists(PARTS, min_size=2, max_size=4), max_size=5))
def test_what_was_typed_is_read_again(names, seeds):
    typed = "\n".join([*names, *(", ".join(words) for words in seeds)])
    assert read_topics(typed) == (names, seeds)


def test_a_comma_after_a_single_word_makes_it_a_seed():
    assert read_topics("robot,\n , \nRobots") == (["Robots"], [["robot"]])
