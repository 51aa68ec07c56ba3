"""Several processes that work as one: sums over all of them, and what the first one says.

With one process everything here does nothing, so the loop reads the same.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NoReturn

import torch
from torch import Tensor

# Waiting for the first process's data, looks and checkpoints may take long; a process that died
# is noticed by its closed connection, not by the clock.
_PATIENCE = timedelta(days=7)
_BUCKET = 1 << 25
_LEFT: list[Any] = []
"""Groups that were left. Seen rarely with gloo, on a loaded machine: a process aborts ("terminate
called without an active exception") as it leaves. We think that one of its threads still has the
last sum in hand when the group is freed, so the group is not freed."""


_GONE = threading.Event()


class LostError(Exception):
    """Another process of the group is gone."""

    def __init__(self, reason: str = "") -> None:
        super().__init__(reason)
        _GONE.set()


def lost() -> bool:
    """Whether that was found out already."""
    return _GONE.is_set()


@dataclass(frozen=True)
class Group:
    """This process's place among those that train together: `rank` of `world`."""

    rank: int = 0
    world: int = 1
    alive: Callable[[], bool] = lambda: True

    @property
    def leads(self) -> bool:
        """Whether this process keeps the results."""
        return self.rank == 0

    def told(self, value: Any = None) -> Any:
        """What the first process says, JSON-able; the others' `value` does not matter."""
        if self.world == 1:
            return value
        import torch.distributed as dist

        said = json.dumps(value).encode() if self.leads else b""
        with _losing():
            size = torch.tensor([len(said)])
            dist.broadcast(size, src=0)
            content = torch.empty(int(size), dtype=torch.uint8)
            if self.leads:
                content = torch.frombuffer(bytearray(said), dtype=torch.uint8)
            dist.broadcast(content, src=0)
        return json.loads(content.numpy().tobytes())

    def add(self, *tensors: Tensor) -> None:
        """Each of `tensors` becomes, in place, its sum over all processes."""
        if self.world == 1:
            return
        import torch.distributed as dist

        with _losing():
            works: list[Any] = [dist.all_reduce(tensor, async_op=True) for tensor in tensors]
            # Looked at rather than waited for: on CUDA a dead process would be waited for in vain.
            while tensors[0].is_cuda and not all(work.is_completed() for work in works):
                if not self.alive():
                    raise LostError("one of them has ended")
                time.sleep(2e-5)
            for work in works:
                work.wait()

    def add_gradients(
        self, parameters: list[torch.nn.Parameter], loss: Tensor, *, all_work: bool
    ) -> None:
        """Each parameter's gradient, and the `loss`, become their sums over all processes.

        A process without texts in a step has no gradients and adds nothing; what nobody has a
        gradient for keeps none, so that the optimizer leaves it alone as it would with one process.

        Args:
            parameters: The same in every process.
            loss: A number on their device.
            all_work: Every process has texts in this step, and so a gradient for the same ones.
        """
        if self.world == 1:
            return
        wanted = [p for p in parameters if p.grad is not None]
        if not all_work:
            have = torch.tensor([float(p.grad is not None) for p in parameters])
            self.add(have)
            wanted = [p for p, n in zip(parameters, have.tolist(), strict=True) if n]
        flats = []
        for bucket in (buckets := list(_buckets(wanted))):
            grads = [torch.zeros_like(p) if p.grad is None else p.grad for p in bucket]
            flats.append(torch.cat([grad.reshape(-1) for grad in grads]))
        self.add(loss, *flats)
        for bucket, flat in zip(buckets, flats, strict=True):
            parts = torch.split(flat, [p.numel() for p in bucket])
            for parameter, part in zip(bucket, parts, strict=True):
                parameter.grad = part.view_as(parameter)


ALONE = Group()


def _buckets(parameters: list[torch.nn.Parameter]) -> Iterator[list[torch.nn.Parameter]]:
    bucket: list[torch.nn.Parameter] = []
    size = 0
    for parameter in parameters:
        if bucket and size + parameter.numel() > _BUCKET:
            yield bucket
            bucket, size = [], 0
        bucket.append(parameter)
        size += parameter.numel()
    if bucket:
        yield bucket


def launched() -> bool:
    """Whether torchrun, or Limn itself, started this process as one of several."""
    return int(os.environ.get("WORLD_SIZE") or 1) > 1


def follows() -> bool:
    """Whether this process is one of several and not the first."""
    return launched() and int(os.environ.get("RANK") or 0) > 0


@contextmanager
def joined(
    store: tuple[Any, int] | None = None, alive: Callable[[], bool] = lambda: True
) -> Iterator[Group]:
    """This process's group, left at the end: as torchrun's environment says, or as the first of it.

    Args:
        store: Where the first process meets the others, and how many they are, if torchrun is not
            used.
        alive: Whether the others still run, as far as the first process knows.

    Raises:
        LostError: the others did not come.
    """
    import torch.distributed as dist
    from torch._C._distributed_c10d import PrefixStore

    cuda = torch.cuda.is_available()
    if cuda:
        torch.cuda.set_device(int(os.environ.get("LOCAL_RANK") or 0))
    where: dict[str, Any] = {}
    if store:
        # The others find it by their environment, where torch prefixes the keys with this.
        where = {"store": PrefixStore("default_pg", store[0]), "rank": 0}
        where["world_size"] = store[1]
    with _losing():
        backend = "cpu:gloo,cuda:nccl" if cuda else "gloo"
        dist.init_process_group(backend, timeout=_PATIENCE, **where)
    try:
        yield Group(dist.get_rank(), dist.get_world_size(), alive)
    except BaseException:
        if cuda:
            # Leaving in order would wait for sums that a dead process will never add to.
            everyone: Any = dist.distributed_c10d._get_default_group()
            everyone._get_backend(torch.device("cuda")).abort()
        raise
    finally:
        _LEFT.append(dist.distributed_c10d._get_default_group())
        dist.destroy_process_group()


def left() -> bool:
    """Whether this process has been in a group and left it."""
    return bool(_LEFT)


def end(code: int = 0) -> NoReturn:
    """End this process now, with what it wrote flushed; for one whose group has been left.

    An orderly exit would free the group, see ``_LEFT``; torchrun takes an abort for a failure.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def here() -> Group:
    """The group this process has joined, or itself alone."""
    import torch.distributed as dist

    if dist.is_available() and dist.is_initialized():
        return Group(dist.get_rank(), dist.get_world_size())
    return ALONE


@contextmanager
def _losing() -> Iterator[None]:
    """What torch.distributed raises when a connection breaks, as a LostError."""
    try:
        yield
    except RuntimeError as error:
        raise LostError(str(error).splitlines()[0]) from error
