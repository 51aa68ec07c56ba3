"""Texts in, what a subject says of each out: the name that wins and the share of every name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.errors import InputError
from engine.explain.reading import read
from engine.explain.subject import Subject

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Said:
    """What is said of one text.

    name: The output that wins. share: Its probability, or its cosine where outputs are cosines.
    shares: (name, share) of all outputs, in the subject's order.
    """

    name: str
    share: float
    shares: tuple[tuple[str, float], ...]

    def of(self, name: str) -> float:
        """The share of one output."""
        return dict(self.shares)[name]


def answers_of(subject: Subject, texts: Sequence[str]) -> list[Said]:
    """What is said of each text, in their order; :func:`readable` tells those worth asking.

    The subject is held meanwhile.
    """
    if not texts:
        return []
    tokens = subject.encoder.tokenizer(subject.prepare(texts), subject.max_length)
    with subject.lock:
        outputs = subject.answers([tokens[n] for n in range(len(texts))])
    return said(subject, outputs)


def said(subject: Subject, outputs: Floats) -> list[Said]:
    """(n, k) outputs as answers."""
    if not len(outputs):
        return []
    from scipy.special import softmax

    shares = softmax(outputs, axis=1) if subject.odds else outputs
    return [
        Said(
            subject.names[int(row.argmax())],
            float(row.max()),
            tuple(zip(subject.names, map(float, row), strict=True)),
        )
        for row in shares
    ]


def readable(subject: Subject, text: str) -> bool:
    """Whether anything of a text is read."""
    try:
        read(subject, text)
    except InputError:
        return False
    return True
