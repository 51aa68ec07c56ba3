"""A number type in, whether products in it are quick on this machine's processor out."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import torch
from torch import Tensor

from engine.errors import InputError

_ROWS, _WIDTH, _TRIES = 128, 384, 8
_MUCH = 1.5
"""With instructions for it a type takes about half of float32's time, without them several to a
thousand times that time."""


def check(precision: str, device: torch.device, *, training: bool) -> None:
    """Refuse a number type that would be slow, or impossible, where it is asked for.

    Raises:
        InputError: with what to choose instead.
    """
    if precision == "int8":
        if training:
            raise InputError("int8 cannot be trained: choose auto for fine-tuning.")
        if device.type != "cpu":
            raise InputError("int8 is for CPUs: on this device use float16, or auto.")
    if device.type != "cpu" or precision not in ("float16", "bfloat16", "int8"):
        return
    # What comes around the products is slow in float16 on every CPU tried.
    if precision == "float16" or not quick(precision):
        others = "auto" if precision == "int8" else "auto, or int8 where an approximation will do"
        raise InputError(f"{precision} is slower than float32 on this processor: choose {others}.")


@cache
def quick(precision: str) -> bool:
    """Whether this machine's CPU has instructions for products of int8 or bfloat16 numbers.

    Found by trial, once, in some milliseconds, in a thread of its own: a product that is shared by
    two threads would tell how busy the machine is.
    """
    threads = torch.get_num_threads()
    try:
        with ThreadPoolExecutor(1, initializer=torch.set_num_threads, initargs=(1,)) as alone:
            return alone.submit(_quick, precision).result()
    finally:
        torch.set_num_threads(threads)  # else threads started later would begin with one


@torch.inference_mode()
def _quick(precision: str) -> bool:
    draw = torch.Generator().manual_seed(0)
    rows, weight = (torch.randn(size, _WIDTH, generator=draw) for size in (_ROWS, _WIDTH))
    small, other = (x.to(getattr(torch, precision)) for x in (rows, weight))
    product = torch._int_mm if precision == "int8" else torch.mm
    taken = [
        (_seconds(torch.mm, rows, weight), _seconds(product, small, other)) for _ in range(_TRIES)
    ]
    exact, tried = map(min, zip(*taken, strict=True))
    return bool(tried < _MUCH * exact)


def _seconds(product: Callable[[Tensor, Tensor], Tensor], rows: Tensor, weight: Tensor) -> float:
    began = time.perf_counter()
    product(rows, weight.t())
    return time.perf_counter() - began
