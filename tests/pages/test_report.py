"""The report of a classifier: its figures are the truth, and each opens its texts."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from streamlit.testing.v1 import AppTest

from engine.classify.evaluation.answers import read_answers
from engine.classify.evaluation.spec import BaselineSpec, CompareSpec
from engine.classify.spec import EvaluateSpec, TrainSpec
from engine.jobs.record import State
from engine.work import run
from tests.pages.seen import button, said


def _figures(app):
    return [json.loads(chart.proto.spec) for chart in app.get("plotly_chart")]


def _choice(app, label):
    return next(s for s in app.selectbox if s.label == label)


def _table(app, column):
    return next(d.value for d in app.dataframe if column in d.value.columns)


def _metrics(app):
    return {m.label: m.value for m in app.metric}


@pytest.fixture
def answers(model):
    return read_answers(model.path, model.facts["labels"], split="test")


def test_the_figures_have_their_limits_beside_them(visit, store, model, dataset):
    app = visit("train", model="small-quick")
    assert not app.exception
    figures = _metrics(app)
    assert figures["Accuracy"] == f"{model.facts['accuracy'] * 100:.1f} %"
    assert {"Macro-F1", "Majority baseline", "Calibration error"} <= set(figures)
    found = run(BaselineSpec(dataset=dataset.key, split="test"), store=store)
    assert figures["TF-IDF baseline"] == f"{found.facts['accuracy'] * 100:.1f} %"
    assert f"Scored on {model.facts['scored_rows']} test texts" in said(app)
    assert "also occurs in training" in said(app)
    assert "every figure is rough" in said(app)


def test_a_missing_baseline_is_worked_out_by_itself(visit, store, dataset, tiny_encoder, submitted):
    spec = TrainSpec(dataset=dataset.key, encoder=str(tiny_encoder))
    found = run(spec, store=store)
    app = visit("train", model=found.key)
    assert not app.exception
    assert [spec for spec, _ in submitted] == [BaselineSpec(dataset=dataset.key, split="test")]
    assert _metrics(app)["TF-IDF baseline"] == "…"


def test_a_baseline_that_failed_is_not_begun_again_unasked(
    visit, store, dataset, tiny_encoder, submitted, make_job
):
    found = run(TrainSpec(dataset=dataset.key, encoder=str(tiny_encoder)), store=store)
    asked = BaselineSpec(dataset=dataset.key, split="test").model_dump(mode="json")
    make_job(State.FAILED, verb="baseline", spec=asked, error="No word occurs in two texts.")
    app = visit("train", model=found.key)
    assert not submitted
    assert "No word occurs in two texts." in said(app)
    button(app, "Try again").click().run()
    assert {spec for spec, _ in submitted} == {BaselineSpec(dataset=dataset.key, split="test")}


def test_the_boxes_choose_a_cell_and_its_texts_are_listed(visit, model):
    app = visit("train", model=model.key)
    scores = json.loads((model.path / "scores.json").read_text())
    for true in ("sports", "business"):
        for said_label in ("sports", "business"):
            _choice(app, "It is").set_value(true)
            _choice(app, "The classifier said").set_value(said_label).run()
            assert not app.exception
            places = [scores["labels"].index(one) for one in (true, said_label)]
            n = scores["confusion"][places[0]][places[1]]
            assert f"{n} text" in said(app)
            tables = [d.value for d in app.dataframe if "Text" in d.value.columns]
            assert sum(map(len, tables)) == n
            frame = _figures(app)[0]["layout"]["shapes"][0]
            assert (frame["y0"] + 0.5, frame["x0"] + 0.5) == tuple(places)


def test_categories_have_a_row_and_curves_each(visit, model):
    app = visit("train", model=model.key, part="Categories")
    assert not app.exception
    assert set(_table(app, "Recall")["Category"]) == {"sports", "business"}
    assert {"Balanced accuracy", "Weighted F1", "ROC AUC", "Average precision"} <= set(
        _metrics(app)
    )
    _, roc, precision = _figures(app)
    assert len(roc["data"]) == len(precision["data"]) == 2


def test_a_bin_of_confidence_opens_its_texts(visit, model, answers):
    app = visit("train", model=model.key, part="Confidence")
    assert not app.exception
    box = _choice(app, "Open the texts of a bin")
    assert sum(int(o.split(": ")[1].split()[0]) for o in box.options) == len(answers)
    assert "Without temperature" in list(_table(app, "ECE")["Probabilities"])


def test_the_slider_tells_what_is_answered_and_how_right(visit, model, answers):
    app = visit("train", model=model.key, part="Confidence")
    slider = next(s for s in app.slider if s.label == "Answer when it is at least this sure")
    slider.set_value(60).run()
    assert not app.exception
    sure = answers.confidence >= 0.6
    told = said(app)
    if sure.any():
        share = f"{sure.mean() * 100:.1f} %".replace(".0 %", " %")
        assert f"Answers {share} of the texts" in told
        assert f"leaves {int((~sure).sum())} text" in told
    else:
        assert "It answers none of the texts" in told


def test_every_way_to_group_gives_rows_that_add_up(visit, model, answers):
    app = visit("train", model=model.key, part="Cohorts")
    assert not app.exception
    box = _choice(app, "Group the texts by")
    assert "Column topic" in box.options
    for by in ("Length of the text", "Column topic"):
        _choice(app, "Group the texts by").set_value(by).run()
        assert not app.exception
        table = _table(app, "Against the rest")
        assert table["Texts"].sum() == len(answers)
        assert table["Wrong"].sum() == (~answers.right).sum()


def test_a_phrase_makes_two_groups(visit, model):
    app = visit("train", model=model.key, part="Cohorts")
    _choice(app, "Group the texts by").set_value("A word or phrase in it").run()
    next(t for t in app.text_input if t.label == "Word or phrase").set_value("CROWD").run()
    assert not app.exception
    assert list(_table(app, "Against the rest")["Group"]) != []
    next(t for t in app.text_input if t.label == "Word or phrase").set_value("zebra").run()
    assert "holds “zebra”" in said(app)


def test_a_dot_and_a_row_of_a_group_are_the_same_choice(visit, model, answers):
    app = visit("train", model=model.key, part="Cohorts")
    table = _table(app, "Against the rest")
    [dots] = _figures(app)
    assert sum(len(trace["y"]) for trace in dots["data"]) == len(table)
    assert len(dots["layout"]["shapes"]) == 1, "the line of the whole"
    # What a click on the first dot does (cohorts._choose), which no gesture can do here.
    key = f"cohorts-{model.key}-Length of the text-{len(table)}"
    chosen = {"selection": {"rows": [0], "columns": [], "cells": []}}
    app.session_state[key] = chosen
    app.run()
    assert not app.exception
    assert f"{table['Group'][0]}: {table['Texts'][0]}" in said(app)
    [dots] = _figures(app)
    assert [s.get("y0") for s in dots["layout"]["shapes"]].count(-0.5) == 1


def test_a_click_chooses_and_a_second_one_lets_go(monkeypatch):
    from pages._ui.report import cohorts

    state = {}
    monkeypatch.setattr(cohorts.st, "session_state", state)
    cohorts._choose("t", None)
    assert cohorts._chosen("t", 5) is None
    cohorts._choose("t", 3)
    assert cohorts._chosen("t", 5) == 3
    assert cohorts._chosen("t", 2) is None, "the table has grown shorter meanwhile"
    cohorts._choose("t", 1)
    assert cohorts._chosen("t", 5) == 1
    cohorts._choose("t", 1)
    assert cohorts._chosen("t", 5) is None


def test_what_parts_two_classifiers_is_drawn_and_opens_its_texts(visit, store, dataset, model):
    found = run(CompareSpec(model=model.key, dataset=dataset.key), store=store)
    # The small texts part nobody, so the second is given other answers.
    pairs = pq.read_table(found.path / "pairs.parquet").to_pydict()
    labels = pairs["label"]
    pairs["first"] = list(labels)
    pairs["second"] = [{"sports": "business"}.get(label, label) for label in labels]
    fixed = labels.count("sports")
    assert 0 < fixed < len(labels)
    pq.write_table(pa.table(pairs), found.path / "pairs.parquet")
    told = json.loads((found.path / "comparison.json").read_text())
    (found.path / "comparison.json").write_text(json.dumps({**told, "fixed": fixed, "broken": 0}))
    app = visit("train", model=model.key, part="Compare")
    assert not app.exception
    right, left = _figures(app)[1]["data"]
    assert (right["x"], left["x"]) == ([fixed], [0])
    assert _choice(app, "Category").options == ["All categories", "sports"]
    assert len(_table(app, "Sure")) == fixed
    # What a click on an empty side's bar does.
    app.session_state[f"flips-{found.key}"] = "Broken"
    app.session_state[f"flips-label-{found.key}"] = "sports"
    app.run()
    assert not app.exception
    assert "No text is like that." in said(app)
    assert _figures(app)[1]["layout"]["shapes"][0]["y0"] == -0.5, "the chosen one is marked"


def test_compare_submits_the_pair_and_shows_its_verdict(visit, store, dataset, model, submitted):
    app = visit("train", model=model.key, part="Compare")
    assert not app.exception
    assert "python -m engine compare" in said(app)
    button(app, "Compare").click().run()
    spec, _ = submitted[0]
    assert spec == CompareSpec(model=model.key, dataset=dataset.key)
    assert "comparing" in app.query_params
    run(spec, store=store)
    app = visit("train", model=model.key, part="Compare")
    assert not app.exception
    told = said(app)
    assert "these 4 texts" in told
    assert "Compare" not in [b.label for b in app.button]
    assert set(_table(app, "Only it is right")["Classifier"]) == {
        "small-quick",
        "TF-IDF + linear",
    }


def test_a_link_names_the_other_classifier(visit, store, dataset, model, tiny_encoder):
    spec = TrainSpec(dataset=dataset.key, encoder=str(tiny_encoder), class_balance=1.0)
    other = run(spec, store=store, name="other")
    app = visit("train", model=other.key, part="Compare", compare=model.key)
    assert not app.exception
    assert _choice(app, "With").value == model.key


def test_it_can_be_scored_on_another_dataset(visit, store, source, model, submitted):
    from engine.data.spec_dataset import DatasetSpec

    other = run(DatasetSpec(source=source.key, seed=3), store=store, name="again")
    app = visit("train", model=model.key, part="Other data")
    assert not app.exception
    _choice(app, "Score it on").set_value(other.key).run()
    button(app, "Score it").click().run()
    spec, _ = submitted[0]
    assert spec == EvaluateSpec(model=model.key, dataset=other.key)
    run(spec, store=store)
    app = visit("train", model=model.key, part="Other data")
    assert "again: " in said(app).replace("*", "")


def test_foreign_labels_are_a_sentence_and_no_start(visit, store, tmp_path, model):
    from engine.data.spec_dataset import DatasetSpec
    from engine.data.spec_source import SourceSpec

    path = tmp_path / "foreign.csv"
    path.write_text("text,topic\n" + "\n".join(f"word {n} text,{'xy'[n % 2]}" for n in range(40)))
    found = run(SourceSpec(path=str(path)), store=store)
    other = run(DatasetSpec(source=found.key, label="topic", text=["text"]), store=store)
    app = visit("train", model=model.key, part="Other data")
    _choice(app, "Score it on").set_value(other.key).run()
    assert not app.exception
    assert "has none of its categories" in said(app)
    assert "Score it" not in [b.label for b in app.button]


def test_how_it_was_made_is_a_command(visit, model):
    app = visit("train", model=model.key, part="Making")
    assert not app.exception
    assert model.manifest.command in said(app)
    assert "python -m engine baseline" in said(app)


def test_a_report_survives_the_loss_of_its_dataset(visit, model, dataset):
    shutil.rmtree(dataset.path)
    parts = ("Mistakes", "Categories", "Confidence", "Cohorts", "Compare", "Other data", "Making")
    for part in parts:
        app = visit("train", model=model.key, part=part)
        assert not app.exception
        assert "Accuracy" in _metrics(app)
        assert "our fault" not in said(app)


def test_a_starter_has_its_figures_and_says_that_its_texts_did_not_come_along(visit, store):
    from engine.classify.starters.starter import starter

    found = starter("news-starter", store)
    app = visit("train", model=found.key)
    assert not app.exception
    assert _metrics(app)["Accuracy"] == f"{found.facts['accuracy'] * 100:.1f} %"
    assert "did not come along" in said(app)
    assert [tab.label for tab in app.tabs] == ["Other data", "Making", "Take away"]


def test_an_address_opens_an_evaluation(visit, store, dataset, model):
    found = run(EvaluateSpec(model=model.key, dataset=dataset.key, split="all"), store=store)
    app = visit("train", evaluation=found.key)
    assert not app.exception
    assert f"small-quick on {dataset.title}" in said(app)
    assert "Mistakes" in [tab.label for tab in app.tabs]


def test_mistakes_come_first_wherever_texts_are_shown(visit, model, answers):
    app = visit("train", model=model.key, part="Confidence")
    shown = next(d.value for d in app.dataframe if "Text" in d.value.columns)
    sure = np.asarray(shown["Sure"])
    assert len(sure) <= len(answers)
    if "Said" in shown.columns and "Label" in shown.columns:
        right = (shown["Said"] == shown["Label"]).to_numpy()
        assert (np.diff(right.astype(int)) >= 0).all()


def _evaluation_page():
    import streamlit as st

    from pages._ui.loaders import artifact
    from pages._ui.report import report, report_title

    found = artifact(st.query_params["evaluation"], "evaluation")
    report_title(found)
    report(found)


def test_an_evaluation_has_a_report_without_what_only_a_model_has(store, source, dataset, model):
    from engine.data.spec_dataset import DatasetSpec

    other = run(DatasetSpec(source=source.key, seed=3), store=store, name="again")
    found = run(EvaluateSpec(model=model.key, dataset=other.key, split="all"), store=store)
    run(BaselineSpec(dataset=dataset.key, scored_on=other.key, split="all"), store=store)
    for part in ("Mistakes", "Categories", "Confidence", "Cohorts", "Compare"):
        app = AppTest.from_function(_evaluation_page, default_timeout=60)
        app.query_params["evaluation"] = found.key
        app.query_params["part"] = part
        app.run()
        assert not app.exception
        assert "small-quick on again" in said(app)
        rows, seen = found.facts["rows"], found.facts["seen"]
        assert f"Scored on {rows} texts of again" in said(app)
        assert f"Without the {seen} texts that also occur in training" in said(app)
        assert "Take away" not in [tab.label for tab in app.tabs]
        assert "our fault" not in said(app)
