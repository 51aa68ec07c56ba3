"""The view of a whole dataset: started as a job, its words, what is leaned on, cohorts, texts."""

from __future__ import annotations

import json

import pyarrow.parquet as pq
import pytest

from engine.data.edits_pending import pending
from engine.explain.corpus.attributions import read_attributions
from engine.explain.corpus.drivers import drivers
from engine.explain.corpus.leans import read_leans
from engine.explain.corpus.spec import ExplainCorpusSpec
from engine.jobs.record import State
from engine.work import run
from pages._ui.explain.corpus.take import _file
from tests.pages.seen import button, said


@pytest.fixture
def weighed(store, model, dataset):
    """The words of the small dataset, weighed by the quicker of the methods."""
    spec = ExplainCorpusSpec(model=model.key, dataset=dataset.key, method="input x gradient")
    return run(spec, store=store)


def _open(visit, model, dataset, **more):
    return visit("explain", view="corpus", model=model.key, dataset=dataset.key, **more)


def _choose(app, key, row=0):
    """What a click on a table's row does."""
    app.session_state[key] = {"selection": {"rows": [row], "columns": [], "cells": []}}
    return app.run()


def _words(app):
    """The table with a column of words."""
    return next(one.value for one in app.dataframe if "Word" in one.value.columns)


def _html(app):
    return "\n".join(one.proto.body for one in app.get("html"))


def test_the_words_are_weighed_by_the_job_of_the_command_line(visit, model, dataset, submitted):
    app = _open(visit, model, dataset)
    assert not app.exception
    assert any("explain corpus" in code.value for code in app.code)
    button(app, "Weigh the words of 42 texts").click().run()
    ((spec, _),) = submitted
    assert spec == ExplainCorpusSpec(model=model.key, dataset=dataset.key)
    assert app.query_params["explainjob"]
    assert "Weighing the words" in said(app)


def test_choices_reach_the_job(visit, model, dataset, submitted):
    app = _open(visit, model, dataset)
    app.number_input(key="explain-corpus-first-limit").set_value(20)
    app.segmented_control(key="explain-corpus-first-split").set_value("train")
    app.segmented_control(key="explain-corpus-first-method").set_value("occlusion").run()
    button(app, "Weigh the words of 20 texts").click().run()
    ((spec, _),) = submitted
    assert (spec.limit, spec.split, spec.method) == (20, "train", "occlusion")


def test_a_job_that_is_done_shows_what_it_found(visit, model, dataset, weighed, make_job):
    job = make_job(State.DONE, verb="explain corpus")
    app = _open(visit, model, dataset, explainjob=job.id)
    assert "explainjob" not in app.query_params
    assert len(_words(app)) > 3


def test_the_words_of_a_category_are_those_of_the_engine(visit, model, dataset, weighed):
    app = _open(visit, model, dataset)
    assert not app.exception
    found = read_attributions(weighed.path)
    category = next(n for n, texts in enumerate(weighed.facts["explained"]) if texts)
    engine = [one for one in drivers(found, category) if not one.small]
    table = _words(app)
    assert table["Word"].tolist() == [one.word for one in engine]
    assert table["Adds"].tolist() == [one.mean for one in engine]
    figure = json.loads(app.get("plotly_chart")[0].proto.spec)
    assert engine[0].word in figure["layout"]["yaxis"]["ticktext"]
    app.toggle(key="drivers-small").set_value(True).run()
    assert len(_words(app)) == len(drivers(found, category)) > len(engine)


def test_a_word_opens_its_texts_with_their_words_marked(visit, model, dataset, weighed):
    app = _open(visit, model, dataset)
    category = next(n for n, texts in enumerate(weighed.facts["explained"]) if texts)
    word, texts = _words(app)["Word"][0], _words(app)["Texts"][0]
    app = _choose(app, f"drivers-{weighed.key}-{category}-mean--False")
    assert not app.exception
    assert f"{texts} texts with “{word}”, explained as {model.facts['labels'][category]}" in (
        said(app).replace("**", "")
    )
    assert "<mark" in _html(app)
    assert "<b>" not in _html(app), "what stands in a text is never read as HTML"
    link = next(one for one in app.get("page_link") if one.proto.label == "Explain this text")
    assert f"model={model.key}" in link.proto.query_string
    assert f"dataset={dataset.key}" in link.proto.query_string
    assert "row=" in link.proto.query_string


