"""The Train page beyond one training: checks, queues, searches, seeds, and going on."""

from __future__ import annotations

import os

import pytest

from engine.classify.spec import RehearseSpec, RepeatSpec, SearchSpec, TrainSpec
from engine.jobs.record import State
from engine.store.process import identity
from engine.work import run
from tests.pages.seen import button, said


def fill(app, tiny_encoder, route="quick"):
    """Choose the tiny encoder."""
    return app.text_input(key=f"train-{route}-encoder").set_value(str(tiny_encoder)).run()


def test_a_check_is_a_job_of_the_very_training_that_is_chosen(
    visit, dataset, submitted, tiny_encoder
):
    app = fill(visit("train", dataset=dataset.key), tiny_encoder)
    button(app, "Check before start").click().run()
    assert not app.exception
    spec, _ = submitted[0]
    assert isinstance(spec, RehearseSpec)
    assert (spec.dataset, spec.encoder) == (dataset.key, str(tiny_encoder))
    assert "check" in app.query_params


def test_what_was_checked_is_shown_and_feeds_the_estimate(visit, store, dataset, tiny_encoder):
    spec = RehearseSpec(dataset=dataset.key, encoder=str(tiny_encoder))
    found = run(spec, store=store)
    app = fill(visit("train", dataset=dataset.key), tiny_encoder)
    assert not app.exception
    labels = {m.label for m in app.metric}
    assert {"Time", "Memory", "Texts cut"} <= labels
    assert "by its own first steps" in said(app)
    assert "python -m engine rehearse" in said(app)
    table = next(d.value for d in app.dataframe if "As the encoder reads it" in d.value.columns)
    assert len(table) == found.facts["batch"]
    assert "Check before start" not in [b.label for b in app.button]


@pytest.mark.parametrize(
    ("kind", "spec_class", "field", "value"),
    [("repeat", RepeatSpec, "runs", 5), ("search", SearchSpec, "trials", 7)],
)
def test_many_trainings_are_started_from_the_same_form(
    visit, dataset, submitted, kind, spec_class, field, value
):
    app = visit("train", dataset=dataset.key)
    app.segmented_control(key="kind").set_value(kind).run()
    app.number_input(key=f"train-{kind}-{field}").set_value(value).run()
    assert f"python -m engine {kind}" in said(app)
    button(app, "Start").click().run()
    assert not app.exception
    spec, name = submitted[0]
    assert type(spec) is spec_class
    assert getattr(spec, field) == value
    assert name == f"small-quick-{kind}"


def test_while_one_runs_another_is_queued_and_the_form_stays(visit, dataset, submitted, make_job):
    pid, started = identity(os.getpid())
    spec = {"dataset": dataset.key}
    make_job(State.RUNNING, verb="train", spec=spec, name="first", pid=pid, started=started)
    app = visit("train", dataset=dataset.key)
    assert "first" in said(app)
    button(app, "Add to the queue").click().run()
    assert not app.exception
    assert len(submitted) == 1
    assert "job" not in app.query_params


def test_the_address_says_what_to_go_on_from(visit, dataset, model, submitted):
    app = visit("train", dataset=dataset.key, start=model.key)
    assert not app.exception
    assert "Goes on from small-quick" in said(app)
    assert app.radio[0].value == "finetune"
    button(app, "Start training").click().run()
    spec, _ = submitted[0]
    assert (spec.start, spec.route) == (model.key, "finetune")


def test_the_address_says_what_to_begin_the_form_with(visit, store, dataset, tiny_encoder):
    spec = TrainSpec(dataset=dataset.key, encoder=str(tiny_encoder), strength=7.0)
    found = run(spec, store=store)
    app = visit("train", dataset=dataset.key, like=found.key)
    assert not app.exception
    assert "--strength=7.0" in said(app)
    assert "Already trained with these choices" in said(app)


def test_a_search_shows_its_trials_and_leads_to_its_best(visit, store, dataset, tiny_encoder):
    spec = SearchSpec(dataset=dataset.key, encoder=str(tiny_encoder), trials=3)
    found = run(spec, store=store, name="tried")
    app = visit("train", search="tried")
    assert not app.exception
    table = next(d.value for d in app.dataframe if "Trial" in d.value.columns)
    assert list(table["Trial"]) == [1, 2, 3]
    assert len(app.get("plotly_chart")) == 1
    button(app, "Use the best").click().run()
    assert not app.exception
    assert app.query_params["like"] == found.facts["model"]
    assert f"--strength={found.facts['best']['strength']}" in said(app)


def test_several_seeds_show_mean_and_spread(visit, store, dataset, tiny_encoder):
    spec = RepeatSpec(dataset=dataset.key, encoder=str(tiny_encoder), runs=2)
    found = run(spec, store=store, name="seeds")
    app = visit("train", repeats="seeds")
    assert not app.exception
    told = {m.label: m.value for m in app.metric}
    facts = found.facts
    assert told["Macro-F1"] == f"{facts['macro_f1']:.3f} ± {facts['macro_f1_std']:.3f}"
    button(app, "Open the one in the middle").click().run()
    assert app.query_params["model"] == facts["middle"]


def test_a_finished_search_opens_its_view(visit, store, dataset, tiny_encoder, make_job):
    spec = SearchSpec(dataset=dataset.key, encoder=str(tiny_encoder), trials=1)
    found = run(spec, store=store, name="tried")
    result = {"search": found.key, "model": found.facts["model"]}
    job = make_job(State.DONE, verb="search", spec=spec.model_dump(mode="json"), result=result)
    app = visit("train", job=job.id)
    assert app.query_params["search"] == found.key
