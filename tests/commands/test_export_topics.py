"""Topics leave by one command, and the ending of the name says as what."""

from __future__ import annotations

import pytest

from engine.commands import dispatch
from engine.errors import InputError
from engine.settings import settings
from engine.store import default_store
from tests.topics.made import make_topics


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("topics")


@pytest.fixture
def topics(cache, monkeypatch):
    monkeypatch.setenv("LIMN_CACHE", str(cache))
    settings.cache_clear()
    store = default_store()
    yield store.named("subjects") or make_topics(store, cache)
    settings.cache_clear()


def test_a_page_a_figure_and_a_folder(topics, tmp_path):
    for name in ("map.html", "map.svg", "folder"):
        told = dispatch(["export", topics.key, "--to", str(tmp_path / name)])
        assert told["output"] == str(tmp_path / name)
        assert (tmp_path / name).exists()
    assert "data-titles" in (tmp_path / "map.html").read_text(encoding="utf-8")
    assert "<svg" in (tmp_path / "map.svg").read_text(encoding="utf-8")
    assert (tmp_path / "folder" / "topic_embeddings.safetensors").is_file()
    assert {one.name for one in tmp_path.iterdir()} == {"map.html", "map.svg", "folder"}


def test_another_ending_is_named_and_nothing_written(topics, tmp_path):
    with pytest.raises(InputError, match=r"\.gif"):
        dispatch(["export", topics.key, "--to", str(tmp_path / "map.gif")])
    with pytest.raises(InputError, match="there already"):
        dispatch(["export", topics.key, "--to", str(tmp_path)])
    assert list(tmp_path.iterdir()) == []
