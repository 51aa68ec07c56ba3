"""Drivers and what was tried with them in, what a classifier leans on, in words, out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from engine.explain.corpus.belongs import Belongs
from engine.explain.corpus.drivers import Driver
from engine.explain.corpus.goes_with import EARLIER, HELD_OUT, LATER, LEARNT, Part
from engine.explain.corpus.shapes import TOLD, Kind
from engine.explain.corpus.without import Tried
from engine.store.files import read_json, write_json

FILE = "leans.json"
_MOST = 64
_LEAST_EACH = 6
_LOOKED_AT = 80


@dataclass(frozen=True)
class Lean:
    """A word that surely drives a category, and the evidence on whether it should.

    kind: what speaks against it, see :func:`engine.explain.corpus.shapes.kind_of`; "" for a word
    like any other. texts, share, mean, interval, counted: see :class:`Driver`. tried: what the
    answers are without it. parts: how it goes with the category's label in parts of the dataset,
    empty where it has no labels. belongs: the one product, author or source it stands for.
    """

    word: str
    category: str
    kind: Kind
    texts: int
    share: float
    mean: float
    interval: tuple[float, float]
    counted: float
    tried: Tried
    parts: tuple[Part, ...]
    belongs: Belongs | None = None

    @property
    def what(self) -> str:
        """What it is, in words, where that speaks against it; "" for a word like any other."""
        return f"of one {self.belongs.column}" if self.belongs else TOLD.get(self.kind, "")

    @property
    def carries(self) -> float:
        """Answers it carries: its texts times the probability lost without it, beyond chance."""
        return self.texts * max(0.0, self.tried.lost - self.tried.lost_by_chance)

    @property
    def labelled(self) -> int:
        """Labelled texts of the dataset that hold it."""
        return sum(part.texts for part in self._splits)

    @property
    def labelled_so(self) -> float | None:
        """Of those, the share that is labelled with its category; None where there is none."""
        return sum(part.hits for part in self._splits) / self.labelled if self.labelled else None

    @property
    def _splits(self) -> list[Part]:
        return [part for part in self.parts if part.name in (LEARNT, HELD_OUT)]

    def told(self) -> str:
        """The evidence in two or three sentences."""
        tried, one = self.tried, self.belongs
        said = [f"“{self.word}” speaks for {self.category} in {_n(self.texts, 'text')}"]
        if self.labelled_so is not None:
            said[0] += (
                f"; {self.labelled_so:.0%} of the {_n(self.labelled, 'labelled text')} with it "
                f"are {self.category}"
            )
        if one:
            said.append(
                f"{one.share:.0%} of the {_n(one.texts, 'text')} with it have {one.column} "
                f"“{one.value}”"
            )
        said.append(
            f"Without it {tried.changed} of {_n(tried.texts, 'answer')} change and "
            f"{self.category} {_falls(tried.lost)}; when another word goes instead, "
            f"{tried.changed_by_chance} and it {_falls(tried.lost_by_chance)}"
        )
        if tried.labelled and tried.right_before != tried.right_after:
            gain = tried.right_after - tried.right_before
            said.append(f"{abs(gain)} {'more' if gain > 0 else 'fewer'} are right without it")
        if (held := self._apart()) is not None:
            said.append(held)
        return ". ".join(said) + "."

    def _apart(self) -> str | None:
        """Where two parts of the dataset surely differ, their intervals apart: a sentence."""
        by_name = {part.name: part for part in self.parts if part.texts}
        for names in ((LEARNT, HELD_OUT), (EARLIER, LATER)):
            if not all(name in by_name for name in names):
                continue
            more, less = sorted((by_name[name] for name in names), key=lambda one: -one.share)
            if more.interval[0] > less.interval[1]:
                return (
                    f"That does not hold everywhere: {more.share:.0%} of {more.texts} in the "
                    f"{more.name}, {less.share:.0%} of {less.texts} in the {less.name}"
                )
        return None


def suspects(leans: Sequence[Lean]) -> list[Lean]:
    """Those of a kind that a category seldom is about, the one that carries most first."""
    return sorted((one for one in leans if one.what), key=lambda one: (-one.carries, one.word))


def to_try(by_category: Sequence[Sequence[Driver]]) -> list[tuple[int, Driver]]:
    """The words worth trying: of each category those of a doubtful kind, then the strongest.

    Args:
        by_category: The drivers of each category, strongest first.

    Returns:
        Place of the category and driver; about 64 in all.
    """
    each = max(_LEAST_EACH, _MOST // max(1, len(by_category)))
    found = []
    for place, listed in enumerate(by_category):
        sure = [one for one in listed if one.sure > 0 and not one.small]
        # What drives much because it is everywhere counts as well as what is strong where it is.
        often = sorted(sure, key=lambda one: -one.total_interval[0])
        doubtful = [one for one in (*sure[:_LOOKED_AT], *often[:_LOOKED_AT]) if one.kind]
        mixed = [one for pair in zip(sure, often, strict=True) for one in pair]
        chosen = {one.word: one for one in (*doubtful[: 2 * each // 3], *mixed)}
        found += [(place, one) for one in list(chosen.values())[:each]]
    return found


def write_leans(folder: Path, leans: Sequence[Lean]) -> None:
    """Write ``leans.json``."""
    write_json(folder / FILE, [asdict(one) for one in leans])


def read_leans(folder: Path) -> list[Lean]:
    """What :func:`write_leans` wrote."""
    return [
        Lean(
            **{
                **one,
                "interval": tuple(one["interval"]),
                "tried": Tried(**one["tried"]),
                "parts": tuple(Part(**part) for part in one["parts"]),
                "belongs": Belongs(**one["belongs"]) if one["belongs"] else None,
            }
        )
        for one in read_json(folder / FILE)
    ]


def _falls(share: float) -> str:
    """'loses 2.1 points', or 'gains' them."""
    return f"{'loses' if share >= 0 else 'gains'} {100 * abs(share):.1f} points"


def _n(n: int, noun: str) -> str:
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"
