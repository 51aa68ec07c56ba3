"""The Quality view and the line of numbers above every view: measured or not, edited or not."""

from __future__ import annotations

import pytest

from engine.jobs.record import State
from engine.topics.edit import pending
from engine.topics.edit.edits import Merge
from engine.topics.quality.spec import CoherenceSpec
from engine.topics.spec import TopicsSpec
from engine.topics.stability.spec import StabilitySpec
from engine.topics.sweep.spec import SweepSpec
from engine.topics.topics import load_topics
from engine.work import run
from tests.pages.seen import button, said
from tests.topics.artifacts import topics_artifact
from tests.topics.made import make_topics


@pytest.fixture
def topics(store, tmp_path):
    return make_topics(store, tmp_path, map="none")


def metrics(app):
    return {metric.label: metric.value for metric in app.metric}


def test_every_view_has_the_numbers_above_it(visit, topics, store):
    line = "Coherence **"
    app = visit("topics", topics=topics.key, view="Topics")
    assert not app.exception
    (strip,) = [c.value for c in app.caption if line in c.value]
    assert "Labels **1.00**" in strip
    assert "Found again" not in strip
    run(StabilitySpec(topics=topics.key, seeds=1, subsamples=1), store=store)
    app = visit("topics", topics=topics.key, view="Topics")
    (strip,) = [c.value for c in app.caption if line in c.value]
    assert "Found again **100%**" in strip


def test_labels_are_compared_in_four_ways(visit, topics):
    app = visit("topics", topics=topics.key, view="Quality")
    assert not app.exception
    shown = metrics(app)
    assert {shown[f"Labels: {name}"] for name in ("NMI", "ARI", "homogeneity", "completeness")} == {
        "1.00"
    }


def test_measuring_starts_the_job_its_command_line_shows(visit, topics, submitted):
    app = visit("topics", topics=topics.key, view="Quality")
    assert any("topics stability" in code.value for code in app.code)
    button(app, "Find them again").click().run()
    assert not app.exception
    ((spec, _),) = submitted
    assert spec == StabilitySpec(topics=topics.key)
    assert app.query_params["stability"]
    assert app.query_params["topics"] == topics.key
    # The rest of the view stays while it runs.
    assert "In no topic" in metrics(app)


def test_a_job_that_ended_gives_way_to_its_result(visit, topics, store, make_job):
    run(StabilitySpec(topics=topics.key, seeds=1, subsamples=1), store=store)
    job = make_job(State.DONE, verb="topics stability", result={})
    app = visit("topics", topics=topics.key, view="Quality", stability=job.id)
    assert not app.exception
    assert "stability" not in app.query_params
    words = said(app).replace("*", "")
    assert "Of 3 topics, 3 are stable" in words
    assert metrics(app)["Found again"] == "100%"
    table = app.dataframe[0].value
    assert list(table["Found again"]) == [1, 1, 1]
    assert {"Coherence", "Likeness", "Confused with"} <= set(table.columns)
    assert "other seeds: ARI" in words
    assert "parts of the documents: ARI" in words


def test_edited_topics_are_scored_as_they_stand_and_it_says_so(visit, topics, store):
    run(StabilitySpec(topics=topics.key, seeds=1, subsamples=1), store=store)
    one, other, _ = load_topics(topics).found
    pending.add(store, topics, [Merge(into=(one.id, other.id))])
    app = visit("topics", topics=topics.key, view="Quality")
    assert not app.exception
    words = said(app).replace("*", "")
    assert "the re-fits know nothing of that" in words
    # Two of three merged: each of its halves is half of it, which is still found again.
    assert "Of 2 topics, 1 is stable, 1 is doubtful" in words


def test_c_v_is_measured_by_a_job_and_not_shown_after_edits(visit, topics, store, submitted):
    app = visit("topics", topics=topics.key, view="Quality")
    button(app, "Measure C_V too").click().run()
    assert submitted == [(CoherenceSpec(topics=topics.key), "")]
    found = run(CoherenceSpec(topics=topics.key), store=store)
    app = visit("topics", topics=topics.key, view="Quality")
    assert metrics(app)["Coherence (C_V)"] == f"{found.facts['c_v']:.2f}"
    one, other, _ = load_topics(topics).found
    pending.add(store, topics, [Merge(into=(one.id, other.id))])
    app = visit("topics", topics=topics.key, view="Quality")
    assert "Coherence (C_V)" not in metrics(app)
    assert "before your edits" in said(app)


def test_from_the_sweep_a_size_is_taken(visit, topics, store, submitted):
    app = visit("topics", topics=topics.key, view="Quality")
    assert "at least 5 documents" in said(app)
    button(app, "Try many sizes").click().run()
    assert submitted == [(SweepSpec(topics=topics.key), "")]
    run(SweepSpec(topics=topics.key), store=store)
    app = visit("topics", topics=topics.key, view="Quality")
    assert not app.exception
    assert "the size matters least" in said(app)
    app.number_input(key="least-size").set_value(20).run()
    assert any("--min-cluster-size=20" in code.value for code in app.code)
    button(app, "Find topics with it").click().run()
    spec, _ = submitted[-1]
    assert isinstance(spec, TopicsSpec)
    assert (spec.min_cluster_size, spec.topics, spec.cluster) == (20, 0, "hdbscan")


def test_topics_made_elsewhere_keep_their_numbers_and_say_why_nothing_more(visit, store, dataset):
    app = visit("topics", topics=topics_artifact(store, dataset).key, view="Quality")
    assert not app.exception
    assert metrics(app)["Diversity"] == "0.67"
    assert "not known here" in said(app)
