"""Items in, what is made of them out, made side by side by workers of one thread each.

A product shared by two threads waits for the slower of them; two products of one thread each do
not, which matters most where the machine is busy with something else.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import torch

Item = TypeVar("Item")
Made = TypeVar("Made")


def spread(
    make: Callable[[Item], Made], items: Sequence[Item], workers: int
) -> Generator[Made, None, None]:
    """``make(item)`` for each item, in order, by at most `workers`; close it to stop early."""
    threads = torch.get_num_threads()
    workers = min(workers, len(items))
    if workers < 2:
        yield from map(make, items)
        return
    pool = ThreadPoolExecutor(workers, initializer=torch.set_num_threads, initargs=(1,))
    try:
        yield from pool.map(make, items)
    finally:
        pool.shutdown(cancel_futures=True)
        # The workers' setting is also what threads started later would begin with.
        torch.set_num_threads(threads)
