"""After a training on edited data the report shows whether the fault is gone."""

from __future__ import annotations

import json

import pyarrow.parquet as pq
import pytest

from engine.classify.spec import TrainSpec
from engine.data.spec_edit import EditSpec
from engine.explain.what_if.spec import MendedSpec
from engine.work import run
from tests.pages.seen import button, said


@pytest.fixture
def later(store, dataset, model, tiny_encoder, tmp_path):
    """A classifier of an edited version: the word "striker" was changed in one added text."""
    rows = pq.read_table(dataset.path / "rows.parquet").to_pylist()
    row = next(r for r in rows if r["split"] == "train" and "striker" in r["text"])
    text = row["text"].replace("striker", "banker").replace("match", "deal")
    path = tmp_path / "edits.json"
    edit = {"row": row["row"], "action": "add", "value": "business", "text": text}
    path.write_text(json.dumps([edit]))
    run(EditSpec(dataset="small", edits=str(path)), store=store, name="small-edited")
    spec = TrainSpec(dataset="small-edited", encoder=str(tiny_encoder))
    return run(spec, store=store, name="later")


def test_it_names_the_likely_word_and_starts_the_comparison(visit, later, model, submitted):
    app = visit("train", model=later.key)
    app.session_state["mended-open"] = True
    app.run()
    assert not app.exception
    word = next(one for one in app.text_input if one.label == "A word the fault hung on")
    assert word.value == "striker"
    button(app, "Ask both classifiers").click().run()
    assert not app.exception
    (spec,) = [one for one, _ in submitted if isinstance(one, MendedSpec)]
    assert spec == MendedSpec(model=later.key, before=model.key, word="striker")


def test_it_shows_every_cohort_before_and_after(visit, store, later, model):
    found = run(MendedSpec(model=later.key, before=model.key, word="striker"), store=store)
    app = visit("train", model=later.key)
    app.session_state["mended-open"] = True
    app.run()
    assert not app.exception
    shown = {one.label: one.value for one in app.metric}
    for name, title in (("with the word", "Test texts with “striker”"),
                        ("added", r"Added texts \(learnt from\)")):  # fmt: skip
        one = found.facts["cohorts"][name]
        assert shown[title] == f"{one['right_after']} of {one['rows']} right"
    table = next(d.value for d in app.dataframe if "Sure now" in d.value.columns)
    assert len(table) == found.facts["cohorts"]["with the word"]["rows"]
    assert "those whose answer changed come first" in said(app)


def test_a_model_of_data_that_nobody_edited_asks_nothing(visit, model):
    app = visit("train", model=model.key)
    assert not [one for one in app.text_input if one.label == "A word the fault hung on"]


def test_the_data_page_shows_what_was_added_and_where_it_stands_in_the_file(visit, store, later):
    new = store.get("small-edited", "dataset")
    app = visit("data", dataset=new.key)
    assert not app.exception
    listed = next(d.value for d in app.dataframe if "Edit" in d.value.columns)
    assert list(listed["Edit"]) == ["added as business"]
    assert "banker" in listed["Text"][0]
    assert "1 text added" in "\n".join(one.label for one in app.expander)
