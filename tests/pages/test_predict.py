"""The Predict page: a model and a text in, an answer out; and the list of what was tried."""

from __future__ import annotations

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from pages._ui.tried import Try, as_csv, remember
from tests.pages.seen import button, said


def _html(app):
    return " ".join(block.proto.body for block in app.get("html"))


def _examples(app):
    return [b for b in app.button if str(b.key).startswith("example-")]


def test_without_a_model_it_leads_to_train(visit):
    app = visit("predict")
    assert not app.exception
    assert "No classifier yet" in said(app)
    assert button(app, "Go to Train")


def test_nothing_is_loaded_before_there_is_a_text(visit, model, monkeypatch):
    def never(*args, **kwargs):
        raise AssertionError("loaded too early")

    monkeypatch.setattr("engine.classify.classifier.load_classifier", never)
    app = visit("predict", model=model.key)
    assert not app.exception
    assert not app.error
    assert "Tells apart" in said(app)
    assert f"predict {model.name} --input" in said(app)


def test_an_example_is_answered_as_the_engine_does(visit, model):
    from engine.classify.classifier import load_classifier

    app = visit("predict", model=model.key)
    examples = _examples(app)
    assert examples
    app = examples[0].click().run()
    assert not app.exception
    assert not app.error
    turn, text = app.session_state["predict-text-set"]
    assert turn == 1
    said_by_engine = load_classifier(model.path).probabilities([text])[0]
    best = load_classifier(model.path).labels[int(said_by_engine.argmax())]
    assert f"{best}, " in said(app)
    assert best in _html(app)
    assert "tokens read in" in said(app)
    assert [one.text for one in app.session_state["predict-tried"]] == [text]


def test_a_text_longer_than_the_model_reads_is_told(visit, model):
    app = visit("predict", model=model.key)
    app.session_state["predict-text-set"] = (1, "word " * 500)
    app.run()
    assert "longer than the 48 tokens" in said(app)


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
