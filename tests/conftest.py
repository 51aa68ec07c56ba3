"""What every test gets: a cache of its own, so that none ever touches the person's."""

from __future__ import annotations

import pytest

from engine import stages
from engine.settings import settings
from engine.store import Store, default_store
from tests import toy


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory):
    patch = pytest.MonkeyPatch()
    patch.setenv("LIMN_CACHE", str(tmp_path_factory.mktemp("cache")))
    for cached in (settings, default_store):
        cached.cache_clear()
    yield
    patch.undo()


@pytest.fixture
def toy_store(tmp_path, monkeypatch):
    """An empty store where the toy stages can run, here and in the jobs started from here."""
    monkeypatch.setattr(stages, "STAGES", (*stages.STAGES, *toy.STAGES))
    monkeypatch.setenv("PYTHONPATH", str(toy.INJECTED))
    return Store(tmp_path / "cache")
