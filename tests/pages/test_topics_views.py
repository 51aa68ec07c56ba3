"""The views of opened topics: which there are, what they say."""

from __future__ import annotations

import pytest

from engine.topics.spec import TopicsSpec
from tests.pages.seen import button, said
from tests.topics.artifacts import topics_artifact


@pytest.fixture
def topics(store, dataset):
    return topics_artifact(store, dataset)


def test_the_table_has_every_topic(visit, topics):
    app = visit("topics", topics=topics.key, view="Topics")
    assert not app.exception
    frame = app.dataframe[0].value
    assert sorted(frame["Topic"]) == ["Name 0", "Name 1", "Name 2"]
    assert "word0, other" in list(frame["Words"])


def test_quality_says_each_number(visit, topics):
    app = visit("topics", topics=topics.key, view="Quality")
    assert not app.exception
    shown = {metric.label: metric.value for metric in app.metric}
    # Three topics of two words, one of them shared by all: 4 of 6 differ.
    assert shown["Diversity"] == "0.67"
    assert "In no topic" in shown
    assert "no levels" in said(app)


def test_taking_a_level_starts_the_job_its_command_line_shows(
    visit, topics, submitted, monkeypatch
):
    rows = [
        {"topics": k, "silhouette": 0.1, "smallest": 5, "joins": 1.0, "chosen": k == 3}
        for k in (2, 3, 4)
    ]
    monkeypatch.setattr("pages._ui.topics.quality.quality_part._levels", lambda now: rows)
    monkeypatch.setattr(
        "pages._ui.topics.quality.quality_part._asked",
        lambda now: {"dataset": now.dataset.key},
    )
    app = visit("topics", topics=topics.key, view="Quality")
    app.number_input(key="level").set_value(4).run()
    assert any("--topics=4" in code.value for code in app.code)
    button(app, "Take this level").click().run()
    ((spec, _),) = submitted
    assert isinstance(spec, TopicsSpec)
    assert spec.topics == 4
