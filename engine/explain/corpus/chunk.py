"""Some texts in, what each of their words did as a table with a line a text out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from scipy.special import softmax

from engine.errors import InputError
from engine.explain.attribution import Attribution
from engine.explain.corpus.methods import attributed
from engine.explain.corpus.shapes import shape_of
from engine.explain.corpus.spec import ExplainCorpusSpec
from engine.explain.reading import Reading, read
from engine.explain.subject import Subject
from engine.explain.target import Target
from engine.progress import Progress

NONE = -1
_AT_ONCE = 8
_INTS = pa.list_(pa.int32())
SCHEMA = pa.schema(
    [
        ("explained", pa.int32()),
        ("probabilities", pa.list_(pa.float32())),
        ("value", pa.float32()),
        ("base", pa.float32()),
        ("delta", pa.float32()),
        ("cut", pa.bool_()),
        ("words", pa.list_(pa.string())),
        ("shapes", pa.list_(pa.int8())),
        ("starts", _INTS),
        ("stops", _INTS),
        ("scores", pa.list_(pa.float32())),
    ]
)
"""A line a text; `explained` is the place of the category its words are weighed for, NONE where
the encoder finds nothing to read in it."""


@dataclass(frozen=True, eq=False)
class Explainer:
    """Explains texts a chunk at a time."""

    subject: Subject
    spec: ExplainCorpusSpec

    def chunk(
        self, texts: Sequence[str], labels: Sequence[str | None], progress: Progress
    ) -> pa.Table:
        """A table of SCHEMA, a line for each of `texts`; progress is advanced by texts."""
        readings = [readable(self.subject, text) for text in texts]
        places = [n for n, one in enumerate(readings) if one is not None]
        kept = [one for one in readings if one is not None]
        outputs = self.subject.answers([one.ids for one in kept])
        probabilities = softmax(outputs, axis=1)
        explained = self._explained(outputs, [labels[n] for n in places])
        found = self._attributed(kept, [Target(n) for n in explained], progress)
        progress.advance(len(texts) - len(kept))
        lines: list[dict[str, Any]] = [_NOTHING] * len(texts)
        for place, one, shares in zip(places, found, probabilities, strict=True):
            lines[place] = {**_line(one), "probabilities": shares}
        return pa.Table.from_pylist(lines, schema=SCHEMA)

    def _attributed(
        self, readings: Sequence[Reading], targets: Sequence[Target], progress: Progress
    ) -> list[Attribution]:
        """One attribution a text; on a CPU some texts of like lengths at a time.

        Some are enough to fill its batches, and so one hears of progress every other second.
        """
        size = len(readings) if self.subject.device.type == "cuda" else _AT_ONCE
        order = sorted(range(len(readings)), key=lambda n: -len(readings[n].ids))
        found: dict[int, Attribution] = {}
        for start in range(0, len(order), max(1, size)):
            some = order[start : start + size]
            made = attributed(
                self.subject, [readings[n] for n in some], [targets[n] for n in some], self.spec,
                progress=progress,
            )  # fmt: skip
            found.update(zip(some, made, strict=True))
        return [found[n] for n in range(len(readings))]

    def _explained(self, outputs: Any, labels: Sequence[str | None]) -> list[int]:
        """The place of the category each text is explained for."""
        if self.spec.target == "labelled":
            return [self.subject.names.index(str(label)) for label in labels]
        best: list[int] = outputs.argmax(axis=1).tolist()
        return best


_NOTHING: dict[str, Any] = {"explained": NONE, "cut": False}


def _line(one: Attribution) -> dict[str, Any]:
    reading = one.reading
    spans = np.asarray(reading.spans, dtype=np.int32).reshape(-1, 2)
    return {
        "explained": one.target.of,
        "value": one.value,
        "base": one.base,
        "delta": one.delta if one.complete else float("nan"),
        "cut": reading.cut,
        "words": [word.casefold() for word in reading.words],
        "shapes": [shape_of(reading.text, span) for span in reading.spans],
        "starts": spans[:, 0],
        "stops": spans[:, 1],
        "scores": one.scores,
    }


def readable(subject: Subject, text: str) -> Reading | None:
    """What the encoder reads of a text; None where it finds nothing in it."""
    try:
        return read(subject, text)
    except InputError:
        return None
