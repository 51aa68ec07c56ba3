"""Token ids in, the vectors that topics are found among out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from torch.nn.functional import normalize

from engine.encoder.packing import Ints
from engine.explain.subject import Subject
from engine.topics.topics import Floats


def vectors_of(subject: Subject, rows: Sequence[Ints]) -> Floats:
    """(n, width) float32 of length 1, one a row of ids, by the encoder of `subject`.

    A row without tokens has no direction: zeros.
    """
    plain = replace(subject, names=("",) * subject.encoder.width, read=normalize)
    return plain.answers(rows)
