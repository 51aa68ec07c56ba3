"""The Explain page, one text: which words made the answer, and how far to believe it."""

from __future__ import annotations

import csv
import html
import io
import json
import re
import shlex
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import streamlit
from hypothesis import given
from hypothesis import strategies as some

from engine.commands.explain import _parser
from engine.errors import NotFoundError
from engine.explain.methods.baseline import Baseline
from engine.explain.methods.known import DEFAULT, METHODS, method_called
from engine.explain.methods.methods import explain
from engine.explain.of_classifier import explained_classifier
from engine.explain.reading import read
from engine.explain.take_away.command import command
from engine.explain.target import target
from engine.explain.trust.trust import trust
from engine.work import run
from pages._ui.explain import loaded
from pages._ui.explain.text.choices import OWN_BASELINE
from tests.pages.seen import button, said

TEXT = "The bank fell and the market rose in the rain last week, said the old king to the queen."


def _texts(app):
    """Texts in colour on the page."""
    return [b.proto.body for b in app.get("html") if 'class="weighed' in b.proto.body]


def _scores(body):
    """The word and the score of each mark."""
    marks = re.findall(r'title="[^"]*?: ([+-][\d.]+) log-odds">([^<]*)', body)
    return [(html.unescape(word), float(score)) for score, word in marks]


@pytest.fixture(autouse=True)
def _alone(monkeypatch):
    """What changes an answer has tests of its own, and its own texts in colour."""
    monkeypatch.setattr("pages._ui.explain.text.text_part.what_if_part", lambda *_: None)


@pytest.fixture
def subject(model):
    """What is explained on the page, by the engine alone."""
    return explained_classifier(model.path, key=model.key)


def _label(subject, text):
    return subject.names[int(subject.answers([read(subject, text).ids])[0].argmax())]


def test_a_fresh_clone_explains_a_sample_review_at_once(visit, store):
    app = visit("explain")
    assert not app.exception
    assert not app.error
    assert store.get("reviews-starter", "model")
    assert "% sure" in said(app)
    (body,) = _texts(app)
    assert "speaks for negative" in body
    assert "Better than chance" in said(app)
    assert "add up to what the text does" in said(app)


def test_the_page_says_what_the_engine_says(visit, model, subject):
    app = visit("explain", model=model.key, text=TEXT)
    assert not app.exception
    assert not app.error
    reading, goal = read(subject, TEXT), target(subject.names, _label(subject, TEXT))
    made = explain(subject, reading, goal)
    (body,) = _texts(app)
    told = _scores(body)
    assert [word for word, _ in told] == list(reading.words)
    np.testing.assert_allclose([score for _, score in told], made.scores, atol=6e-4)
    figures = trust(subject, made)
    assert figures.why in said(app)
    assert (figures.believable) == bool(app.success)
    assert ("faded" in body.split("</style>")[1]) == (not figures.believable)


def test_a_category_against_another_by_another_method_is_in_the_address(visit, model, subject):
    of, against = subject.names
    app = visit(
        "explain", model=model.key, text=TEXT, category=of, against=against, method="occlusion"
    )
    assert not app.exception
    assert not app.error
    made = explain(
        subject, read(subject, TEXT), target(subject.names, of, against), method="occlusion"
    )
    np.testing.assert_allclose([s for _, s in _scores(_texts(app)[0])], made.scores, atol=6e-4)
    assert "--method=occlusion" in said(app)
    assert f"--category={of}" in said(app)


def test_a_baseline_is_chosen_and_a_neutral_text_typed(visit, model, subject):
    app = visit("explain", model=model.key, text=TEXT, baseline="text")
    assert not app.exception
    app.text_input(key="explain-neutral").set_value("the a of to").run()
    assert not app.error
    made = explain(
        subject, read(subject, TEXT), target(subject.names, _label(subject, TEXT)),
        baseline=Baseline("text", "the a of to"),
    )  # fmt: skip
    np.testing.assert_allclose([s for _, s in _scores(_texts(app)[0])], made.scores, atol=6e-4)
    app.text_input(key="explain-neutral").set_value(" ").run()
    assert "Type the neutral text" in said(app)
    assert not app.exception


def test_the_default_baseline_is_the_engines():
    assert Baseline().kind == OWN_BASELINE


