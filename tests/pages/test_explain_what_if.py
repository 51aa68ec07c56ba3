"""What if: a word taken out moves the answer, and a changed text becomes a row to learn from."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from engine.data.edits_pending import pending
from engine.explain.what_if.answers import answers_of
from engine.explain.what_if.training_texts import vectors_spec
from engine.work import run
from pages._ui.explain.loaded import subject
from tests.pages.seen import button, said

TEXT = "the film was very good and the tea was poor"


def _script():
    """The part alone, about a fixed text."""
    import streamlit as st

    from engine.explain.methods.slopes import input_x_gradient
    from engine.explain.reading import read
    from engine.explain.target import Target
    from pages._ui.explain.loaded import subject
    from pages._ui.explain.text.explained import Explained
    from pages._ui.explain.what_if.what_if_part import what_if_part
    from pages._ui.loaders import store

    found = store().get("small-quick", "model")
    about = subject(found.key)
    text = st.session_state.get("explained", "the film was very good and the tea was poor")
    reading = read(about, text)
    goal = Target(int(about.answers([reading.ids])[0].argmax()))
    made = input_x_gradient(about, [reading], [goal])[0]
    what_if_part(found, about, Explained(text, reading, goal, made, None))


@pytest.fixture
def shown(model):
    def go(**address):
        app = AppTest.from_function(_script, default_timeout=60)
        for name, value in address.items():
            app.query_params[name] = value
        return app.run()

    return go


def box(app):
    return next(one for one in app.text_area if one.label == "The text, changed")


def choose(app, *places):
    next(one for one in app.button_group if one.label == "Words").set_value(list(places)).run()
    assert not app.exception
    return app


def press(app, label):
    button(app, label).click().run()
    assert not app.exception
    assert not app.error
    return app


def html(app):
    return "\n".join(str(one.proto.body) for one in app.get("html"))


def test_nothing_is_said_to_move_before_a_word_is_changed(shown):
    app = shown()
    assert not app.exception
    assert "Nothing is changed yet" in said(app)
    assert button(app, "Take out").disabled
    assert button(app, "Undo").disabled


def test_words_taken_out_masked_and_swapped_move_answer_and_colours(shown, model):
    app = press(choose(shown(), 4), "Take out")
    assert box(app).value == "the film was very and the tea was poor"
    about = subject(model.key)
    after = answers_of(about, [box(app).value])[0]
    before = answers_of(about, [TEXT])[0]
    shown_answer = said(app).replace("*", "")
    assert (f"Still {after.name}" if after.name == before.name else
            f"It flips: {before.name} → {after.name}") in shown_answer  # fmt: skip
    assert 'class="moved"' in html(app)
    assert "By input x gradient and for" in said(app)
    app = press(choose(app, 1), "Mask")
    assert box(app).value == "the [MASK] was very and the tea was poor"
    app = choose(app, 0)
    next(one for one in app.text_input if one.label == "Put in its place").set_value("a").run()
    app = press(app, "Swap")
    assert box(app).value.startswith("a [MASK] was")
    for wanted in ("the [MASK] was", "the film was very and"):
        app = press(app, "Undo")
        assert box(app).value.startswith(wanted)
    app = press(app, "Start over")
    assert box(app).value == TEXT
    assert "Nothing is changed yet" in said(app)
    assert box(press(app, "Undo")).value == "the film was very and the tea was poor"


def test_typing_is_a_step_like_any_other(shown):
    app = shown()
    box(app).set_value("good tea").run()
    assert not app.exception
    assert 'class="moved"' in html(app)
    assert box(press(app, "Undo")).value == TEXT
    box(app).set_value("  ").run()
    assert "type at least one word" in said(app)
    assert box(press_undo(app)).value == TEXT


def test_unknown_signs_only_are_a_sentence_with_the_way_back(shown):
    app = shown()
    box(app).set_value("\u3042\u3044").run()
    assert not app.exception
    assert "knows none" in said(app)
    assert box(app).value == "\u3042\u3044"
    assert box(press_undo(app)).value == TEXT


def press_undo(app):
    button(app, "Undo").click().run()
    return app


def test_another_text_begins_anew(shown):
    app = press(choose(shown(), 4), "Take out")
    app.session_state["explained"] = "rain and sun"
    app.run()
    assert box(app).value == "rain and sun"
    assert button(app, "Undo").disabled


def test_the_fewest_words_are_taken_out_in_one_click(shown, model):
    app = press(shown(), "Fewest words that flip it")
    about = subject(model.key)
    if not [b for b in app.button if b.label.startswith("Take") and b.label.endswith("out")][1:]:
        assert "the answer stays" in said(app)
        return
    before = answers_of(about, [TEXT])[0].name
    label = next(b.label for b in app.button if b.label in ("Take it out", "Take them out"))
    app = press(app, label)
    assert answers_of(about, [box(app).value])[0].name != before
    assert "It flips" in said(app)


def test_words_that_would_flip_it_come_from_the_other_categories_and_do(shown, model, dataset):
    from engine.explain.what_if.other_words import other_words

    app = press(shown(), "Words that would flip it")
    about = subject(model.key)
    before = answers_of(about, [TEXT])[0].name
    offered = [b for b in app.button if " → " in b.label]
    if not offered:
        assert "flips this text" in said(app)
        return
    others = other_words(dataset.path / "rows.parquet", before)
    assert all(b.label.split(" → ")[1].split(":")[0].lower() in others for b in offered)
    app = press(app, offered[0].label)
    assert answers_of(about, [box(app).value])[0].name != before


def test_the_nearest_training_texts_open_and_take_edits(shown, model, dataset, store):
    app = shown()
    assert not app.error
    run(vectors_spec(model, dataset), store=store)
    app.session_state["behind-open"] = True
    app.run()
    assert not app.exception
    found = next(d.value for d in app.dataframe if "Alike" in d.value.columns)
    assert len(found) == 10
    assert list(found["Alike"]) == sorted(found["Alike"], reverse=True)
    key = f"evidence-behind-{dataset.key}-Nearest-0"
    app.session_state[key] = {"selection": {"rows": [0], "columns": []}}
    app.run()
    assert "Row " in said(app)
    app = press(app, "Exclude")
    assert [edit.action for edit in pending(store, dataset)] == ["exclude"]
    which = next(one for one in app.button_group if one.label == "Which texts")
    which.set_value("Spoke for it").run()
    assert not app.exception
    found = next(d.value for d in app.dataframe if "Strength" in d.value.columns)
    assert found["Strength"].max() == pytest.approx(100)


def test_a_changed_text_is_noted_with_its_label_and_shown_among_the_edits(shown, store, dataset):
    app = press(choose(shown(), 4), "Take out")
    assert button(app, "Note it as an edit").disabled
    label = next(one for one in app.selectbox if one.label == "Its right label")
    label.set_value("sports").run()
    app = press(app, "Note it as an edit")
    edit = pending(store, dataset)[0]
    assert (edit.action, edit.value, edit.row) == ("add", "sports", -1)
    assert edit.text == "the film was very and the tea was poor"
    assert "1 edit pending for small: 1 to add" in said(app).replace("*", "")
    app = press(app, "Review and apply")
    listed = next(d.value for d in app.dataframe if "Edit" in d.value.columns)
    assert list(listed["Edit"]) == ["added as sports"]
    assert list(listed["Text"]) == [edit.text]


def test_a_counterfactual_of_a_test_text_takes_that_out_of_the_test(shown, store, dataset):
    import pyarrow.parquet as pq

    rows = pq.read_table(dataset.path / "rows.parquet").to_pylist()
    test = next(row["row"] for row in rows if row["split"] == "test")
    app = shown(dataset=dataset.key, row=str(test))
    assert f"a counterfactual of row {test}" in said(app)
    next(one for one in app.selectbox if one.label == "Its right label").set_value("sports").run()
    press(app, "Note it as an edit")
    assert [(e.row, e.action) for e in pending(store, dataset)] == [
        (test, "add"), (test, "exclude")
    ]  # fmt: skip


def test_a_classifier_without_its_texts_says_so_and_offers_others(shown, store, model, dataset):
    store.discard(dataset)
    app = shown()
    assert not app.exception
    assert "not on this machine, and no dataset here has its categories" in said(app)
