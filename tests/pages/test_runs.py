"""The Runs page: every state of a job in words, and everything one may do to an artifact."""

from __future__ import annotations

import pytest

from engine.jobs.record import State, jobs
from engine.store.process import identity
from pages._ui.artifacts import lineage
from tests.pages.seen import button, said


def test_without_jobs_it_says_what_comes_first(visit):
    app = visit("runs")
    assert "Nothing has run yet" in said(app)


@pytest.mark.parametrize(
    ("state", "word"),
    [
        (State.DONE, "Done"),
        (State.STOPPED, "Stopped"),
        (State.FAILED, "Failed"),
        (State.CANCELLED, "Cancelled"),
    ],
)
def test_every_end_has_a_word(visit, make_job, state, word):
    make_job(state, error="small.csv is **empty**." if state == State.FAILED else "")
    app = visit("runs")
    assert not app.exception
    assert word in said(app)
    assert ("small.csv is **empty**." in said(app)) == (state == State.FAILED)


def test_a_running_job_tells_how_far_it_is(visit, make_job):
    pid, started = identity()
    make_job(
        State.RUNNING, pid=pid, started=started,
        stage="Cleaning texts", done=1200.0, total=4000.0, rate=900.0,
        mean_rate=400.0, memory_mib=80,
    )  # fmt: skip
    app = visit("runs")
    assert not app.exception
    assert "1,200 rows of 4,000 rows" in said(app)
    assert "about 5 s left" in said(app)
    assert button(app, "Cancel")


def test_a_failed_job_can_be_tried_again(visit, make_job, submitted):
    make_job(State.FAILED, error="The disk is full.", mendable=True)
    app = visit("runs")
    button(app, "Try again").click().run()
    assert not app.exception


def test_a_job_can_be_forgotten(visit, make_job, store):
    make_job(State.DONE)
    app = visit("runs")
    button(app, "Remove").click().run()
    assert not app.exception
    assert jobs(store) == []


def test_artifacts_show_their_origin(visit, dataset, source):
    app = visit("runs", tab="Artifacts", artifact=dataset.key)
    assert not app.exception
    words = said(app)
    assert "GiB used" in str(app.get("progress")[0].proto.text)
    assert "Dataset small" in words
    assert "python -m engine data add" in words


def test_the_lineage_runs_from_the_file_down(dataset, source):
    drawn = lineage(dataset)
    assert f"{source.key} --> {dataset.key}" in drawn
    assert "small.csv" in drawn


def test_an_artifact_can_be_renamed_kept_and_verified(visit, dataset, store):
    app = visit("runs", tab="Artifacts", artifact=dataset.key)
    app.text_input(key=f"name-{dataset.key}").set_value("better")
    button(app, "Save").click().run()
    assert store.get("better").key == dataset.key
    app.toggle(key=f"keep-{dataset.key}").set_value(True).run()
    assert store.is_kept(dataset)
    button(app, "Verify").click().run()
    assert "as it was published" in app.success[0].value
    button(app, "Remove it").click().run()
    assert not app.exception
    assert store.artifacts("dataset") == []


def test_what_others_need_is_not_removed(visit, dataset, source, store):
    app = visit("runs", tab="Artifacts", artifact=source.key)
    button(app, "Remove it").click().run()
    assert not app.exception
    assert "still needed" in app.error[0].value
    assert store.artifacts("source")


def test_a_bad_name_is_refused_in_words(visit, dataset):
    app = visit("runs", tab="Artifacts", artifact=dataset.key)
    app.text_input(key=f"name-{dataset.key}").set_value("Not A Name")
    button(app, "Save").click().run()
    assert "cannot be a name" in app.error[0].value
