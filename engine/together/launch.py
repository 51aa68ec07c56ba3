"""A number of processes in, the group of them out: by torchrun, started here, or one alone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from types import FrameType

import torch

from engine.together.group import ALONE, Group, LostError, here, joined, lost

_ROOT = Path(__file__).resolve().parents[2]
_START = timedelta(minutes=5)
_END_S = 10.0


def how_many(processes: int) -> int:
    """Processes to train with: as asked for, or with 0 one for each GPU, at least one."""
    gpus = torch.cuda.device_count() if torch.cuda.is_available() else 0
    return processes or max(1, gpus)


@contextmanager
def gathered(processes: int) -> Iterator[Group]:
    """The group torchrun made, or this process with `processes` - 1 others started for it.

    The others run :mod:`engine.together.follow` on this machine and end with the context.
    """
    if (group := here()).world > 1:
        yield group
        return
    world = how_many(processes)
    if world == 1:
        yield ALONE
        return
    from torch._C._distributed_c10d import TCPStore

    store = TCPStore("127.0.0.1", 0, world, True, timeout=_START, wait_for_workers=False)
    threads = torch.get_num_threads()
    each = max(1, threads // world)
    children = [_start(rank, world, store.port, each) for rank in range(1, world)]
    torch.set_num_threads(each)
    try:
        with joined(
            (store, world), lambda: all(child.poll() is None for child in children)
        ) as group:
            yield group
            group.told("")
        for child in children:
            with suppress(subprocess.TimeoutExpired):
                child.wait(_END_S)
    finally:
        torch.set_num_threads(threads)
        for child in children:
            child.kill()
            child.wait()


def _start(rank: int, world: int, port: int, threads: int) -> subprocess.Popen[bytes]:
    environment = {
        **os.environ,
        "RANK": str(rank),
        "LOCAL_RANK": str(rank),
        "WORLD_SIZE": str(world),
        "MASTER_ADDR": "127.0.0.1",
        "MASTER_PORT": str(port),
        "OMP_NUM_THREADS": str(threads),
        "PYTHONPATH": os.pathsep.join(filter(None, [str(_ROOT), os.environ.get("PYTHONPATH")])),
    }
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "engine.together.follow"],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )


@contextmanager
def heard() -> Iterator[None]:
    """While torchrun ends this process because another died, let it keep its work and say so."""

    def ended(_number: int, _frame: FrameType | None) -> None:
        if not lost():  # what is being kept because of that must not be cut short
            raise LostError("torchrun is ending the group")

    before = signal.signal(signal.SIGTERM, ended)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
