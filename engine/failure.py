"""An exception in, a sentence a person can act on out; None where the failure is ours."""

from __future__ import annotations

import errno

_FULL = ("No space left on device", "Disk quota exceeded")


def sentence_for(error: BaseException) -> str | None:
    """The sentence for a cause outside Limn: a full disk, no memory, no permission."""
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        if sentence := _own_sentence(current):
            return sentence
        hidden = current.__suppress_context__
        current = current.__cause__ or (None if hidden else current.__context__)
    return None


def _own_sentence(error: BaseException) -> str | None:
    text, code = str(error), getattr(error, "errno", None)
    if code in (errno.ENOSPC, errno.EDQUOT) or any(words in text for words in _FULL):
        return (
            "The disk is full: free some space, or remove artifacts on the Runs page, and try "
            "again. What was finished before is safe."
        )
    if isinstance(error, PermissionError) or code == errno.EROFS:
        place = getattr(error, "filename", None) or "one of its files"
        return f"Limn may not read or write {place}; check its permissions."
    if code == errno.ENOMEM or isinstance(error, MemoryError) or _out_of_memory(error):
        return (
            "The machine ran out of memory: use fewer rows, a shorter max length or a smaller "
            "batch, and try again. What was finished before is safe."
        )
    return None


def _out_of_memory(error: BaseException) -> bool:
    # torch, torch on a CPU, and DuckDB, none of which may be imported here.
    named = type(error).__name__ in ("OutOfMemoryError", "OutOfMemoryException")
    return named or "DefaultCPUAllocator: can't allocate memory" in str(error)
