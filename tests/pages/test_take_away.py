"""Take a classifier away, and bring one in: what is offered, what is started, what is refused."""

from __future__ import annotations

import io
import zipfile

import pytest
from streamlit.testing.v1 import AppTest

from engine.classify.export.spec import ExportSpec, ImportModelSpec
from engine.errors import InputError, NotFoundError
from engine.jobs.record import State
from engine.work import run
from pages._ui.bring_model import allowed
from tests.pages.seen import button, said

_AWAY = """
from pages._ui.boundary import boundary
from pages._ui.loaders import store
from pages._ui.take_away import take_away

with boundary():
    take_away(next(a for a in store().artifacts("model")))
"""
_BRING = """
from pages._ui.boundary import boundary
from pages._ui.bring_model import bring_model

with boundary():
    bring_model()
"""


def _open(script, **ids):
    app = AppTest.from_string(script, default_timeout=60)
    for name, value in ids.items():
        app.query_params[name] = value
    return app.run()


def test_making_it_starts_the_job_and_shows_the_command(model, submitted):
    app = _open(_AWAY)
    assert not app.exception
    assert f"export {model.name} --to {model.name} --zip" in said(app)
    app = button(app, "Make the folder").click().run()
    assert submitted[0][0] == ExportSpec(model=model.key)
    assert "exportjob" in app.query_params


def test_what_was_made_is_shown_with_its_parity_and_packed_whole(store, model, make_job):
    from pages._ui.take_away import _zip

    export = run(ExportSpec(model=model.key), store=store)
    job = make_job(State.DONE, verb="model export", result={"export": export.key})
    app = _open(_AWAY, exportjob=job.id)
    assert not app.exception
    assert not app.error
    assert "says the same as the classifier" in said(app)
    assert "python predict.py" in said(app)
    assert "only the first one" in said(app)
    assert app.get("download_button")[0].label.startswith("Download the folder (.zip")
    packed = zipfile.ZipFile(io.BytesIO(_zip(str(export.path / "model"), "mine")))
    names = set(packed.namelist())
    assert {
        "mine/README.md",
        "mine/predict.py",
        "mine/onnx/model.onnx",
        "mine/modules.json",
    } <= names
    assert packed.testzip() is None


def test_a_graph_that_differs_is_a_warning(store, model, monkeypatch):
    monkeypatch.setattr("engine.classify.export.parity.MOST_DIFFERENCE", -1.0)
    run(ExportSpec(model=model.key), store=store)
    app = _open(_AWAY)
    assert not app.success
    assert "not equal to the classifier" in app.warning[0].value.replace("\\", "")


def test_a_model_brought_in_opens_on_predict(visit, store, model, tmp_path):
    export = run(ExportSpec(model=model.key, onnx=False), store=store)
    back = run(ImportModelSpec(folder=str(export.path / "model")), store=store, name="brought")
    app = visit("predict", model=back.key)
    assert not app.exception
    assert not app.error
    assert "business" in said(app)


def test_an_unscored_model_has_a_report(visit, store, model):
    export = run(ExportSpec(model=model.key, onnx=False), store=store)
    back = run(ImportModelSpec(folder=str(export.path / "model")), store=store, name="brought")
    app = visit("train", model=back.key)
    assert not app.exception
    assert not app.error
    assert "Not scored here yet" in said(app)
    assert "Imported classifier · brought in from model" in said(app)
    assert button(app, "Score it")
    assert button(app, "Make the folder")


def test_an_uploaded_zip_starts_the_import(submitted):
    app = _open(_BRING)
    assert not app.exception
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("m/config.json", "{}")
    app = (
        app.get("file_uploader")[0]
        .upload("my model.zip", packed.getvalue(), "application/zip")
        .run()
    )
    spec, name = submitted[0]
    assert isinstance(spec, ImportModelSpec)
    assert spec.folder.endswith("my model.zip")
    assert name == "my-model"
    assert "bringjob" in app.query_params


def test_only_folders_that_may_be_opened(tmp_path):
    (tmp_path / "models" / "mine").mkdir(parents=True)
    (tmp_path / "secret").mkdir()
    (tmp_path / "models" / "a.zip").write_bytes(b"PK")
    (tmp_path / "models" / "a.txt").write_text("x")
    (tmp_path / "models" / "link").symlink_to(tmp_path / "secret")
    roots = [tmp_path / "models"]
    assert allowed("mine", roots) == (tmp_path / "models" / "mine").resolve()
    assert allowed(str(tmp_path / "models" / "a.zip"), roots).name == "a.zip"
    with pytest.raises(InputError, match="name the model's folder"):
        allowed("a.txt", roots)
    for outside in ("../secret", str(tmp_path / "secret"), "link"):
        with pytest.raises(InputError, match="only open files below"):
            allowed(outside, roots)
    with pytest.raises(NotFoundError):
        allowed("nothing", roots)


def test_the_train_page_offers_to_bring_one(visit, dataset):
    app = visit("train")
    assert not app.exception
    assert "Bring a classifier from elsewhere" in [e.label for e in app.expander]
    assert any("packed as .zip" in u.label for u in app.get("file_uploader"))
