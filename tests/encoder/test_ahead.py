from __future__ import annotations

import threading
import time

import pytest

from engine.encoder.ahead import ahead


def test_order_is_kept_whatever_takes_long():
    def slow_first(n):
        time.sleep(0.02 if n % 4 == 0 else 0)
        return n

    assert list(ahead(slow_first, range(20))) == list(range(20))
    assert list(ahead(slow_first, [])) == []


def test_no_more_is_read_than_is_deep():
    read: list[int] = []

    def items():
        for n in range(100):
            read.append(n)
            yield n

    made = ahead(lambda n: n, items(), deep=3)
    assert next(made) == 0
    assert read == [0, 1, 2]
    assert next(made) == 1
    assert read == [0, 1, 2, 3]
    made.close()
    assert read == [0, 1, 2, 3]


def test_an_error_rises_where_the_item_would_be_read_and_ends_the_threads():
    def fails_at_five(n):
        if n == 5:
            raise ValueError("five")
        return n

    before, seen = threading.active_count(), []
    with pytest.raises(ValueError, match="five"):
        seen.extend(n for n in _noted(ahead(fails_at_five, range(50)), seen))
    assert seen == [0, 1, 2, 3, 4]
    assert threading.active_count() == before


def _noted(made, seen):
    for n in made:
        seen.append(n)
        yield from ()