def test_random_scores_are_greyed_with_the_reason(visit, model):
    app = visit("explain", model=model.key, text=f"{TEXT} {TEXT}", method="random")
    assert not app.exception
    assert 'class="weighed faded"' in _texts(app)[0]
    (warning,) = app.warning
    assert "So the colours are grey" in warning.value


@given(
    some.text(max_size=60),
    some.sampled_from(["", "sports"]),
    some.sampled_from(["", "-x"]),
    some.sampled_from(sorted(METHODS)),
    some.builds(Baseline, some.sampled_from(["pad", "mask", "zero", "text"]), some.text()),
)
def test_the_command_that_is_shown_asks_the_same(text, category, against, method, baseline):
    line = command(
        "a-model", text, category=category, against=against, method=method, baseline=baseline
    )
    python, flag, engine, verb, *words = shlex.split(line)
    assert (python, flag, engine, verb) == ("python", "-m", "engine", "explain")
    asked = _parser().parse_args(words)
    assert (asked.subject, asked.text) == ("a-model", text)
    assert (asked.category, asked.against) == (category, against)
    assert method_called(asked.method or DEFAULT).name == method
    assert (asked.baseline or Baseline().kind) == baseline.kind
    assert asked.neutral == (baseline.text if baseline.kind == "text" else "")


def test_bars_and_table_have_the_same_numbers(visit, model):
    app = visit("explain", model=model.key, text=TEXT)
    coloured = _scores(_texts(app)[0])
    app.segmented_control(key="explain-words-as").set_value("Table").run()
    assert not app.exception
    table = next(t.value for t in app.dataframe if "Word" in t.value)
    assert list(table["Word"]) == [word for word, _ in coloured]
    np.testing.assert_allclose(table["Score"], [score for _, score in coloured], atol=6e-4)
    assert table["Of all"].sum() == pytest.approx(1)


def test_methods_stand_side_by_side_and_the_truest_can_be_taken(visit, model):
    app = visit("explain", model=model.key, text=TEXT)
    app = button(app, "Compare the methods").click().run()
    assert not app.exception
    assert not app.error
    table = next(t.value for t in app.dataframe if "Beats chance" in t.value)
    titles = list(table["Method"])
    assert METHODS["integrated gradients"].title in titles
    assert METHODS["random"].title in titles
    assert "DeepLift is not here" in said(app)
    before = len(app.main.children)
    assert len(app.run().main.children) == before  # what stands below keeps its place and state
    app.segmented_control(key="explain-methods-as").set_value("Texts").run()
    assert not app.exception
    assert len(_texts(app)) == 1 + len(titles)
    takes = [one for one in app.button if one.key == "explain-best"]
    if takes:
        app = takes[0].click().run()
        assert app.query_params["method"] in METHODS
        assert not app.exception


def _downloads(app):
    return {one.proto.label.split("(.")[1][:-1]: one for one in app.get("download_button")}


def test_what_is_kept_holds_what_is_shown(visit, model, monkeypatch):
    from pages._ui.explain.text import keep_part as part

    made = {}

    def button_of(label, data, *, file_name, **more):
        made[file_name.split(".")[1]] = data()

    monkeypatch.setattr(part.st, "download_button", button_of)
    app = visit("explain", model=model.key, text=f"{TEXT} <b>=1+1</b>")
    assert not app.exception
    shown = _scores(_texts(app)[0])
    rows = list(csv.DictReader(io.StringIO(made["csv"].decode("utf-8-sig"))))
    assert len(rows) == len(shown)
    np.testing.assert_allclose([float(r["score"]) for r in rows], [s for _, s in shown], atol=6e-4)
    assert not any(row["word"].startswith("=") for row in rows)
    record = json.loads(made["json"])
    assert record["model_key"] == model.key
    assert record["machine"]["torch"]
    assert record["kernel"]
    assert record["limn"]
    assert record["command"].startswith("python -m engine explain ")
    assert [row["score"] for row in record["words"]] == pytest.approx(
        [float(row["score"]) for row in rows]
    )
    total = sum(row["score"] for row in record["words"]) + record["rest"]
    assert total == pytest.approx(record["value"] - record["base"] + record["delta"], abs=1e-4)
    page = made["html"].decode()
    assert "<script" not in page
    assert "&lt;b&gt;" in page
    assert record["trust"]["why"] in html.unescape(page)
    assert made["png"].startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("ids", "sentence"),
    [
        ({"text": "   "}, "as soon as there is a text"),
        ({"text": "漢字 漢字"}, "knows none of the characters"),
        ({"text": TEXT, "category": "nonsense"}, "the category 'nonsense', which is not one"),
        ({"text": TEXT, "against": "nonsense"}, "the category to compare with 'nonsense'"),
        ({"text": TEXT, "method": "crystal ball"}, "the method 'crystal ball', which is not one"),
        ({"text": "bank"}, "one word only"),
        ({"text": "word " * 5000}, "what comes after did not count"),
    ],
    ids=["empty", "unknown characters", "category", "against", "method", "one word", "5000 words"],
)
def test_bad_input_is_a_sentence(visit, model, ids, sentence):
    app = visit("explain", model=model.key, **ids)
    assert not app.exception
    assert sentence in said(app)
    assert "Something went wrong" not in said(app)


