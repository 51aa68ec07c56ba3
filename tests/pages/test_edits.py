"""From a row in a table to a new version of the dataset and a classifier trained on it."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from engine.classify.spec import TrainSpec
from engine.data.edits_pending import pending, record
from engine.data.spec_edit import EditSpec
from engine.work import run
from pages._ui.versions_view import form_like, train_again
from tests.pages.seen import button, said


def _script():
    """Eight rows, of which the model is made to have said the wrong thing on the first two."""
    import pyarrow.parquet as pq

    from pages._ui.evidence import evidence
    from pages._ui.loaders import store

    found = store().get("small-quick", "model")
    dataset = store().get("small", "dataset")
    rows = pq.read_table(dataset.path / "rows.parquet").to_pylist()[:8]
    other = {"sports": "business", "business": "sports"}
    for n, row in enumerate(rows):
        row["prediction"] = other[row["label"]] if n < 2 else row["label"]
        row["confidence"] = 0.9 - n / 100
    evidence(found, rows, key="texts", total=99)


@pytest.fixture
def shown(model):
    """The evidence of some scored rows, alone on a page."""

    def go():
        return AppTest.from_function(_script, default_timeout=60).run()

    return go


def choose(app, rows, turn=0):
    """Choose lines of the table, as a click beside them does."""
    app.session_state[f"evidence-texts-{turn}"] = {"selection": {"rows": rows, "columns": []}}
    return app.run()


def table(app):
    return next(d.value for d in app.dataframe if "Text" in d.value.columns)


def row_numbers(store):
    return [edit.row for edit in pending(store, store.get("small", "dataset"))]


def test_a_chosen_row_is_read_in_full_and_nothing_is_edited(shown, store):
    app = shown()
    assert not app.exception
    assert "The first 8 of 99" in said(app)
    assert not [b for b in app.button if b.label == "Exclude"]
    choose(app, [0])
    assert not app.exception
    assert "Row " in said(app)
    assert button(app, "Exclude")
    assert row_numbers(store) == []


def test_each_action_is_noted_shown_and_undone(shown, store, dataset):
    app = choose(shown(), [0, 1])
    app.text_input[0].set_value("an advertisement").run()
    button(app, "Exclude").click().run()
    assert not app.exception
    edits = pending(store, dataset)
    assert [(e.action, e.note) for e in edits] == [("exclude", "an advertisement")] * 2
    assert "2 edits pending for small: 2 to exclude" in said(app).replace("*", "")
    assert list(table(app)["Edit"][:2]) == ["excluded", "excluded"]
    choose(app, [1], turn=1)
    app.selectbox[0].set_value("business").run()
    button(app, "Relabel").click().run()
    assert not app.exception
    kinds = sorted(e.action for e in pending(store, dataset))
    assert kinds[0] == "exclude"
    choose(app, [0], turn=2)
    button(app, "Set the weight").click().run()
    assert sorted(e.action for e in pending(store, dataset))[-1] == "weight"
    assert any("weight 2" in str(one) for one in table(app)["Edit"])
    choose(app, [0, 1], turn=3)
    button(app, "Undo").click().run()
    assert pending(store, dataset) == []
    assert "pending" not in said(app)


def test_the_prediction_is_one_click_away(shown, store, dataset):
    app = choose(shown(), [0, 1, 2])
    first, second = table(app)["Said"][:2]
    button(app, "Relabel as suggested").click().run()
    assert not app.exception
    assert [e.value for e in pending(store, dataset)] == [first, second]
    choose(app, [0], turn=1)
    assert button(app, f"Relabel to {first}")


def test_edits_outlive_the_visit(shown, store, dataset):
    record(store, dataset, [3], action="exclude")
    assert "1 edit pending" in said(shown()).replace("*", "")


def test_applying_trains_again_in_one_step(visit, store, dataset, model, submitted):
    record(store, dataset, [3, 4], action="exclude")
    record(store, dataset, [6], action="relabel", value="business" if _label(dataset, 6) == "sports"
           else "sports")  # fmt: skip
    app = visit("train", model=model.key)
    assert not app.exception
    assert "3 edits pending" in said(app).replace("*", "")
    button(app, "Review and apply").click().run()
    assert not app.exception
    assert "python -m engine data edit" in said(app)
    button(app, "Apply and train again").click().run()
    assert not app.exception
    new = store.get("small-edited", "dataset")
    assert new.facts["rows"] == dataset.facts["rows"] - 2
    assert new.facts["edits"]["total"] == 3
    assert pending(store, dataset) == []
    spec, name = next(one for one in submitted if type(one[0]).__name__ == "TrainSpec")
    assert spec.dataset == new.key
    assert (spec.route, spec.encoder) == ("quick", model.manifest.spec["encoder"])
    assert name == "small-edited-quick"
    assert "job" in app.query_params


def test_a_test_label_and_a_new_label_are_said_before_they_are_applied(
    visit, store, dataset, model, submitted
):
    test = next(row for row in _rows(dataset) if row["split"] == "test")
    record(store, dataset, [test["row"]], action="relabel", value="weather")
    app = visit("train", model=model.key)
    button(app, "Review and apply").click().run()
    assert "change the label of 1 test text" in said(app)
    assert "New label: weather" in said(app)
    button(app, "Apply").click().run()
    assert not app.exception
    assert store.get("small-edited", "dataset").facts["labels"]["weather"] == 1
    assert not any(type(one[0]).__name__ == "TrainSpec" for one in submitted)


def test_all_edits_can_be_undone_at_once(visit, store, dataset, model, submitted):
    record(store, dataset, [3, 4], action="exclude")
    app = visit("train", model=model.key)
    button(app, "Review and apply").click().run()
    button(app, "Undo all").click().run()
    assert not app.exception
    assert pending(store, dataset) == []


@pytest.fixture
def edited(store, dataset, tmp_path):
    path = tmp_path / "edits.csv"
    path.write_text("row,action,value\n3,exclude,\n")
    spec = EditSpec(dataset=dataset.key, edits=str(path))
    return run(spec, store=store, name="small-edited")


def test_the_older_report_leads_to_the_newer_version(visit, model, edited, submitted):
    app = visit("train", model=model.key)
    assert not app.exception
    assert "small-edited is a newer version" in said(app).replace("*", "")
    button(app, "Train again on it").click().run()
    assert app.query_params["dataset"] == edited.key
    assert app.query_params["like"] == model.key
    assert "start" not in app.query_params  # a quick head has nothing to go on from
    assert not app.exception
    assert app.radio[0].value == "quick"


def test_the_newer_report_asks_whether_it_helped(visit, store, model, edited, submitted):
    spec = train_again(model, edited)
    assert spec.model_dump(exclude={"dataset"}) == type(spec).parse(
        {**model.manifest.spec}
    ).model_dump(exclude={"dataset"})
    new = run(spec, store=store, name="small-again")
    app = visit("train", model=new.key)
    assert not app.exception
    assert "Learnt from small with 1 text excluded" in said(app)
    button(app, "Did it help? Compare with small\\-quick").click().run()
    assert app.query_params["model"] == new.key
    assert app.query_params["compare"] == model.key


def test_a_classifier_that_learnt_goes_on_from_where_it_is(model, edited):
    from engine.store import Artifact

    told = {**model.manifest.spec, "route": "finetune", "epochs": 3}
    manifest = model.manifest.model_copy(update={"spec": told})
    spec = train_again(Artifact(model.path, manifest), edited)
    assert (spec.start, spec.epochs, spec.dataset) == (model.key, 3, edited.key)
    assert form_like(Artifact(model.path, manifest)) == {"like": model.key, "start": model.key}


def test_a_learnt_classifier_is_trained_on_from_its_checkpoint(
    store, dataset, edited, tiny_encoder
):
    spec = TrainSpec(dataset=dataset.key, encoder=str(tiny_encoder), route="finetune", epochs=1)
    first = run(spec, store=store)
    again = run(train_again(first, edited), store=store)
    assert again.manifest.inputs["start"] == f"model/{first.key}"
    assert again.manifest.inputs["dataset"] == f"dataset/{edited.key}"
    assert again.facts["train_rows"] <= first.facts["train_rows"]


def test_the_data_page_tells_what_a_version_changed(visit, dataset, edited, submitted):
    app = visit("data", dataset=edited.key)
    assert not app.exception
    assert [e.label for e in app.expander if "A version of small with" in e.label] == [
        "A version of small with 1 text excluded"
    ]
    shown = next(d.value for d in app.dataframe if "Why" in d.value.columns)
    assert list(shown["Edit"]) == ["excluded"]
    button(app, "Open the version before").click().run()
    assert app.query_params["dataset"] == dataset.key


def test_likely_label_errors_are_looked_for_and_listed(visit, store, dataset, model, submitted):
    from engine.classify.doubts.spec import DoubtsSpec

    app = visit("train", model=model.key, part="Likely label errors")
    assert not app.exception
    assert "not a verdict" in said(app)
    button(app, "Look for wrong labels").click().run()
    spec = next(one for one, _ in submitted if isinstance(one, DoubtsSpec))
    assert spec.encoder == model.manifest.spec["encoder"]
    found = run(spec, store=store)
    del app.query_params["doubts-job"]
    app.run()
    assert not app.exception
    if found.facts["doubted"]:
        assert next(m.value for m in app.metric if m.label == "Doubted labels") == str(
            found.facts["doubted"]
        )
        assert len(table(app)) == found.facts["doubted"]
    else:
        assert "No label is doubted" in said(app)


def test_without_its_dataset_nothing_is_offered(visit, store, dataset, model, submitted):
    import shutil

    shutil.rmtree(dataset.path)
    app = visit("train", model=model.key, part="Likely label errors")
    assert not app.exception
    assert "not kept any more" in said(app)


def _rows(dataset):
    import pyarrow.parquet as pq

    return pq.read_table(dataset.path / "rows.parquet").to_pylist()


def _label(dataset, row):
    return next(one["label"] for one in _rows(dataset) if one["row"] == row)
