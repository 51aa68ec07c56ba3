"""A text in, the weights of a linear model of which words are there out: KernelSHAP and LIME.

Both are captum's, over one number a word: 1 where it is there, 0 where its tokens are left out. The
texts they draw go through the encoder packed, all at once.
"""

from __future__ import annotations

import threading
import time
from typing import Any

import numpy as np
import torch

from engine.explain.attribution import Attribution, Floats
from engine.explain.methods.presence import Presence
from engine.explain.reading import Reading
from engine.explain.subject import Subject
from engine.explain.target import Target

SAMPLES_PER_WORD, FEWEST, MOST = 3, 64, 512
RIDGE, KERNEL_WIDTH = 1.0, 0.25
_DRAWING = threading.Lock()
"""Captum draws from the one generator that all of torch shares."""


def kernelshap(
    subject: Subject, reading: Reading, target: Target, *, samples: int = 0, seed: int = 0
) -> Attribution:
    """Shapley values of the words (Lundberg and Lee 2017, arXiv:1705.07874), by regression.

    They sum to f(x) less f(no words). `samples` texts are tried; by default three a word, within
    64 and 512.
    """
    began = time.perf_counter()
    presence = Presence(subject, reading, target)
    whole, empty = presence.whole, presence.empty
    tried = samples or number_of_samples(reading.n_words)
    if reading.n_words == 1:  # nothing to share out, and captum cannot draw from nothing
        scores, tried = np.array([whole - empty], dtype=np.float32), 2
    else:
        from captum.attr import KernelShap

        scores = _fitted(KernelShap(presence.tensor), reading, tried, seed)
    return _attribution("kernelshap", presence, scores, tried, began, base=empty)


def lime(
    subject: Subject, reading: Reading, target: Target, *, samples: int = 0, seed: int = 0
) -> Attribution:
    """Ribeiro et al. 2016, arXiv:1602.04938: a ridge regression near the text.

    As in the authors' own package texts count by exp(-d^2 / w^2) of the cosine distance d between
    which words are there, w = 0.25, and the penalty is 1.
    """
    from captum._utils.models.linear_model import SkLearnRidge
    from captum.attr import Lime
    from captum.attr._core.lime import get_exp_kernel_similarity_function

    began = time.perf_counter()
    presence = Presence(subject, reading, target)
    tried = samples or number_of_samples(reading.n_words)
    nearness = get_exp_kernel_similarity_function("cosine", KERNEL_WIDTH / np.sqrt(2))
    explainer = Lime(presence.tensor, SkLearnRidge(alpha=RIDGE), nearness)
    scores = _fitted(explainer, reading, tried, seed)
    return _attribution("lime", presence, scores, tried, began)


def number_of_samples(words: int) -> int:
    """Texts to try for a text of so many words."""
    return min(max(SAMPLES_PER_WORD * words, FEWEST), MOST)


def _fitted(explainer: Any, reading: Reading, samples: int, seed: int) -> Floats:
    """(words,) float32 weights; torch's generator is left as it was."""
    there = torch.ones(1, reading.n_words)
    with _DRAWING, torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        found = explainer.attribute(
            there, baselines=0.0, n_samples=samples, perturbations_per_eval=samples
        )
    weights: Floats = found[0].detach().cpu().numpy().astype(np.float32)
    return weights


def _attribution(
    method: str,
    presence: Presence,
    scores: Floats,
    tried: int,
    began: float,
    base: float = float("nan"),
) -> Attribution:
    return Attribution(
        method=method,
        reading=presence.reading,
        target=presence.target,
        scores=scores,
        value=presence.whole,
        base=base,
        complete=not np.isnan(base),
        steps=tried,
        seconds=time.perf_counter() - began,
        kernel=presence.subject.kernel,
    )
