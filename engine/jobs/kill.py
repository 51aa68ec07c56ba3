"""Ends a process and all that it started."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable

import psutil

_GRACE_S = 2.0


def kill_tree(pid: int) -> None:
    """End the process `pid` and its descendants: asked first, after two seconds made to."""
    with contextlib.suppress(psutil.NoSuchProcess):
        root = psutil.Process(pid)
        # The root first: it must not live to see its workers die, and call that its own failure.
        family = [root, *root.children(recursive=True)]
        for end in (psutil.Process.terminate, psutil.Process.kill):
            _each(family, end)
            family = _left(family)


def _each(family: list[psutil.Process], end: Callable[[psutil.Process], None]) -> None:
    for process in family:
        with contextlib.suppress(psutil.NoSuchProcess):
            end(process)


def _left(family: list[psutil.Process]) -> list[psutil.Process]:
    """Those still running after the grace. A zombie is gone, though its parent never waits."""
    deadline = time.monotonic() + _GRACE_S
    while (family := [p for p in family if _runs(p)]) and time.monotonic() < deadline:
        time.sleep(0.02)
    return family


def _runs(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
