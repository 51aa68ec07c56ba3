"""A text and how much its words count in, the fewest words without which the answer changes out.

Taking words out until the answer changes is the input reduction of Feng et al. 2018
(arXiv:1804.07781) turned to the fewest; a set whose smaller sets were all tried is the smallest
there is (a minimal counterfactual, Wachter et al. 2018, arXiv:1711.00399, of deletions).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from engine.explain.reading import Reading
from engine.explain.subject import Subject
from engine.explain.what_if.answers import Said, answers_of, readable, said
from engine.explain.what_if.changed import without
from engine.progress import SILENT, Progress

TOKENS = 60_000
"""Read at most in a search: some seconds of two cores with a small encoder."""
_BEAM, _BRANCHES, _BLOCK, _FEW = 12, 12, 64, 8

Floats = NDArray[np.float32]
Set = tuple[int, ...]


@dataclass(frozen=True)
class Flip:
    """Words without which the answer is another.

    gone: Their places, in the text's order. text: What is left. before, after: What is said of the
    text, and of what is left. smallest: Whether every smaller set was tried, so that there is none.
    irreducible: Whether every set with one of them less was tried, so that none can be spared.
    """

    gone: Set
    text: str
    before: Said
    after: Said
    smallest: bool
    irreducible: bool


@dataclass(frozen=True)
class Search:
    """How a search ended: the flip, or None; why, in a sentence; and how many texts were tried."""

    found: Flip | None
    why: str
    tried: int


def fewest_to_flip(
    subject: Subject,
    reading: Reading,
    scores: Floats,
    *,
    tokens: int = TOKENS,
    progress: Progress = SILENT,
) -> Search:
    """The fewest words whose removal changes what is said of a text.

    Single words are all tried, then all pairs, as far as `tokens` go; larger sets are looked for
    with a beam, and by taking words out in the order of `scores` and of what each did alone. Every
    set that is given back was read again as a text.

    Args:
        subject: What answers.
        reading: The text.
        scores: (words,) how much each speaks for the answer, by any method; decides what is tried
            first.
        tokens: Read at most; what is not tried then is said by `smallest`.
        progress: Is advanced by texts.
    """
    return _Search(subject, reading, np.asarray(scores), tokens, progress).run()


class _Search:
    """One search: what was tried already, and what is left of the tokens."""

    def __init__(
        self, subject: Subject, reading: Reading, scores: Floats, tokens: int, progress: Progress
    ) -> None:
        self._subject, self._reading, self._scores = subject, reading, scores
        self._left, self._progress = tokens, progress
        self._margins: dict[Set, float] = {}
        self._tokens_of = reading.by_word(np.ones(len(reading.ids)))
        with subject.lock:
            outputs = subject.answers([reading.ids])
        self._label = int(outputs[0].argmax())
        self._before = said(subject, outputs)[0]
        self._n = reading.n_words

    def run(self) -> Search:
        """See :func:`fewest_to_flip`."""
        if len(self._subject.names) < 2:
            return self._none("There is only one answer this can give.")
        if self._n < 2:
            return self._none("There is only one word, and nothing to judge without it.")
        self._progress.stage("Looking for the fewest words", unit="texts")
        singles: list[Set] = [(int(place),) for place in self._order()]
        whole = singles_tried = self._try(singles)
        if found := self._flipped(singles):
            return self._found(found, smallest=True)
        bound = self._greedy()
        if bound is None and self._left <= 0:
            return self._none(
                f"None found among the {len(self._margins):,} texts read; a longer search may."
            )
        if bound is None:
            return self._none(
                "As word after word is taken out, down to the last, the answer stays "
                f"{self._before.name}: none found that flip it."
            )
        if len(bound) > 2:
            pairs = sorted(combinations(range(self._n), 2), key=self._guess)
            for start in range(0, len(pairs), _BLOCK):
                whole = self._try(pairs[start : start + _BLOCK]) and whole
                if found := self._flipped(pairs[start : start + _BLOCK]):
                    return self._found(found, smallest=singles_tried)
                if self._left <= 0 or not whole:
                    break
        found = self._spared(self._beam(len(bound)) or bound)
        # Of two words, the single ones before them were tried; of three, all pairs.
        return self._found(
            found, smallest=singles_tried if len(found) == 2 else whole and len(found) == 3
        )

    def _order(self) -> NDArray[np.int64]:
        return np.argsort(-self._scores, kind="stable")

    def _guess(self, places: Set) -> float:
        """What a set leaves of the margin, were words to act alone: the sum of what each takes."""
        start = self._margins.get((), 0.0)
        alone = (self._margins.get((place,), start) - start for place in places)
        return sum(alone)

    def _try(self, sets: Sequence[Set], *, anyway: bool = False) -> bool:
        """Read the texts without each of `sets`, as far as the tokens go; whether all were.

        With `anyway` they are read whatever is left.
        """
        if () not in self._margins:
            sets = [(), *sets]
        wanted: list[Set] = []
        for places in sets:
            if places in self._margins:
                continue
            cost = len(self._reading.ids) - int(self._tokens_of[list(places)].sum())
            if cost > self._left and not anyway:
                self._left = 0  # so that it is known that something was not tried
                break
            self._left -= cost
            wanted.append(places)
        rows = [self._reading.without(self._marked(places)) for places in wanted]
        for start in range(0, len(rows), _BLOCK):
            with self._subject.lock:  # let go between blocks: other explanations then go on
                outputs = self._subject.answers(rows[start : start + _BLOCK])
            others = np.delete(outputs, self._label, axis=1).max(axis=1)
            for places, margin in zip(
                wanted[start:], (outputs[:, self._label] - others).tolist(), strict=False
            ):
                self._margins[places] = margin
            self._progress.advance(len(outputs))
        return all(places in self._margins for places in sets)

    def _marked(self, places: Set) -> NDArray[np.bool_]:
        gone = np.zeros(self._n, dtype=bool)
        gone[list(places)] = True
        return gone

    def _flipped(self, sets: Sequence[Set]) -> Set | None:
        """The set that flips the answer most surely, read as a text; None where none does."""
        known = [places for places in sets if self._margins.get(places, 0.0) < 0]
        for places in sorted(known, key=self._margins.__getitem__)[:8]:
            if self._after(places).name != self._before.name:
                return places
        return None

    def _after(self, places: Set) -> Said:
        text = without(self._reading, places)
        return (
            answers_of(self._subject, [text])[0] if readable(self._subject, text) else self._before
        )

    def _greedy(self) -> Set | None:
        """Words taken out one after the other until the answer flips, then put back if they can."""
        alone = [self._margins.get((place,), np.inf) for place in range(self._n)]
        found = []
        for order in (np.argsort(alone, kind="stable"), self._order()):
            firsts = [tuple(sorted(order[:size].tolist())) for size in range(2, self._n)]
            if flip := self._first(firsts):
                found.append(self._spared(flip))
        if not found:  # the answer may turn between two steps and turn back
            self._try(firsts, anyway=True)
            found += [one for one in firsts if self._flipped([one])][:1]
        return min(found, key=len, default=None)

    def _first(self, sets: Sequence[Set]) -> Set | None:
        """The first of ever larger sets that flips, by ever wider steps and then all between."""
        steps = sorted(
            {0, len(sets) - 1, *(int(1.4**k) for k in range(3, 40))} & set(range(len(sets)))
        )
        last = -1
        for step in steps:
            self._try([sets[step]], anyway=True)
            if self._flipped([sets[step]]):
                between = sets[last + 1 : step + 1]
                self._try(between, anyway=True)  # much of the text is gone: they are short
                return next(one for one in between if self._flipped([one]))
            last = step
        return None

    def _spared(self, places: Set) -> Set:
        """The set without the words it can do without: it still flips, and none can be spared."""
        while len(places) > 1:
            fewer = self._fewer(places)
            self._try(fewer, anyway=len(places) <= _FEW)
            if (found := self._flipped(fewer)) is None:
                return places
            places = found
        return places

    def _beam(self, size: int) -> Set | None:
        """A smaller set than one of `size`, grown from the best pairs; None where none is found."""
        best: list[Set] = sorted(
            (one for one in self._margins if len(one) == 2), key=self._margins.__getitem__
        )
        words = sorted(range(self._n), key=lambda place: self._guess((place,)))[:_BRANCHES]
        for _ in range(3, size):
            grown: set[Set] = {
                tuple(sorted({*places, word}))
                for places in best[:_BEAM]
                for word in words
                if word not in places
            }
            sets = sorted(grown, key=self._guess)
            self._try(sets)
            if found := self._flipped(sets):
                return found
            best = sorted(
                (one for one in sets if one in self._margins), key=self._margins.__getitem__
            )
        return None

    def _fewer(self, places: Set) -> list[Set]:
        return [places[:n] + places[n + 1 :] for n in range(len(places))]

    def _found(self, places: Set, *, smallest: bool) -> Search:
        after, text = self._after(places), without(self._reading, places)
        tried = len(places) == 1 or all(one in self._margins for one in self._fewer(places))
        flip = Flip(places, text, self._before, after, smallest, smallest or tried)
        words = "this word" if len(places) == 1 else f"these {len(places)} words"
        more = "" if smallest else " A smaller set may still exist."
        return Search(
            flip, f"Without {words} the answer is {after.name}.{more}", len(self._margins)
        )

    def _none(self, why: str) -> Search:
        return Search(None, why, len(self._margins))
