"""The Predict page: a model and a text in, an answer out; and the list of what was tried."""

from __future__ import annotations

import csv
import html
import io
import json
import os
import re
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import NotFoundError
from engine.settings import ROOT
from engine.store import default_store
from engine.work import run
from pages._ui.tried import Try, as_csv, remember
from tests.pages.seen import button, said


def _html(app):
    return " ".join(block.proto.body for block in app.get("html"))


def _examples(app):
    return [b for b in app.button if str(b.key).startswith("example-")]


@pytest.fixture
def answering(store, dataset):
    """A quick classifier on the default encoder, which needs no export."""
    from engine.classify.spec import TrainSpec
    from engine.work import run

    return run(TrainSpec(dataset=dataset.key), store=store, name="small-default")


def _type(app, text):
    app.session_state["predict-text-set"] = (1, text)
    return app.run()


def test_without_any_model_it_leads_to_train(visit, monkeypatch):
    def nothing(name, store):
        raise NotFoundError("There is no starter.")

    monkeypatch.setattr("engine.stages.load_shipped", lambda name: nothing)
    monkeypatch.setattr("engine.resolve.load_shipped", lambda name: nothing)
    app = visit("predict")
    assert not app.exception
    assert "No classifier yet" in said(app)
    assert button(app, "Go to Train")


def test_a_fresh_clone_opens_with_the_reviews_starter(visit, store):
    app = visit("predict")
    assert not app.exception
    assert store.get("reviews-starter", "model").facts["starter"] == "reviews-starter"
    assert "Tells apart" in said(app)
    app = _type(app, "Wonderful, the best tea I ever had. I love it!")
    assert not app.exception
    assert not app.error
    assert any(f"{mood}, " in said(app) for mood in ("positive", "neutral", "negative"))
    assert "Which words carry it" in said(app)
    assert "Sentence by sentence" in said(app)


def test_a_whole_page_needs_no_torch(store, answering):
    """The page, an answer, its words and its sentences, in a process of their own."""
    code = (
        "import sys, json\n"
        "from streamlit.testing.v1 import AppTest\n"
        f"app = AppTest.from_file({str(ROOT / 'streamlit_app.py')!r}, default_timeout=120)\n"
        "app.run(); app.switch_page('pages/predict.py'); app.run()\n"
        "app.session_state['predict-text-set'] = (1, 'The bank fell. The crowd sang.')\n"
        "app.run()\n"
        "print(json.dumps([[m.value for m in app.markdown], sorted(sys.modules)]))"
    )
    environment = {**os.environ, "LIMN_CACHE": str(store.root), "PYTHONPATH": str(ROOT)}
    out = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, env=environment,
        check=True,
    ).stdout  # fmt: skip
    told, modules = json.loads(out.splitlines()[-1])
    assert any("sure" in line for line in told)
    assert "**Sentence by sentence**" in told
    assert not {"torch", "transformers", "sklearn"} & set(modules)


def test_an_example_is_answered_as_the_engine_does(visit, answering):
    from engine.classify.classifier import load_classifier

    app = visit("predict", model=answering.key)
    examples = _examples(app)
    assert examples
    app = examples[0].click().run()
    assert not app.exception
    assert not app.error
    turn, text = app.session_state["predict-text-set"]
    assert turn == 1
    classifier = load_classifier(answering.path)
    best = classifier.labels[int(classifier.probabilities([text])[0].argmax())]
    assert f"{best}, " in said(app)
    assert best in _html(app)
    assert "tokens read in" in said(app)
    assert [one.text for one in app.session_state["predict-tried"]] == [text]


def test_the_text_is_never_read_as_html(visit, answering):
    app = _type(visit("predict", model=answering.key), "<b>bank</b> & <script>alert(1)</script>")
    assert not app.exception
    assert "<script" not in _html(app)
    marked = _html(app)[_html(app).rindex('class="weighed"') :]
    shown = re.sub("<[^>]*>", "", marked[: marked.index("</p>")])
    assert html.unescape(shown).endswith("</b> & <script>alert(1)</script>")


def test_signs_without_words_are_told(visit, answering):
    app = _type(visit("predict", model=answering.key), "👍👍 !!!")
    assert not app.exception
    assert "no words in this text" in said(app)


def test_another_language_is_warned_of(visit, answering):
    text = "Der Stürmer traf zweimal vor der Pause und die Menge sang bis in die Nacht hinein."
    app = _type(visit("predict", model=answering.key), text)
    assert not app.exception
    assert any("German" in warning.value for warning in app.warning)


def test_a_text_longer_than_the_model_reads_is_told(visit, answering):
    app = _type(visit("predict", model=answering.key), "word " * 500)
    assert "longer than the 256 tokens" in said(app)
    assert "neighbouring words are weighed together" in said(app)


def test_an_encoder_that_must_be_exported_is_exported_by_a_job(visit, model, submitted):
    app = visit("predict", model=model.key)
    assert "prepared once" in said(app)
    app = button(app, "Prepare it").click().run()
    assert not app.exception
    ((spec, _name),) = submitted
    assert spec.encoder == model.facts["encoder"]
    run(spec, store=default_store())
    app = _type(visit("predict", model=model.key), "The bank fell")
    assert not app.exception
    assert "tokens read in" in said(app)


def test_two_models_answer_side_by_side(visit, store, dataset, answering):
    from engine.classify.spec import TrainSpec

    other = run(TrainSpec(dataset=dataset.key, class_balance=1.0), store=store, name="second")
    app = visit("predict", **{"model": answering.key, "with": other.key})
    app = _type(app, "The bank fell")
    assert not app.exception
    assert not app.error
    assert sum("sure" in line.value for line in app.markdown) == 2
    assert {one.model for one in app.session_state["predict-tried"]} == {answering.name, "second"}


def test_an_unknown_model_falls_back_to_one_that_is_there(visit, model):
    app = visit("predict", model="gone")
    assert "not here any more" in said(app)
    assert not app.exception


texts = st.lists(st.text(max_size=12), max_size=30)


@given(texts, st.text(max_size=12))
def test_the_newest_is_first_and_nothing_is_there_twice(before, text):
    tried = []
    for one in before:
        tried = remember(tried, Try("m", one, "a", 0.5))
    tried = remember(tried, Try("m", text, "b", 0.9))
    assert tried[0] == Try("m", text, "b", 0.9)
    assert len({(t.model, t.text) for t in tried}) == len(tried)


def test_typing_on_replaces_the_beginning_but_not_another_models():
    tried = remember([], Try("m", "Stocks", "a", 0.5))
    tried = remember(tried, Try("m", "Stocks fall", "a", 0.6))
    tried = remember(tried, Try("n", "Stocks fall again", "a", 0.6))
    assert [t.text for t in tried] == ["Stocks fall again", "Stocks fall"]


@given(st.lists(st.builds(Try, st.just("m"), st.text(), st.text(), st.floats(0, 1)), max_size=5))
def test_the_csv_holds_every_text_and_no_formula(tried):
    text = as_csv(tried).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text, newline="")))[1:]
    assert len(rows) == len(tried)
    for row, one in zip(rows, tried, strict=True):
        assert row[1].removeprefix("'") == one.text.removeprefix("'")
        assert row[1][:1] not in ("=", "+", "-", "@")
