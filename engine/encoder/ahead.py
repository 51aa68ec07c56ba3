"""Items in, what is made of them out, made in threads while those before are used."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Made = TypeVar("Made")


def ahead(
    make: Callable[[Item], Made], items: Iterable[Item], *, deep: int = 4
) -> Generator[Made, None, None]:
    """``make(item)`` for each item in order, at most `deep` of them made or waiting to be read.

    As many threads may be in `make` at once. Errors rise where the item would have been read; who
    stops reading and closes the iterator stops the making.
    """
    threads = ThreadPoolExecutor(deep)
    coming: deque[Future[Made]] = deque()
    try:
        for item in items:
            coming.append(threads.submit(make, item))
            if len(coming) >= deep:
                yield coming.popleft().result()
        while coming:
            yield coming.popleft().result()
    finally:
        threads.shutdown(cancel_futures=True)
