"""Public datasets arrive as files to import, or one sentence says why not."""

import errno
import sys
import time
from types import SimpleNamespace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from engine.data import fetch
from engine.data.spec_fetch import FetchSpec
from engine.errors import InputError
from engine.store import Store
from engine.work import run


@pytest.fixture
def online(monkeypatch):
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    monkeypatch.setattr(fetch, "_check_connection", lambda dataset: None)


@pytest.mark.parametrize("name", fetch.PUBLIC)
def test_offline_is_said_at_once_with_a_way_out(monkeypatch, tmp_path, name):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    began = time.monotonic()
    with pytest.raises(InputError, match="offline.*upload the file here"):
        fetch.fetch(name, tmp_path)
    assert time.monotonic() - began < 2


def test_no_answer_is_said_soon(monkeypatch, tmp_path):
    for name in ("HF_HUB_OFFLINE", "HTTPS_PROXY", "https_proxy"):
        monkeypatch.delenv(name, raising=False)

    def refuse(*_args, **_options):
        raise OSError("no route to host")

    monkeypatch.setattr(fetch.socket, "create_connection", refuse)
    with pytest.raises(InputError, match="does not answer"):
        fetch.fetch("ag_news", tmp_path)


def test_ag_news_comes_with_names_and_both_splits(monkeypatch, tmp_path, online):
    import huggingface_hub

    published = tmp_path / "published.parquet"
    pq.write_table(pa.table({"text": ["a", "b"], "label": [0, 3]}), published)
    monkeypatch.setattr(huggingface_hub, "hf_hub_download", lambda *a, **k: str(published))
    file = fetch.fetch("ag_news", tmp_path / "got")
    table = pq.read_table(file).to_pydict()
    assert table["label"] == ["World", "Sci/Tech"] * 2
    assert table["split"] == ["train", "train", "test", "test"]
    assert [p.name for p in file.parent.iterdir()] == ["ag_news.parquet"]


def test_the_stage_makes_a_source_like_any_other(monkeypatch, tmp_path, online):
    import huggingface_hub

    published = tmp_path / "published.parquet"
    pq.write_table(pa.table({"text": ["a", "b"], "label": [0, 3]}), published)
    monkeypatch.setattr(huggingface_hub, "hf_hub_download", lambda *a, **k: str(published))
    source = run(FetchSpec(public="ag_news"), store=Store(tmp_path / "cache"))
    assert source.kind == "source"
    assert source.facts["rows"] == 4
    assert "research" in source.facts["licence"]


def test_a_full_disk_is_not_the_publishers_fault(monkeypatch, tmp_path, online):
    def full(handle, path):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setitem(sys.modules, "kagglehub", SimpleNamespace(dataset_download=full))
    with pytest.raises(InputError, match="disk is full"):
        fetch.fetch("arxiv", tmp_path)


@pytest.mark.parametrize("as_folder", [True, False])
def test_kaggle_files_are_copied(monkeypatch, tmp_path, online, as_folder):
    (tmp_path / "Reviews.csv").write_text("Id\n1\n")
    got = tmp_path if as_folder else tmp_path / "Reviews.csv"
    client = SimpleNamespace(dataset_download=lambda handle, path: str(got))
    monkeypatch.setitem(sys.modules, "kagglehub", client)
    assert fetch.fetch("amazon_fine_food", tmp_path / "got").read_text() == "Id\n1\n"


def test_a_missing_client_names_the_package(monkeypatch, tmp_path, online):
    monkeypatch.setitem(sys.modules, "kagglehub", None)
    with pytest.raises(InputError, match="pip install kagglehub"):
        fetch.fetch("arxiv", tmp_path)


def test_the_publishers_refusal_is_one_sentence(monkeypatch, tmp_path, online):
    def refuse(handle, path):
        raise RuntimeError("403")

    monkeypatch.setitem(sys.modules, "kagglehub", SimpleNamespace(dataset_download=refuse))
    with pytest.raises(InputError, match="could not be downloaded from www.kaggle.com"):
        fetch.fetch("arxiv", tmp_path)


def test_an_unknown_name_lists_the_known_ones(tmp_path):
    with pytest.raises(InputError, match="ag_news, amazon_fine_food, arxiv"):
        fetch.fetch("imdb", tmp_path)
