from __future__ import annotations

import threading
from contextlib import closing

import pytest
import torch

from engine.encoder.workers import spread


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_results_come_in_order_and_threads_are_as_before(workers):
    before = torch.get_num_threads()
    assert list(spread(lambda x: x * x, range(20), workers)) == [x * x for x in range(20)]
    seen = []
    thread = threading.Thread(target=lambda: seen.append(torch.get_num_threads()))
    thread.start()
    thread.join()
    assert torch.get_num_threads() == before
    assert seen == [before]


def test_closing_stops_what_has_not_begun():
    begun = []
    with closing(
        spread(lambda x: begun.append(x) or threading.Event().wait(0.02), range(50), 2)
    ) as w:
        next(w)
    assert len(begun) < 10


def test_an_error_rises_in_the_reader():
    with pytest.raises(ZeroDivisionError):
        list(spread(lambda x: 1 // x, [1, 0, 1], 2))
