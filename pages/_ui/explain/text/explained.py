"""What the Explain page knows of one text, as one object for all of its parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.explain.attribution import Attribution
    from engine.explain.methods.baseline import Baseline
    from engine.explain.reading import Reading
    from engine.explain.target import Target
    from engine.explain.trust.report import Trust


@dataclass(frozen=True, eq=False)
class Explained:
    """One text, explained.

    Attributes:
        text: As the person gave it; `reading.text` is what the classifier reads of it.
        reading: Its words and tokens.
        target: The number that is explained.
        attribution: What each word adds to that number.
        trust: How far to believe it.
        baseline: What the text was compared with; None for the method's own.
    """

    text: str
    reading: Reading
    target: Target
    attribution: Attribution
    trust: Trust
    baseline: Baseline | None = None
