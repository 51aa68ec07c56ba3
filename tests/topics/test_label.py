"""Names from a language model, here a stub: asked politely, checked, and never lost."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from engine.errors import InputError
from engine.settings import settings
from engine.store import Store
from engine.topics.label.build import load_labels
from engine.topics.label.endpoint import Endpoint, Unanswered, endpoint
from engine.topics.label.evidence import checked
from engine.topics.label.spec import LabelSpec
from engine.topics.label.where import host_of, is_here
from engine.work import run
from tests.classify.conftest import add_dataset, write_csv
from tests.topics.artifacts import topics_artifact


class Stub:
    """Answers what `reply(number, question)` says: text, an HTTP status, or raw bytes."""

    def __init__(self):
        self.questions, self.heads = [], []
        self.reply = lambda number, question: "Word0"
        stub = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                stub.questions.append(body["messages"][0]["content"])
                stub.heads.append(dict(self.headers))
                said = stub.reply(len(stub.questions), stub.questions[-1])
                status = said if isinstance(said, int) else 200
                raw = said if isinstance(said, bytes) else json.dumps(
                    {"choices": [{"message": {"content": said}}]}
                ).encode()  # fmt: skip
                self.send_response(status)
                self.send_header("Content-Length", str(len(raw)))
                self.end_headers()
                with contextlib.suppress(BrokenPipeError):  # who timed out has gone
                    self.wfile.write(raw)

            def log_message(self, *args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def endpoint(self, **more):
        return Endpoint(self.url, "stub", **{"pause": 0.0, "timeout": 2.0, **more})


@pytest.fixture
def stub():
    made = Stub()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def asked(stub, monkeypatch):
    monkeypatch.setenv("LIMN_LLM_URL", stub.url)
    monkeypatch.setenv("LIMN_LLM_MODEL", "stub")
    monkeypatch.setenv("LIMN_LLM_KEY", "secret-key")
    monkeypatch.setattr("engine.topics.label.endpoint.sleep", lambda seconds: None)
    settings.cache_clear()
    yield stub
    settings.cache_clear()


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "cache")


@pytest.fixture
def topics(store, tmp_path):
    rows = [(f"word{n % 12} is told of in text {n}", "a") for n in range(48)]
    dataset = add_dataset(store, write_csv(tmp_path / "t.csv", rows), label="label")
    return topics_artifact(store, dataset, topics=12, outliers=0)


def told(question):
    """The first word that the question gives for its topic."""
    return question.split("Words: ")[1].split(",")[0]


def test_every_topic_gets_the_name_that_its_words_bear_out(asked, store, topics):
    asked.reply = lambda number, question: f'Label: "{told(question)}"'
    artifact = run(LabelSpec(topics=topics.key), store=store)
    labels = load_labels(artifact)
    assert {label.topic: label.name for label in labels} == {n: f"word{n}" for n in range(12)}
    assert all(label.supported for label in labels)
    assert artifact.facts["named"] == 12
    assert asked.heads[0]["Authorization"] == "Bearer secret-key"
    everything = "".join(p.read_text() for p in artifact.path.glob("*.json"))
    assert "secret-key" not in everything


def test_a_name_nothing_bears_out_is_flagged_and_nonsense_is_none(asked, store, topics):
    says = {"word0": "Quantum chromodynamics", "word1": '{"error": 1}', "word2": "x " * 200}
    asked.reply = lambda number, question: says.get(told(question), told(question))
    labels = {label.topic: label for label in load_labels(run(LabelSpec(topics=topics.key),
                                                              store=store))}  # fmt: skip
    assert labels[0].name == "Quantum chromodynamics"
    assert not labels[0].supported
    assert "quantum" in labels[0].why
    assert labels[1].name == labels[2].name == ""
    assert labels[3].supported


def test_what_was_answered_before_the_model_fell_silent_is_kept_and_gone_on_from(
    asked, store, topics
):
    asked.reply = lambda number, question: told(question) if number <= 4 else 503
    first = run(LabelSpec(topics=topics.key), store=store)
    assert first.facts["stopped_at"] == 4
    assert sum(bool(label.name) for label in load_labels(first)) == 4
    before = len(asked.questions)
    asked.reply = lambda number, question: told(question)
    second = run(LabelSpec(topics=topics.key), store=store)
    assert len(asked.questions) - before == 8, "topics with an answer are not asked about again"
    assert second.facts["named"] == 12
    assert "stopped_at" not in second.facts


def test_a_model_that_never_answers_is_said_and_nothing_is_made(asked, store, topics):
    asked.reply = lambda number, question: b"<html>busy</html>"
    with pytest.raises(InputError, match="does not answer: an answer in a form"):
        run(LabelSpec(topics=topics.key), store=store)


def test_labels_are_off_until_an_endpoint_is_set(store, topics, monkeypatch):
    for name in ("URL", "MODEL", "KEY"):
        monkeypatch.delenv(f"LIMN_LLM_{name}", raising=False)
    settings.cache_clear()
    with pytest.raises(InputError, match="LIMN_LLM_URL"):
        run(LabelSpec(topics=topics.key), store=store)
    with pytest.raises(InputError, match="http"):
        endpoint("file:///etc/passwd", "m")


def test_a_busy_model_is_asked_again_and_a_refusal_is_not(stub):
    stub.reply = lambda number, question: 429 if number == 1 else "Stars"
    assert stub.endpoint().ask("?") == "Stars"
    assert len(stub.questions) == 2
    stub.reply = lambda number, question: 401
    with pytest.raises(InputError, match="LIMN_LLM_KEY"):
        stub.endpoint().ask("?")
    assert len(stub.questions) == 3


def test_a_slow_model_times_out(stub):
    stub.reply = lambda number, question: time.sleep(1) or "late"
    with pytest.raises(Unanswered, match="0.2 seconds"):
        stub.endpoint(timeout=0.2, tries=1).ask("?")
    with pytest.raises(Unanswered, match="no connection"):
        Endpoint("http://127.0.0.1:9/v1", "m", tries=1).ask("?")


@pytest.mark.parametrize(
    ("answer", "name", "supported"),
    [
        ("Topic name: **Robot learning**", "Robot learning", True),
        ("<think>hm, stars?</think>\nRobots", "Robots", True),
        ("Galaxies", "Galaxies", False),
        ("Robot galaxies", "Robot galaxies", True),
        ("Research topics", "Research topics", False),
        ("", "", False),
        ("???", "", False),
    ],
)
def test_a_name_is_read_and_weighed_against_the_topic(answer, name, supported):
    label = checked(0, answer, ["robot arm"], ["A robot learns to grip."])
    assert (label.name, label.supported) == (name, supported)


def test_nonsense_from_some_point_on_loses_nothing_that_came_before(asked, store, topics):
    asked.reply = lambda number, question: told(question) if number <= 4 else "<p>{busy}</p>"
    first = run(LabelSpec(topics=topics.key), store=store)
    assert first.facts["stopped_at"] == first.facts["named"] == 4
    assert len(asked.questions) == 9, "after five in a row it is let alone"
    asked.reply = lambda number, question: told(question)
    assert run(LabelSpec(topics=topics.key), store=store).facts["named"] == 12
    assert len(asked.questions) == 9 + 8


def test_a_question_that_is_not_liked_does_not_end_the_rest(asked, store, topics):
    asked.reply = lambda number, question: 400 if told(question) == "word3" else told(question)
    made = run(LabelSpec(topics=topics.key), store=store)
    assert made.facts["named"] == 11
    assert len(asked.questions) == 12
    assert load_labels(made)[3].name == ""


@pytest.mark.parametrize(
    ("url", "host", "here"),
    [
        ("http://localhost:11434/v1", "localhost", True),
        ("http://127.0.0.1:8000/v1", "127.0.0.1", True),
        ("http://[::1]/v1", "::1", True),
        ("https://api.example.com/v1", "api.example.com", False),
        ("https://localhost.example.com/v1", "localhost.example.com", False),
        ("http://192.168.0.7/v1", "192.168.0.7", False),
    ],
)
def test_where_a_model_runs_is_known(url, host, here):
    assert (host_of(url), is_here(url)) == (host, here)
