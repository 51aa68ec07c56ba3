"""What is explained and against what in, the two colours and the words for them out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.figures.base import BLUE, ORANGE
from engine.figures.tones import tone


@dataclass(frozen=True)
class Sides:
    """The two ways a word can speak: for `of`, or against it and so for `against` if there is one.

    Blue and orange stay apart for every kind of colour vision; a mood that has one of the two
    elsewhere has it here too.

    Attributes:
        of: The category or topic that is explained.
        against: The one it is compared with; "" for all others.
        colour, other: "#RRGGBB" of words for it, and of words against it.
        unit: Of the scores.
        signed: Whether scores say for and against; else only how much the answer hangs on a word.
    """

    of: str
    against: str
    colour: str
    other: str
    unit: str
    signed: bool = True

    @property
    def told(self) -> tuple[str, str]:
        """What a word above 0 does, and one below."""
        if not self.signed:
            return f"moves {self.of}", f"moves {self.of}"
        below = f"speaks for {self.against}" if self.against else f"speaks against {self.of}"
        return f"speaks for {self.of}", below

    def tone(self, score: float) -> str:
        """The colour of a word with that score."""
        return self.other if score < 0 else self.colour

    def said(self, score: float) -> str:
        """What a word with that score does."""
        return self.told[score < 0]


def sides(
    of: str, against: str, labels: Sequence[str], *, odds: bool = True, signed: bool = True
) -> Sides:
    """The sides of an explanation of one of `labels`, whose order settles the tones."""
    mine = tone(of, labels).colour
    swapped = mine == ORANGE or (bool(against) and tone(against, labels).colour == BLUE)
    colour, other = (ORANGE, BLUE) if swapped and mine != BLUE else (BLUE, ORANGE)
    return Sides(of, against, colour, other, "log-odds" if odds else "cosine", signed)
