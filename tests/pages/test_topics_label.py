"""Names from a language model on the Topics page: what is sent where, then taken or left."""

from __future__ import annotations

import pytest

from engine.jobs.record import State
from engine.settings import settings
from engine.topics.edit import pending
from engine.topics.edit.edits import Pin
from engine.work import run
from tests.pages.seen import button, said
from tests.topics.artifacts import topics_artifact
from tests.topics.test_label import Stub, told


@pytest.fixture
def stub():
    made = Stub()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def model(stub, monkeypatch):
    """A language model is set, on this machine."""
    monkeypatch.setenv("LIMN_LLM_URL", stub.url)
    monkeypatch.setenv("LIMN_LLM_MODEL", "stub")
    monkeypatch.setattr("engine.topics.label.endpoint.sleep", lambda seconds: None)
    settings.cache_clear()
    return stub


@pytest.fixture
def at_once(store, monkeypatch, make_job):
    """Jobs that are over when they are submitted."""

    def submit(spec, *, store, name="", resumes=""):
        made = run(spec, store=store)
        return make_job(State.DONE, verb="topics label", result={"labels": made.key})

    monkeypatch.setattr("engine.jobs.submit", submit)


@pytest.fixture
def topics(store, dataset):
    return topics_artifact(store, dataset)


def test_it_is_off_until_a_model_is_set_and_says_how(visit, topics, monkeypatch):
    for name in ("URL", "MODEL", "KEY"):
        monkeypatch.delenv(f"LIMN_LLM_{name}", raising=False)
    settings.cache_clear()
    app = visit("topics", topics=topics.key, view="Edit")
    assert not app.exception
    words = said(app)
    assert "LIMN_LLM_URL" in words
    assert "LIMN_LLM_MODEL" in words
    assert not [b for b in app.button if b.label == "Ask for names"]


def test_nothing_goes_to_another_machine_before_it_is_agreed_to(
    visit, topics, monkeypatch, submitted
):
    monkeypatch.setenv("LIMN_LLM_URL", "https://api.example.com/v1")
    monkeypatch.setenv("LIMN_LLM_MODEL", "big-one")
    settings.cache_clear()
    app = visit("topics", topics=topics.key, view="Edit")
    words = said(app)
    assert "3 questions, one a topic" in words
    assert "the first 600 characters of 4 documents" in words
    assert "api.example.com" in words
    assert "word" in next(c.value for c in app.code if "Name the subject" in c.value)
    assert button(app, "Ask for names").disabled
    app.checkbox(key="label-agreed-api.example.com").check().run()
    button(app, "Ask for names").click().run()
    ((spec, _),) = submitted
    assert (spec.topics, spec.model, spec.documents) == (topics.key, "big-one", 4)


def test_names_that_are_borne_out_are_taken_and_can_be_undone(visit, store, topics, model, at_once):
    says = {"word0": "The first word0", "word1": "Quantum chromodynamics", "word2": "All of word2"}
    model.reply = lambda number, question: says[told(question)]
    app = visit("topics", topics=topics.key, view="Edit")
    assert "this machine: nothing leaves it" in said(app)
    button(app, "Ask for names").click().run()
    assert not app.exception
    rows = _table(app)
    assert rows["Proposed"].tolist() == [says[f"word{t}"] for t in _order(topics)]
    assert dict(zip(rows["Proposed"], rows["Take"], strict=True)) == {
        "The first word0": True, "Quantum chromodynamics": False, "All of word2": True
    }  # fmt: skip
    assert "quantum" in rows.set_index("Proposed")["Evidence"]["Quantum chromodynamics"]
    button(app, "Take 2 names").click().run()
    done = pending.history(store, topics).done
    assert {edit.name for edit in done} == {"The first word0", "All of word2"}
    # What is left is still there, and nobody was asked again.
    assert _table(app)["Proposed"].tolist() == ["Quantum chromodynamics"]
    assert len(model.questions) == 3
    button(app, "Undo").click().run()
    assert len(_table(app)) == 3, "names taken together are taken back together"


def test_what_came_before_the_model_fell_silent_is_shown_and_the_rest_asked_for(
    visit, topics, model, at_once
):
    model.reply = lambda number, question: told(question) if number == 1 else 503
    app = visit("topics", topics=topics.key, view="Edit")
    button(app, "Ask for names").click().run()
    assert len(_table(app)) == 1
    assert "2 topics got no answer" in said(app)
    before = len(model.questions)
    model.reply = lambda number, question: told(question)
    button(app, "Ask for the rest").click().run()
    assert len(_table(app)) == 3
    assert len(model.questions) == before + 2


def test_a_pin_does_not_lose_the_proposals(visit, store, topics, model, at_once):
    app = visit("topics", topics=topics.key, view="Edit")
    button(app, "Ask for names").click().run()
    pending.add(store, topics, [Pin(topic=0)])
    app.run()
    assert "Proposed" in _table(app)


def _table(app):
    return next(d.value for d in app.dataframe if "Proposed" in d.value)


def _order(topics):
    from engine.topics.topics import load_topics

    return [topic.id for topic in load_topics(topics).found]
