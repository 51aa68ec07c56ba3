"""An exception in, a sentence a person can act on out; None where the failure is ours."""

from __future__ import annotations

import errno


def sentence_for(error: BaseException) -> str | None:
    """The sentence for a cause outside Limn: a full disk, no memory, no permission."""
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        if sentence := _own_sentence(current):
            return sentence
        current = current.__cause__ or current.__context__
    return None


def _own_sentence(error: BaseException) -> str | None:
    text = str(error)
    if (isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)) or (
        "No space left on device" in text
    ):
        return (
            "The disk is full: free some space, or remove artifacts on the Runs page, and try "
            "again. What was finished before is safe."
        )
    if isinstance(error, PermissionError):
        return f"Limn may not read or write {error.filename}; check its permissions."
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return (
            "The machine ran out of memory: use fewer rows, a shorter max length or a smaller "
            "batch, and try again. What was finished before is safe."
        )
    return None
