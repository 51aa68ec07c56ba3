"""What can be taken away of topics on their page: each file made as they stand, edits included."""

from __future__ import annotations

import base64
import csv
import gzip
import io
import json
import re

import pytest

from engine.topics.edit import pending
from engine.topics.edit.edits import Rename
from engine.topics.take_away.spec import TopicsExportSpec
from engine.topics.topics import load_topics
from engine.work import run
from tests.pages.seen import button
from tests.topics.artifacts import topics_artifact
from tests.topics.made import make_topics


@pytest.fixture
def topics(store, tmp_path):
    return make_topics(store, tmp_path, each=30)


@pytest.fixture
def handed(monkeypatch):
    """The files that the page's buttons would hand out, by name, when they are pressed."""
    import streamlit as st

    files = {}
    real = st.download_button

    def remembered(label, data, *args, **more):
        files[more["file_name"]] = data
        return real(label, b"", *args, **more)

    monkeypatch.setattr("streamlit.download_button", remembered)
    return files


def _choose(app, kind):
    app.selectbox(key="take-what").select(kind).run()
    assert not app.exception
    return app


def test_all_documents_come_with_the_topics_as_edited(visit, store, topics, handed):
    first = load_topics(topics).found[0]
    pending.add(store, topics, [Rename(topic=first.id, name="Baking, at home")])
    app = _choose(visit("topics", topics=topics.key), "documents")
    rows = list(csv.DictReader(io.StringIO(handed["subjects-documents.csv"]().decode("utf-8-sig"))))
    assigned = load_topics(topics).assigned.tolist()
    assert [int(row["topic"]) for row in rows] == assigned
    assert [row["topic_name"] == "Baking, at home" for row in rows] == [
        one == first.id for one in assigned
    ]
    assert "--file=documents.csv" in "".join(c.value for c in app.code)


def test_topics_and_edits_are_files_too(visit, store, topics, handed):
    app = visit("topics", topics=topics.key)
    assert "The edits" not in app.selectbox(key="take-what").options
    first = load_topics(topics).found[0]
    pending.add(store, topics, [Rename(topic=first.id, name="=Baking")])
    app = _choose(visit("topics", topics=topics.key), "topics")
    rows = list(csv.DictReader(io.StringIO(handed["subjects-topics.csv"]().decode("utf-8-sig"))))
    # A spreadsheet would run what begins like a formula.
    assert rows[0]["name"] == "'=Baking"
    assert [int(row["documents"]) for row in rows] == [t.size for t in load_topics(topics).found]
    app.segmented_control(key="take-as-topics").set_value("json").run()
    told = json.loads(handed["subjects-topics.json"]())
    assert told[0]["name"] == "=Baking"
    assert [one["word"] for one in told[0]["words"]] == [word for word, _ in first.words]
    _choose(app, "edits")
    assert json.loads(handed["subjects-edits.json"]())["edits"][0]["name"] == "=Baking"


def test_the_page_of_the_map_has_the_new_name(visit, store, topics, handed):
    first = load_topics(topics).found[0]
    pending.add(store, topics, [Rename(topic=first.id, name="Baking, at home")])
    app = visit("topics", topics=topics.key)
    assert not app.exception
    page = handed["subjects-map.html"]().decode()
    packed = re.search(r'id="data-head">([^<]+)<', page)[1]
    head = json.loads(gzip.decompress(base64.b64decode(packed)))
    assert "Baking, at home" in [topic["name"] for topic in head["topics"]]
    assert head["n"] == 90


def test_a_figure_is_a_job_and_is_handed_out_when_it_is_there(visit, topics, submitted, handed):
    app = _choose(visit("topics", topics=topics.key), "figure")
    button(app, "Make the file").click().run()
    ((spec, _),) = submitted
    assert spec == TopicsExportSpec(topics=topics.key, file="map.png")
    assert app.query_params["takejob"]


def test_many_documents_are_a_job_too(visit, store, topics, submitted, handed, monkeypatch):
    monkeypatch.setattr("pages._ui.topics.take_away_view._AT_ONCE", 10)
    app = _choose(visit("topics", topics=topics.key), "documents")
    assert "subjects-documents.csv" not in handed
    assert button(app, "Make the file")
    made = run(TopicsExportSpec(topics=topics.key, file="documents.csv"), store=store)
    app.run()
    assert handed["subjects-documents.csv"]() == (made.path / "documents.csv").read_bytes()


def test_without_a_map_there_is_no_page_of_it(visit, store, dataset):
    flat = topics_artifact(store, dataset, mapped=False)
    app = visit("topics", topics=flat.key, view="Topics")
    assert not app.exception
    options = app.selectbox(key="take-what").options
    assert "The map as a web page" not in options
    assert "All documents" in options
