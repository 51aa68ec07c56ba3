"""From a word that is leaned on, texts of the other categories with it in them become edits."""

from __future__ import annotations

import pyarrow.parquet as pq
import pytest

from engine.data.edits_pending import pending, undo
from engine.explain.corpus.goes_with import LEARNT
from engine.explain.corpus.leans import read_leans
from engine.explain.corpus.spec import ExplainCorpusSpec
from engine.explain.what_if.put_in import standing
from engine.work import run
from tests.pages.seen import button, said


@pytest.fixture
def opened(visit, store, model, dataset):
    """The page with a word chosen, and that word."""
    spec = ExplainCorpusSpec(model=model.key, dataset=dataset.key, method="input x gradient")
    leans = read_leans(run(spec, store=store).path)
    first = max(leans, key=lambda one: one.carries)
    app = visit("explain", view="corpus", model=model.key, dataset=dataset.key, show="leans")
    app.toggle(key="leans-all").set_value(True).run()
    key = f"leans-{store.get(run(spec, store=store).key).key}-{len(leans)}"
    app.session_state[key] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    app.session_state[f"put-in-{first.word}-{first.category}"] = True
    yield app.run(), first
    undo(store, dataset, pending(store, dataset))


def test_as_many_are_offered_as_taught_the_word_and_are_noted_as_edits(opened, store, dataset):
    app, lean = opened
    assert not app.exception
    taught = sum(part.hits for part in lean.parts if part.name == LEARNT)
    most = app.number_input(key=f"put-in-most-{lean.word}-{lean.category}")
    assert most.value == max(taught, 1)
    most.set_value(4).run()
    button(app, "Note 4 edits").click().run()
    assert not app.exception
    edits = pending(store, dataset)
    rows = {one["row"]: one for one in pq.read_table(dataset.path / "rows.parquet").to_pylist()}
    assert len(edits) == 4
    for edit in edits:
        origin = rows[edit.row]
        assert (edit.action, edit.value) == ("add", origin["label"])
        assert origin["label"] != lean.category
        assert standing(lean.word).search(edit.text)
    assert "4 edits pending" in said(app)


def test_nothing_is_chosen_or_noted_before_a_person_asks(opened, store, dataset):
    app, lean = opened
    assert pending(store, dataset) == []
    table = next(
        d.value for d in app.dataframe if list(d.value.columns) == ["Row", "Label", "Text"]
    )
    assert lean.category not in set(table["Label"])