def test_a_category_against_itself_is_refused(visit, model, subject):
    label = _label(subject, TEXT)
    app = visit("explain", model=model.key, text=TEXT, against=label)
    assert not app.exception
    assert "cannot be explained against itself" in said(app)


def test_what_is_refused_leaves_no_promise_behind(visit, model):
    app = visit("explain", model=model.key, text=TEXT, method="deeplift")
    assert "DeepLift has no rule for LayerNorm" in said(app)
    assert "The explanation follows" not in said(app)
    assert not _texts(app)
    assert not app.get("skeleton")


def test_a_classifier_that_came_along_is_brought_by_its_name(visit, store):
    app = visit("explain", model="news-starter", text=TEXT)
    assert not app.exception
    assert "not here any more" not in said(app)
    assert "Sci/Tech" in said(app)
    assert [one.name for one in store.artifacts("model")] == ["news-starter"]


def test_a_model_whose_encoder_is_gone_is_a_sentence(visit, model):
    card = json.loads((model.path / "model.json").read_text())
    (model.path / "model.json").write_text(json.dumps({**card, "encoder": "/no/such/encoder"}))
    app = visit("explain", model=model.key, text=TEXT)
    assert not app.exception
    assert app.error
    assert "Something went wrong" not in said(app)


def test_a_model_without_its_weights_is_a_sentence_and_the_way_out(visit, store):
    visit("explain")
    starter = store.get("reviews-starter", "model")
    (starter.path / "encoder" / "model.safetensors").unlink()
    streamlit.cache_resource.clear()
    app = visit("explain", text="The bank fell")
    assert not app.exception
    assert "needs them for its gradients" in said(app)
    assert "Bring the classifier in again" in said(app)


def test_the_text_is_never_read_as_html(visit, model):
    app = visit("explain", model=model.key, text="<script>alert(1)</script> the bank *fell*")
    assert not app.exception
    assert not any("<script" in body for body in _texts(app))


def test_a_row_of_a_dataset_opens_by_its_address(visit, model, dataset):
    app = visit("explain", model=model.key, dataset=dataset.key, row="3")
    assert not app.exception
    assert "match 1" in app.text_area(key="explain-text").value or "quarter 1" in (
        app.text_area(key="explain-text").value
    )
    gone = visit("explain", model=model.key, dataset=dataset.key, row="99999")
    assert "not here any more" in said(gone)
    assert not gone.exception


