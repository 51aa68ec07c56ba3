"""An attribution of a document in, what it says in a sentence out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from pages._ui.texts import plain

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.explain.attribution import Attribution

_FEW = 4
_LEAST = 0.15
"""Of the strongest word: weaker ones are not worth naming."""


def sentence(
    made: Attribution, names: Sequence[str], cosines: NDArray[np.float32], own: int
) -> str:
    """Where it is and which words speak for that; markdown.

    Args:
        made: What is explained.
        names: (k,) of the topics.
        cosines: (k,) of the document.
        own: Place of its topic, -1 for none.
    """
    of, against = made.target.of, made.target.against
    mine = f"**{plain(names[of])}**"
    there = "It is in no topic." if own < 0 else f"It is in **{plain(names[own])}**."
    speak = _words(made, 1)
    if against is None:
        return f"{there} Its cosine to {mine} is {cosines[of]:.2f}: {speak} speak for that."
    other = f"**{plain(names[against])}**"
    side = f"{speak} speak for the first, {_words(made, -1)} for the second."
    if of == own and made.value >= 0:
        return (
            f"It is in {mine} (cosine {cosines[of]:.2f}) and not in {other} "
            f"({cosines[against]:.2f}): {side}"
        )
    nearer = "nearer to" if made.value >= 0 else "less near to"
    return (
        f"{there} Its text is {nearer} the centre of {mine} ({cosines[of]:.2f}) than to that of "
        f"{other} ({cosines[against]:.2f}): {side}"
    )


def sums(made: Attribution) -> str:
    """What the words add up to."""
    total = float(made.scores.sum()) + made.rest
    what = "the cosine" if made.target.against is None else "the difference of the two cosines"
    if made.method == "exact shares":
        return (
            f"The words add up to {total:+.3f}, exactly {what}: a draft encoder adds its words' "
            "vectors up, so each one's share is known."
        )
    if not made.complete:
        return f"{what[:1].upper()}{what[1:]} is {made.value:+.3f}; these scores need not add up."
    return (
        f"The words add up to {total:+.3f}: {what} is {made.value:+.3f}, and would be "
        f"{made.base:+.3f} for a text of empty tokens."
    )


def _words(made: Attribution, side: int) -> str:
    """The strongest words of one side, in quotes; equal words count together."""
    from engine.explain.topics.drivers import drivers

    every = drivers([made])
    least = _LEAST * max((abs(one.score) for one in every), default=0.0)
    found = [one.word for one in every[::side] if side * one.score > least][:_FEW]
    if not found:
        return "hardly any words"
    said = [f"*{plain(word)}*" for word in found]
    return said[0] if len(said) == 1 else f"{', '.join(said[:-1])} and {said[-1]}"