def test_a_text_of_a_word_can_be_relabelled_and_excluded(visit, store, model, dataset, weighed):
    app = _open(visit, model, dataset)
    category = next(n for n, texts in enumerate(weighed.facts["explained"]) if texts)
    key = f"drivers-{weighed.key}-{category}-mean--False"
    word = _words(app)["Word"][0]
    _choose(app, key)
    app = _choose(app, f"evidence-word-{key}-{word}-0")
    assert not app.exception
    button(app, "Exclude").click().run()
    (edit,) = pending(store, dataset)
    assert edit.action == "exclude"
    rows = pq.read_table(dataset.path / "rows.parquet").to_pylist()
    assert word in next(row["text"] for row in rows if row["row"] == edit.row).casefold()


def test_what_is_leaned_on_stands_there_with_its_evidence(visit, model, dataset, weighed):
    app = _open(visit, model, dataset, show="leans")
    assert not app.exception
    leans = read_leans(weighed.path)
    assert leans
    if not any(one.kind for one in leans):
        assert app.toggle(key="leans-all").value
    app.toggle(key="leans-all").set_value(True).run()
    table = _words(app)
    assert set(zip(table["Word"], table["Speaks for"], strict=True)) == {
        (one.word, one.category) for one in leans
    }
    app = _choose(app, f"leans-{weighed.key}-{len(leans)}")
    first = max(leans, key=lambda one: one.carries)
    assert first.told().split(";")[0] in said(app)


def test_a_cohort_is_compared_with_the_rest(visit, model, dataset, weighed):
    app = _open(visit, model, dataset, show="cohorts")
    assert not app.exception
    box = app.selectbox(key=f"explain-by-{weighed.key}")
    assert {"Label", "Answer", "Split", "Length of the text"} <= set(box.options)
    app = box.set_value("Label").run()
    assert not app.exception
    assert len(_words(app)) > 3
    assert "texts against" in said(app) or "text against" in said(app)


def test_the_words_can_be_taken_away(store, weighed):
    rows = weighed.path / "drivers.parquet"
    lines = _file(str(rows), "csv").decode("utf-8-sig").splitlines()
    assert lines[0].replace('"', "").startswith("category,word,texts,share,mean")
    assert len(lines) == 1 + pq.read_metadata(rows).num_rows
    assert _file(str(rows), "parquet")[:4] == b"PAR1"


def test_a_dataset_of_other_labels_is_told_and_explained_all_the_same(
    visit, store, model, tmp_path, submitted
):
    from engine.data.spec_dataset import DatasetSpec
    from engine.data.spec_source import SourceSpec

    path = tmp_path / "other.csv"
    path.write_text("text,kind\n" + "\n".join(f"the match {n},tea" for n in range(9)))
    source = run(SourceSpec(path=str(path)), store=store)
    other = run(DatasetSpec(source=source.key, text=["text"], label="kind"), store=store)
    app = _open(visit, model, other)
    assert "None of this dataset's 1 label is a category of the classifier" in said(app)
    button(app, "Weigh the words of 9 texts").click().run()
    assert submitted[0][0].dataset == other.key


def test_without_a_dataset_the_way_to_one_is_shown(visit, store):
    app = visit("explain", view="corpus")
    assert not app.exception
    assert "No dataset yet" in said(app)


class _Stops:
    """Progress of a run that is asked to stop at once."""

    stop_requested = True

    def stage(self, name, total=None, unit="rows"): ...
    def advance(self, n=1): ...
    def at(self, done): ...
    def point(self, **values): ...
    def note(self, sentence): ...


def test_what_was_stopped_shows_what_it_has_and_how_to_go_on(
    visit, store, model, dataset, submitted, monkeypatch
):
    monkeypatch.setattr("engine.explain.corpus.build.CHUNK", 12)
    spec = ExplainCorpusSpec(model=model.key, dataset=dataset.key, method="input x gradient")
    run(spec, store=store, progress=_Stops())
    app = _open(visit, model, dataset)
    assert not app.exception
    assert "Stopped after 12 texts" in said(app)
    app.segmented_control(key="explain-corpus-again-method").set_value("input x gradient").run()
    button(app, "Weigh the words of 42 texts").click().run()
    assert submitted[0][0] == spec, "the same choices go on from there"


def test_several_runs_can_be_told_apart_and_opened(visit, store, model, dataset, weighed):
    spec = ExplainCorpusSpec(model=model.key, dataset=dataset.key, limit=20, method="occlusion")
    other = run(spec, store=store)
    app = _open(visit, model, dataset, run=weighed.key)
    box = app.selectbox(key="explain-run")
    assert box.value == weighed.key
    assert any("20 texts · occlusion" in option for option in box.options)
    app = box.set_value(other.key).run()
    assert app.query_params["run"] in (other.key, [other.key])
    assert not app.exception
