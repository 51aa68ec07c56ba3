"""A text in, how far the answer falls as each word goes out: occlusion, and random as control."""

from __future__ import annotations

import time
from zlib import crc32

import numpy as np

from engine.errors import InputError
from engine.explain.attribution import Attribution
from engine.explain.methods.baseline import Baseline
from engine.explain.methods.presence import Presence
from engine.explain.reading import Reading
from engine.explain.subject import Subject
from engine.explain.target import Target


def occlusion(
    subject: Subject, reading: Reading, target: Target, *, mask: bool = False
) -> Attribution:
    """f(x) less f(x without the word), by word (Zeiler and Fergus 2013, arXiv:1311.2901).

    One packed pass over as many texts as there are words. With `mask` the word's tokens are covered
    by MASK tokens; without, they are left out. Captum's FeatureAblation gives the same numbers.

    Raises:
        InputError: `mask`, and the encoder's tokenizer has no such token.
    """
    if mask and "mask" not in subject.special_tokens:
        raise InputError(
            "This encoder's tokenizer has no MASK token to cover words with: take occlusion, which "
            "leaves them out."
        )
    began = time.perf_counter()
    presence = Presence(subject, reading, target, Baseline("mask") if mask else None)
    n = reading.n_words
    there = np.vstack([np.ones((1, n), dtype=bool), ~np.eye(n, dtype=bool)])
    answers = presence(there)
    return Attribution(
        method="masking" if mask else "occlusion",
        reading=reading,
        target=target,
        scores=answers[0] - answers[1:],
        value=float(answers[0]),
        steps=len(there),
        seconds=time.perf_counter() - began,
        kernel=subject.kernel,
    )


def random_scores(
    subject: Subject, reading: Reading, target: Target, *, seed: int = 0
) -> Attribution:
    """Standard normal numbers, the same for a text and a seed: what an explanation must beat."""
    began = time.perf_counter()
    rng = np.random.default_rng([seed, crc32(reading.ids.tobytes())])
    return Attribution(
        method="random",
        reading=reading,
        target=target,
        scores=rng.standard_normal(reading.n_words).astype(np.float32),
        value=float(subject.scored([reading.ids], [target])[0]),
        steps=1,
        seconds=time.perf_counter() - began,
        kernel=subject.kernel,
    )
