"""The Train page: a dataset in, a job started, a report read; and what may stand in the way."""

from __future__ import annotations

import json
import os

import pytest

from engine.jobs.record import State
from engine.store.process import identity
from tests.pages.seen import button, said


def _figures(app):
    return [json.loads(chart.proto.spec) for chart in app.get("plotly_chart")]


def test_without_a_labelled_dataset_it_says_what_comes_first(visit):
    app = visit("train")
    assert not app.exception
    assert "No dataset yet" in said(app)
    assert button(app, "Go to Data")


def test_the_choices_show_what_is_learnt_from(visit, dataset):
    app = visit("train", dataset=dataset.key)
    assert not app.exception
    splits = dataset.facts["splits"]
    told = [int(m.value) for m in app.metric]
    assert told == [splits["train"], splits["validation"], splits["test"]]
    bars = _figures(app)[0]["data"]
    assert [bar["name"] for bar in bars] == ["train", "validation", "test"]
    assert "nothing has run here yet" in said(app)
    assert "python -m engine train small" in said(app)


def test_start_submits_what_was_chosen(visit, dataset, submitted):
    app = visit("train", dataset=dataset.key)
    app.radio(key="route").set_value("finetune").run()
    app.number_input(key="train-finetune-epochs").set_value(3).run()
    assert "--route=finetune --epochs=3" in said(app)
    button(app, "Start training").click().run()
    assert not app.exception
    spec, name = submitted[0]
    assert (spec.dataset, spec.route, spec.epochs) == (dataset.key, "finetune", 3)
    assert name == "small-tuned"
    assert "job" in app.query_params


def test_an_adapter_brings_its_own_rate_and_knobs(visit, dataset, submitted):
    app = visit("train", dataset=dataset.key)
    app.radio(key="route").set_value("lora").run()
    app.number_input(key="train-lora-lora_rank").set_value(4).run()
    button(app, "Start training").click().run()
    assert not app.exception
    spec, name = submitted[0]
    assert (spec.route, spec.lora_rank, spec.learning_rate) == ("lora", 4, 5e-4)
    assert name == "small-lora"


def test_knobs_of_fine_tuning_are_only_there(visit, dataset):
    app = visit("train", dataset=dataset.key)
    assert not [w for w in app.number_input if w.label == "Epochs"]


@pytest.mark.parametrize("name", ["small", "No Good"])
def test_a_name_that_cannot_be_is_refused_before_the_start(visit, dataset, submitted, name):
    app = visit("train", dataset=dataset.key)
    name_box = next(t for t in app.text_input if t.label == "Name of the classifier")
    name_box.set_value(name).run()
    button(app, "Start training").click().run()
    assert not submitted or name == "No Good"  # which jobs.submit itself refuses
    if name == "small":
        assert "the name of something else" in said(app)


def test_one_category_is_a_sentence_and_no_start(visit, store, tmp_path):
    from engine.data.spec_dataset import DatasetSpec
    from engine.data.spec_source import SourceSpec
    from engine.work import run

    path = tmp_path / "one.csv"
    path.write_text("text,topic\n" + "\n".join(f"a text of number {n},same" for n in range(30)))
    source = run(SourceSpec(path=str(path)), store=store)
    found = run(DatasetSpec(source=source.key, label="topic"), store=store, name="one")
    app = visit("train", dataset=found.key)
    assert not app.exception
    assert "two categories or more" in said(app)
    assert "Start training" not in [b.label for b in app.button]


def test_a_failed_job_tells_why_and_leads_back(visit, dataset, make_job):
    job = make_job(
        State.FAILED, verb="train", spec={"dataset": dataset.key}, error="No disk left.",
        mendable=True,
    )  # fmt: skip
    app = visit("train", job=job.id)
    assert "No disk left." in said(app)
    button(app, "Back to the choices").click().run()
    assert app.query_params["dataset"] == dataset.key


def test_a_running_job_draws_its_curves(visit, dataset, make_job):
    spec = {"dataset": dataset.key}
    pid, started = identity(os.getpid())
    job = make_job(
        State.RUNNING, verb="train", spec=spec, stage="Training", pid=pid, started=started
    )
    points = [
        {"step": 0, "validation_loss": 1.0, "validation_macro_f1": 0.5},
        {"step": 5, "validation_loss": 0.8, "validation_macro_f1": 0.7, "train_loss": 0.9},
    ]
    (job.path / "points.jsonl").write_text("\n".join(map(json.dumps, points)))
    app = visit("train", job=job.id)
    assert not app.exception
    assert button(app, "Stop, keep the best")
    loss, score = _figures(app)
    assert [trace["name"] for trace in loss["data"]] == ["training", "validation"]
    assert score["data"][0]["y"] == [0.5, 0.7]


def test_a_finished_job_opens_its_report(visit, model, make_job):
    job = make_job(State.DONE, verb="train", result={"model": model.key})
    app = visit("train", job=job.id)
    assert app.query_params["model"] == model.key
    assert "small-quick" in said(app)


def test_an_unknown_model_is_said_to_be_gone(visit, dataset):
    app = visit("train", model="nothing")
    assert "not here any more" in said(app)
    assert "Start training" in [b.label for b in app.button]


def test_classifiers_of_a_dataset_stand_side_by_side(visit, model, dataset):
    app = visit("train", dataset=dataset.key)
    table = next(d.value for d in app.dataframe if "Macro-F1" in d.value.columns)
    assert list(table["Name"]) == ["small-quick"]
    assert list(table["Route"]) == ["Quick"]


def test_the_same_choices_again_open_the_report(
    visit, store, dataset, model, submitted, monkeypatch
):
    monkeypatch.setattr("pages._ui.train_form.made", lambda spec: model)
    app = visit("train", dataset=dataset.key)
    assert "Already trained with these choices: small" in said(app)
    button(app, "Open its report").click().run()
    assert not submitted
    assert app.query_params["model"] == model.key
