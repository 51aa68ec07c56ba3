"""Which number is explained: one output, against another or against all the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.errors import InputError


@dataclass(frozen=True)
class Target:
    """The output at `of`, against the one at `against`.

    Of a classifier: the difference of two logits; without `against` the log-odds of a category
    against all others. Of topics: the difference of two cosines; without `against` one cosine.
    """

    of: int
    against: int | None = None


def target(names: Sequence[str], of: str, against: str = "") -> Target:
    """The target by its outputs' names.

    Raises:
        InputError: there is no such category or topic, or it is asked for against itself.
    """
    found = _place(names, of)
    if not against:
        return Target(found)
    other = _place(names, against)
    if other == found:
        raise InputError(f"{of} cannot be explained against itself: choose another to compare.")
    return Target(found, other)


def _place(names: Sequence[str], name: str) -> int:
    if name in names:
        return list(names).index(name)
    folded = [one.casefold() for one in names]
    if folded.count(name.casefold()) == 1:
        return folded.index(name.casefold())
    between = "; " if any("," in one for one in names) else ", "
    more = f" and {len(names) - 12:,} more" if len(names) > 12 else ""
    known = between.join(names[:12]) + more
    raise InputError(f"There is no '{name[:80]}' here; choose from {known}.")