def test_a_text_longer_than_is_read_is_explained_part_by_part(visit, model, subject):
    words = "the bank fell and the market rose in the rain last week".split()
    app = visit("explain", model=model.key, text=" ".join(words * 20))
    assert not app.exception
    first = _scores(_texts(app)[0])
    assert len(first) == subject.max_length - 2
    (pages,) = app.get("pagination")
    assert pages.proto.num_pages == -(-len(words) * 20 // len(first))
    app.session_state["explain-strip"] = True
    app.run()
    strip = next(b.proto.body for b in app.get("html") if 'class="strip"' in b.proto.body)
    assert strip.count('class="one"') == -(-len(words) * 20 // len(first))


def test_a_new_text_is_explained_and_in_the_address(visit, model):
    app = visit("explain", model=model.key, text=TEXT)
    app.text_area(key="explain-text").set_value("The king won the match").run()
    assert not app.exception
    assert [word for word, _ in _scores(_texts(app)[0])] == ["The", "king", "won", "the", "match"]
    assert app.query_params["text"] == "The king won the match"
    app.text_area(key="explain-text").set_value("the king won " * 300).run()
    assert "text" not in app.query_params


def test_two_tabs_at_once_say_what_each_alone_says(visit, model):
    texts = [TEXT, "The team won the match and the people of the city say good", "poor tea"]
    alone = [_scores(_texts(visit("explain", model=model.key, text=one))[0]) for one in texts]
    with ThreadPoolExecutor(3) as tabs:
        asked = [tabs.submit(visit, "explain", model=model.key, text=one) for one in texts]
        together = [_scores(_texts(one.result())[0]) for one in asked]
    assert together == alone


def _links(app, label):
    return [one.proto for one in app.get("page_link") if label in one.proto.label]


def test_without_any_classifier_it_leads_to_train(visit, monkeypatch):
    def nothing(name, store):
        raise NotFoundError("There is no starter.")

    monkeypatch.setattr("engine.resolve.load_shipped", lambda name: nothing)
    app = visit("explain")
    assert not app.exception
    assert "No classifier yet" in said(app)
    assert button(app, "Go to Train")


def test_an_answer_on_the_predict_page_leads_here(visit, store, dataset):
    from engine.classify.spec import TrainSpec

    made = run(TrainSpec(dataset=dataset.key), store=store, name="small-default")
    app = visit("predict", model=made.key)
    app.session_state["predict-text-set"] = (1, "The bank fell")
    app.run()
    (link,) = _links(app, "How far can this be believed?")
    assert link.query_string == f"model={made.key}&text=The+bank+fell"
    app.session_state["predict-text-set"] = (2, "The bank fell. " * 200)
    app.run()
    assert not _links(app, "How far can this be believed?")
    assert button(app, "How far can this be believed?")


def test_a_text_of_the_report_leads_here(visit, model, dataset):
    app = visit("train", model=model.key)
    true, said_as = (
        app.selectbox(key=f"cell-{side}-{model.key}").value for side in ("true", "said")
    )
    labels = list(model.facts["labels"])
    cell = f"{model.key}-cell-{labels.index(true)}-{labels.index(said_as)}"
    app.session_state[f"evidence-{cell}-0"] = {"selection": {"rows": [0], "columns": []}}
    app.run()
    assert not app.exception
    (link,) = _links(app, "Why did it say")
    ids = dict(pair.split("=") for pair in link.query_string.split("&"))
    assert ids["model"] == model.key
    app = visit("explain", **ids)
    assert not app.exception
    assert not app.error
    (body,) = _texts(app)
    shown = html.unescape(re.sub("<[^>]*>", "", body[body.index("<p") : body.index("</p>")]))
    assert "scored twice" in shown or "Shares of the bank" in shown


def test_quick_colours_come_first_and_are_replaced_once(visit, model, monkeypatch):
    from pages._ui.explain.text import answer

    drawn = []
    real = answer.coloured

    def coloured(subject, made, **more):
        drawn.append((made.method, more.get("note", "")))
        real(subject, made, **more)

    monkeypatch.setattr(answer, "coloured", coloured)
    app = visit("explain", model=model.key, text=TEXT)
    assert not app.exception
    assert [method for method, _ in drawn] == ["input x gradient", *["integrated gradients"] * 2]
    assert "A first look" in drawn[0][1]
    assert "put to the test" in drawn[1][1]
    assert not drawn[2][1]
    drawn.clear()
    app.run()
    assert [method for method, _ in drawn] == ["integrated gradients"]


def test_whoever_waits_for_another_explanation_is_served_after_it(visit, model):
    alone = _scores(_texts(visit("explain", model=model.key, text=TEXT))[0])
    held, free = threading.Event(), threading.Event()

    def hold():
        with loaded.turn(loaded.subject(model.key)):
            held.set()
            free.wait(30)

    other = threading.Thread(target=hold)
    other.start()
    assert held.wait(30)
    threading.Timer(1.5, free.set).start()
    began = time.monotonic()
    app = visit("explain", model=model.key, text=TEXT)
    other.join()
    assert time.monotonic() - began > 1
    assert not app.exception
    assert _scores(_texts(app)[0]) == alone
