"""Which process this is, and whether a process named before still lives."""

from __future__ import annotations

import sys

import psutil

_GONE = (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD)


def identity(pid: int | None = None) -> tuple[int, float]:
    """The pid (this process's by default) and its start: together they name it for good.

    Raises:
        psutil.NoSuchProcess: there is no such process.
    """
    process = psutil.Process(pid)
    return process.pid, _started(process)


def alive(pid: int, started: float) -> bool:
    """Whether the very process that `pid` and `started` name still runs; a zombie does not."""
    try:
        process = psutil.Process(pid)
        return abs(_started(process) - started) < 0.02 and process.status() not in _GONE
    except psutil.Error:
        return False


def _started(process: psutil.Process) -> float:
    # Linux counts from the boot, and psutil adds a boot time that moves when the clock is set.
    since = psutil.boot_time() if sys.platform == "linux" else 0.0
    return round(process.create_time() - since, 2)
