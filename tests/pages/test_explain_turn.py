"""A subject that several sessions share: each has its turn, and gives it back however it ends."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace

import pytest

from pages._ui.explain import loaded


class Ended(BaseException):
    """As Streamlit ends a run: at any drawing, by no Exception."""


@pytest.fixture
def shared(monkeypatch):
    """A subject held by another session, which lets it go as soon as somebody is told to wait."""
    subject = SimpleNamespace(lock=threading.RLock())
    taken, told = threading.Event(), threading.Event()

    def other() -> None:
        with subject.lock:
            taken.set()
            told.wait(10)

    @contextmanager
    def spinner(_: str) -> Iterator[None]:
        told.set()
        yield
        if subject.ends:
            raise Ended

    monkeypatch.setattr(loaded, "_PATIENCE_S", 0.01)
    monkeypatch.setattr(loaded.st, "spinner", spinner)
    subject.ends, subject.told = False, told
    thread = threading.Thread(target=other)
    thread.start()
    assert taken.wait(10)
    yield subject
    told.set()
    thread.join()


def free(subject) -> bool:
    """Whether another thread can have it."""
    found = []

    def take() -> None:
        if subject.lock.acquire(timeout=0.2):
            found.append(True)
            subject.lock.release()

    thread = threading.Thread(target=take)
    thread.start()
    thread.join()
    return bool(found)


def test_a_wait_is_told_and_ends(shared):
    with loaded.turn(shared):
        assert shared.told.is_set()
        assert not free(shared)
    assert free(shared)


def test_a_run_that_ends_while_it_waits_gives_its_turn_back(shared):
    shared.ends = True
    with pytest.raises(Ended), loaded.turn(shared):
        pass
    assert free(shared)


def test_a_run_that_ends_in_its_turn_gives_it_back():
    subject = SimpleNamespace(lock=threading.RLock())
    with pytest.raises(Ended), loaded.turn(subject):
        raise Ended
    assert free(subject)
