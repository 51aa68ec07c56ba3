"""The process's memory in, less of it lost between threads out; Linux with glibc only."""

from __future__ import annotations

import os
import sys

_ARENA_MAX = -8
"""M_ARENA_MAX of glibc's malloc.h."""
_ARENAS = 2


def few_arenas() -> bool:
    """Let all threads share two of malloc's arenas; whether the system knows such a thing.

    Batches of many lengths leave holes of many sizes in each thread's own arena. Fine-tuning MiniLM
    on news in two threads holds about a fifth less memory this way, equally fast
    (benchmarks/finetune_memory.py). Call it before threads begin. A person's own MALLOC_ARENA_MAX
    stays.
    """
    if not sys.platform.startswith("linux") or "MALLOC_ARENA_MAX" in os.environ:
        return False
    import ctypes

    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    return bool(mallopt and mallopt(_ARENA_MAX, _ARENAS))
