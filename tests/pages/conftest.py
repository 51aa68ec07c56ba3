"""An app on a cache of its own, and small artifacts made without a job."""

from __future__ import annotations

import json
import time

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from engine.jobs.record import Request, State, Status
from engine.settings import ROOT, settings
from engine.store import default_store

TEXTS = {
    "sports": "The striker scored twice before half time and the crowd sang for match {n}",
    "business": "Shares of the bank fell after quarter {n} brought fewer loans than hoped",
}


@pytest.fixture(autouse=True)
def store(tmp_path, monkeypatch):
    """A store in a temporary folder; Streamlit's caches outlive a test otherwise."""
    monkeypatch.setenv("LIMN_CACHE", str(tmp_path / "cache"))
    _forget()
    yield default_store()
    _forget()


def _forget():
    settings.cache_clear()
    default_store.cache_clear()
    st.cache_data.clear()
    st.cache_resource.clear()


@pytest.fixture
def visit():
    """``visit("data", dataset=key)``: the page as it stands after its first run."""

    def go(page: str = "home", **ids: str) -> AppTest:
        app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60)
        app.run()
        if page != "home":
            app.switch_page(f"pages/{page}.py")
        for name, value in ids.items():
            app.query_params[name] = value
        return app.run()

    return go


@pytest.fixture
def csv(tmp_path):
    """A file of two categories, with a text full of marks and tags."""
    path = tmp_path / "small.csv"
    lines = ["headline,topic"]
    for n in range(20):
        for topic, text in TEXTS.items():
            lines.append(f'"{text.format(n=n)} <b>&amp; more</b>",{topic}')
    lines.append(lines[-1])
    lines.append('":red[not red] **not bold** $x^2$ <script>alert(1)</script> fine",sports')
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@pytest.fixture
def source(store, csv):
    """The file, read."""
    from engine.data.spec_source import SourceSpec
    from engine.work import run

    return run(SourceSpec(path=str(csv)), store=store, name="small-file")


@pytest.fixture
def dataset(store, source):
    """The dataset made of it."""
    from engine.data.spec_dataset import DatasetSpec
    from engine.work import run

    return run(DatasetSpec(source=source.key), store=store, name="small")


@pytest.fixture
def submitted(monkeypatch, make_job):
    """Specs given to jobs.submit, which starts no process here."""
    specs = []

    def submit(spec, *, store, name="", resumes=""):
        specs.append((spec, name))
        return make_job(State.QUEUED, spec=spec.model_dump(mode="json"), name=name)

    monkeypatch.setattr("engine.jobs.submit", submit)
    return specs


@pytest.fixture
def make_job(store):
    """Writes a job's folder as its process would have left it."""
    from engine.jobs.record import read

    def make(state, *, verb="data import", spec=None, name="", log="", **status):
        n = len(list(store.folder("jobs").iterdir()))
        path = store.folder("jobs") / f"20260101-00000{n}-000-abcd"
        path.mkdir()
        request = Request(
            verb=verb,
            spec=spec or {"path": "/data/small.csv"},
            command=f"python -m engine {verb} small.csv",
            name=name,
            heavy=False,
            created=time.time(),
        )
        last = Status(state=state, began=time.time() - 5, updated=time.time(), **status)
        if state not in (State.QUEUED, State.RUNNING):
            last = last.model_copy(update={"ended": time.time()})
        (path / "request.json").write_text(json.dumps(request.model_dump(mode="json")))
        (path / "status.json").write_text(json.dumps(last.model_dump(mode="json")))
        (path / "log.txt").write_text(log)
        return read(store, path.name)

    return make


@pytest.fixture(scope="session")
def tiny_encoder(tmp_path_factory):
    """The folder of a tiny random encoder."""
    from tests.tiny import make_tiny_encoder

    return make_tiny_encoder(tmp_path_factory.mktemp("tiny") / "encoder")


@pytest.fixture
def model(store, dataset, tiny_encoder):
    """A quick classifier of the dataset, and the baseline its report would start a job for."""
    from engine.classify.evaluation.spec import BaselineSpec
    from engine.classify.spec import TrainSpec
    from engine.work import run

    run(BaselineSpec(dataset=dataset.key, split="test"), store=store)
    spec = TrainSpec(dataset=dataset.key, encoder=str(tiny_encoder))
    return run(spec, store=store, name="small-quick")
