"""The Topics page: choices and a job in, a map with what was chosen on it out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.jobs.record import State
from engine.topics.geometry import SIDE
from engine.topics.spec import TopicsSpec
from pages._ui.topics.map.map_view import Told, _read
from tests.pages.seen import button, said
from tests.topics.artifacts import topics_artifact


@pytest.fixture
def topics(store, dataset):
    return topics_artifact(store, dataset)


def _told(monkeypatch, **told):
    """The map as if a person had done that; the browser's part is tests/browser/test_map.py."""
    monkeypatch.setattr("pages._ui.topics.map.map_part.map_view", lambda *a, **b: Told(**told))


def test_without_a_dataset_it_leads_to_data(visit):
    app = visit("topics")
    assert not app.exception
    assert "No dataset yet" in said(app)
    assert button(app, "Go to Data")


def test_start_submits_what_the_command_line_shows(visit, dataset, submitted):
    app = visit("topics", dataset=dataset.key)
    assert not app.exception
    assert f"{dataset.facts['rows']} documents" in said(app)
    shown = next(c.value for c in app.code if "engine topics" in c.value)
    button(app, "Find the topics").click().run()
    ((spec, name),) = submitted
    assert isinstance(spec, TopicsSpec)
    assert (spec.dataset, name) == (dataset.key, "small-topics")
    assert shown.startswith("python -m engine topics")
    assert app.query_params["job"]


def test_a_job_that_ends_opens_its_topics(visit, topics, make_job):
    job = make_job(State.DONE, verb="topics", result={"topics": topics.key})
    app = visit("topics", job=job.id)
    assert not app.exception
    assert app.query_params["topics"] == topics.key
    assert "3 topics" in said(app)


def test_a_job_that_failed_leads_back(visit, dataset, make_job):
    job = make_job(
        State.FAILED, verb="topics", error="It has 3 documents.", spec={"dataset": dataset.key}
    )
    app = visit("topics", job=job.id)
    assert "It has 3 documents." in said(app)
    button(app, "Back to the choices").click().run()
    assert app.query_params["dataset"] == dataset.key


def test_topics_made_of_a_dataset_are_listed_below_it(visit, dataset, topics):
    app = visit("topics", dataset=dataset.key)
    assert "Topics of small" in said(app)
    assert app.dataframe[0].value["Topics"].tolist() == [3]


def test_it_says_how_many_and_how_many_are_in_none(visit, topics):
    app = visit("topics", topics=topics.key)
    assert not app.exception
    words = said(app)
    n = topics.facts["documents"]
    assert f"{n} documents · 3 topics · {4 / n:.1%} in no topic" in words
    assert "Click a document" in words


def test_a_shape_becomes_its_documents(visit, topics, dataset, monkeypatch):
    corners = (-1, -1, SIDE + 1, -1, SIDE + 1, SIDE + 1, -1, SIDE + 1)
    _told(monkeypatch, polygon=corners)
    app = visit("topics", topics=topics.key)
    assert not app.exception
    n = dataset.facts["rows"]
    assert f"{n} documents in the shape you drew (100.0% of all)" in said(app).replace("*", "")
    assert len(app.dataframe[0].value) == min(25, n)


def test_a_topic_chosen_in_the_list_is_its_documents(visit, topics, dataset, monkeypatch):
    _told(monkeypatch, groups=(2,))  # a topic's group is its id and one more
    app = visit("topics", topics=topics.key)
    expected = int((np.arange(4, dataset.facts["rows"]) % 3 == 1).sum())
    assert f"{expected} documents of Name 1" in said(app).replace("*", "")
    assert set(app.dataframe[0].value["Topic"]) == {"Name 1"}
    assert button(app, "Delete")


def test_a_group_that_is_gone_chooses_nothing(visit, topics, monkeypatch):
    _told(monkeypatch, groups=(77,))
    app = visit("topics", topics=topics.key)
    assert not app.exception
    assert "Click a document" in said(app)


def test_a_clicked_document_is_read_as_it_stands(visit, topics, dataset, monkeypatch):
    rows = dataset.facts["rows"]
    _told(monkeypatch, clicked=rows - 1)
    app = visit("topics", topics=topics.key)
    assert not app.exception
    assert ":red[not red] **not bold**" in said(app)
    assert f"document {rows - 1}" in said(app)


def test_words_light_up_and_nothing_found_says_so(visit, topics):
    app = visit("topics", topics=topics.key, find="QUARTER bank")
    assert '21 documents with "QUARTER bank"' in said(app).replace("*", "")
    app = visit("topics", topics=topics.key, find="zebra")
    assert not app.exception
    assert 'No document is with "zebra"' in said(app).replace("*", "")


def test_a_column_that_tells_nothing_is_refused_and_the_topics_stay(visit, topics):
    app = visit("topics", topics=topics.key)
    app.selectbox(key="colour").select("strength").run()
    assert not app.exception
    app.selectbox(key="colour").select("label").run()
    assert not app.exception


def test_topics_whose_dataset_or_map_is_gone_say_so(visit, store, dataset):
    found = topics_artifact(store, dataset, mapped=False)
    app = visit("topics", topics=found.key)
    assert not app.exception
    assert "without a map" in said(app)


def test_an_address_of_nothing_is_no_error(visit):
    app = visit("topics", topics="nope")
    assert not app.exception
    assert "not here any more" in said(app)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(
        ["polygon", "groups", "x"]), inner, max_size=3), max_leaves=8,
)  # fmt: skip


@given(_JSON, _JSON)
def test_whatever_the_browser_says_is_read_or_left(clicked, area):
    told = _read(clicked, area, 10)
    assert told.clicked is None or 0 <= told.clicked < 10
    assert len(told.polygon) % 2 == 0
    assert all(isinstance(group, int) for group in told.groups)
