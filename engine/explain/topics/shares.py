"""A text and topics of a draft encoder in, each word's exact share of a cosine out.

A draft's vector is the sum of one stored vector a token, so the cosine to a direction is a sum too.
A token's share is the product of its vector and the direction, over the length of the whole sum.
Nothing is estimated. Integrated Gradients cannot do this: a cosine does not change while a sum
grows from nothing to its length, so all of it would come about at the first step.
"""

from __future__ import annotations

import time

import torch

from engine.encoder.draft import DraftEncoder
from engine.errors import InputError
from engine.explain.attribution import Attribution
from engine.explain.of_topics import Centres
from engine.explain.reading import Reading
from engine.explain.subject import Subject
from engine.explain.target import Target

NAME = "exact shares"


def has_shares(subject: Subject) -> bool:
    """Whether :func:`exact_shares` can be taken of `subject`."""
    return isinstance(subject.encoder, DraftEncoder) and isinstance(subject.read, Centres)


def exact_shares(subject: Subject, reading: Reading, target: Target) -> Attribution:
    """What each word adds to a cosine, or to a difference of two; the empty text is at 0.

    Raises:
        InputError: the vectors of these topics are no sums.
    """
    began = time.perf_counter()
    read = subject.read
    if not has_shares(subject) or not isinstance(read, Centres):
        raise InputError(
            "Exact shares are known where topics were found by a draft encoder alone: choose "
            "integrated gradients."
        )
    with torch.inference_mode():
        tokens = subject.embed(reading.ids)
        length = torch.linalg.vector_norm(tokens.sum(dim=0)).clamp_min(1e-12)
        along = tokens @ read.centres.T / length
        values = subject.scores(along, [target] * len(along)).float().cpu().numpy()
    own = reading.owner < 0
    return Attribution(
        method=NAME,
        reading=reading,
        target=target,
        scores=reading.by_word(values),
        value=float(subject.scored([reading.ids], [target])[0]),
        base=0.0,
        rest=float(values[own].sum()),
        complete=True,
        steps=1,
        seconds=time.perf_counter() - began,
        kernel=subject.kernel,
    )
