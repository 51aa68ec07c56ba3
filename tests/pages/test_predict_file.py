"""Whole files on the Predict page: bring one, choose its columns, start, read what came of it."""

from __future__ import annotations

import io

import openpyxl
import pytest
from streamlit.testing.v1 import AppTest

from engine.classify.files.spec import PredictFileSpec
from engine.jobs.record import State
from engine.work import run
from tests.pages.conftest import TEXTS
from tests.pages.seen import button, said

_PAGE = """
from pages._ui.boundary import boundary
from pages._ui.loaders import store
from pages._ui.predict_file_view import predict_files

with boundary():
    predict_files(store().artifacts("model")[0])
"""


@pytest.fixture
def visit_files(model):
    def go(**ids):
        app = AppTest.from_string(_PAGE, default_timeout=60)
        for name, value in ids.items():
            app.query_params[name] = value
        return app.run()

    return go


@pytest.fixture
def predictions(store, model, source):
    return run(PredictFileSpec(model=model.key, source=source.key), store=store, name="said")


@pytest.fixture
def odd_file(store, tmp_path):
    """A file whose columns are none of the classifier's."""
    from engine.data.spec_source import SourceSpec

    lines = [f'{n},"{TEXTS["sports"].format(n=n)}"' for n in range(10)]
    (tmp_path / "odd.csv").write_text("\n".join(["number,remark", *lines]))
    return run(SourceSpec(path=str(tmp_path / "odd.csv")), store=store, name="odd")


def _asked(app, name):
    value = app.query_params[name]
    return value[0] if isinstance(value, list) else value


def test_a_file_read_before_leads_to_its_columns(visit_files, source):
    app = visit_files()
    assert not app.exception
    app = button(app, "Choose it").click().run()
    assert _asked(app, "source") == source.key
    assert app.multiselect[0].value == ["headline"]
    assert "The column topic holds categories" in said(app)
    assert "on disk." in said(app)
    assert "As the classifier reads" in said(app)
    assert not app.exception


def test_an_upload_is_read_by_a_job(visit_files, submitted):
    app = visit_files()
    app = (
        app.get("file_uploader")[0]
        .upload("mine.csv", b"headline\na text of some words\n", "text/csv")
        .run()
    )
    assert not app.exception
    spec, name = submitted[0]
    assert spec.path.endswith("mine.csv")
    assert name == "mine-file"
    assert "filejob" in app.query_params


def test_start_asks_for_what_was_chosen(visit_files, model, odd_file, submitted):
    app = visit_files(source=odd_file.key)
    assert "'headline'" in said(app)
    assert "'remark' is read instead" in said(app)
    assert f"predict file {model.name} odd" in said(app)
    app = app.multiselect[0].set_value(["number", "remark"]).run()
    app = button(app, "Predict 10 rows").click().run()
    spec, _ = submitted[0]
    assert spec == PredictFileSpec(
        model=model.key, source=odd_file.key, columns=["number", "remark"]
    )


def test_a_finished_job_shows_the_result_and_a_refresh_too(visit_files, make_job, predictions):
    job = make_job(State.DONE, verb="predict file", result={"predictions": predictions.key})
    app = visit_files(filejob=job.id)
    assert _asked(app, "predictions") == predictions.key
    again = visit_files(predictions=predictions.key)
    for one in (app, again):
        assert not one.exception
        assert not one.error
        labels = [m.label for m in one.metric]
        assert labels[0] == "Rows"
        assert "Agrees with topic" in labels
        assert [d.label for d in one.get("download_button")] == [
            "Download CSV", "Download Excel", "Download Parquet",
        ]  # fmt: skip


def test_the_table_shows_only_what_was_picked(visit_files, predictions):
    app = visit_files(predictions=predictions.key)
    counts = {k: v for k, v in predictions.facts["counts"].items() if v}
    label = next(iter(counts))
    app = app.selectbox[0].set_value(label).run()
    assert not app.exception
    table = app.dataframe[-1].value
    assert set(table["prediction"]) == {label}
    assert len(table) == min(50, counts[label])
    app = app.toggle[0].set_value(True).run()
    sure = (
        list(app.dataframe[-1].value["confidence"]) if "take a filter away" not in said(app) else []
    )
    assert sure == sorted(sure)
    assert all(one < 0.6 for one in sure)


def test_downloads_hold_every_row(predictions):
    from pages._ui.take_rows import _file

    rows = str(predictions.path / "rows.parquet")
    n = predictions.facts["rows"]
    sheet = openpyxl.load_workbook(io.BytesIO(_file(rows, "xlsx"))).active
    assert sheet.max_row == n + 1
    assert _file(rows, "csv").decode("utf-8-sig").startswith('"headline"')
    assert _file(rows, "parquet")[:4] == b"PAR1"


def test_what_is_too_large_for_the_browser_gets_its_command(visit_files, predictions, monkeypatch):
    monkeypatch.setattr("pages._ui.take_rows._IN_MEMORY", {"parquet": 1e9, "csv": 1e9, "xlsx": 10})
    app = visit_files(predictions=predictions.key)
    assert [d.label for d in app.get("download_button")] == ["Download CSV", "Download Parquet"]
    assert "--output predicted.csv" in said(app)


def test_another_classifiers_result_is_not_shown(
    visit_files, store, predictions, dataset, tiny_encoder
):
    from engine.classify.spec import TrainSpec

    run(TrainSpec(dataset=dataset.key, encoder=str(tiny_encoder), seed=5), store=store)
    app = visit_files(predictions=predictions.key)  # the newer classifier is the chosen one
    assert "predictions" not in app.query_params
    assert not app.metric


def test_the_bare_address_of_a_result_opens_it_with_its_classifier(
    visit, store, predictions, model, dataset, tiny_encoder
):
    from engine.classify.spec import TrainSpec

    run(TrainSpec(dataset=dataset.key, encoder=str(tiny_encoder), seed=5), store=store)
    app = visit("predict", predictions=predictions.key)
    assert not app.exception
    assert "What was predicted" in said(app)
    assert _asked(app, "model") == model.key
